"""The vocabulary of which subscriptions, digests, batches and notices: each rule once."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import connection, models
from django.db.models import Count, F, Min, Q
from django.db.models.functions import Lower

if TYPE_CHECKING:
    from newsletter.models import Batch, Digest, Newsletter

# A message that tells a worker of a batch or notice is taken for lost after this time.
REQUEUE_AFTER = timedelta(minutes=10)


def not_queued_lately(now: datetime) -> Q:
    """Return the condition that no worker was told of a row since it may be worked on."""
    return (
        Q(queued_at=None) | Q(queued_at__lt=now - REQUEUE_AFTER) | Q(queued_at__lt=F("not_before"))
    )


class NewsletterQuerySet(models.QuerySet):
    """Newsletters."""

    def active(self) -> "NewsletterQuerySet":
        """Those that take sign-ups and send digests."""
        return self.filter(active=True)


class SubscriberQuerySet(models.QuerySet):
    """People, by their addresses."""

    def at(self, email: str) -> "SubscriberQuerySet":
        """The one at an address, however it is capitalised, as the unique index compares them."""
        return self.alias(folded=Lower("email")).filter(folded=Lower(models.Value(email)))


class SubscriptionQuerySet(models.QuerySet):
    """Subscriptions of people to newsletters."""

    def active(self) -> "SubscriptionQuerySet":
        """Those that get digests."""
        return self.filter(state="active")

    def due(
        self, newsletter: "Newsletter", cadence: str, until: datetime
    ) -> "SubscriptionQuerySet":
        """Those that are to get what was first published until then and that they have not got."""
        return self.active().filter(
            newsletter=newsletter, cadence=cadence, mailed_through__lt=until
        )

    def due_in(self, digest: "Digest") -> "SubscriptionQuerySet":
        """Those that are due in a digest.

        One whose window opened before the digest's did came late, while it was being planned; it is
        left to the next, which will hold its posts.
        """
        return self.due(digest.newsletter, digest.cadence, digest.until).filter(
            mailed_through__gte=digest.since
        )

    def earliest_window(self) -> datetime | None:
        """Return when the earliest of their windows opened."""
        return self.aggregate(opened=Min("mailed_through"))["opened"]

    def windows(self) -> "SubscriptionQuerySet":
        """Their distinct windows and choices of topics, as pairs."""
        return self.order_by().values_list("mailed_through", "topic_set").distinct()


class DigestQuerySet(models.QuerySet):
    """Digests."""

    def being_planned(self) -> "DigestQuerySet":
        """Those whose planning was begun and not ended."""
        return self.filter(state="planning")

    def all_sent(self) -> "DigestQuerySet":
        """Those being sent of which no batch is left to be done."""
        open_batches = Q(cohorts__batches__state__in=["pending", "claimed"])
        return (
            self.filter(state="sending")
            .annotate(open_batches=Count("cohorts__batches", filter=open_batches))
            .filter(open_batches=0)
        )


class BatchQuerySet(models.QuerySet):
    """Batches."""

    def claimable(self, now: datetime) -> "BatchQuerySet":
        """Those that wait, and whose time has come."""
        return self.filter(state="pending", not_before__lte=now)

    def to_queue(self, now: datetime) -> "BatchQuerySet":
        """Those claimable ones that no worker has been told of, or whose message was lost.

        Those of a newsletter that is not active stay as they are.
        """
        return self.claimable(now).filter(
            not_queued_lately(now), cohort__digest__newsletter__active=True
        )

    def queued(self, now: datetime) -> "BatchQuerySet":
        """Those claimable ones that a worker has been told of and has not begun."""
        return self.claimable(now).exclude(not_queued_lately(now))

    def abandoned(self, now: datetime) -> "BatchQuerySet":
        """Those claimed by a worker that has not been heard of since its lease ran out."""
        return self.filter(state="claimed", lease_until__lt=now)


class DeliveryQuerySet(models.QuerySet):
    """Deliveries."""

    def to_send(self) -> "DeliveryQuerySet":
        """Those that wait, to people who still want them."""
        return self.filter(state="pending", subscription__state="active")

    def no_longer_wanted(self) -> "DeliveryQuerySet":
        """Those that wait, to people who have left since."""
        return self.filter(state="pending").exclude(subscription__state="active")

    def give_up(self, problem: str) -> None:
        """Fail those that wait; each keeps what the server last said of it, if it said anything."""
        error = models.Case(
            models.When(error="", then=models.Value(problem)),
            default=models.F("error"),
            output_field=models.TextField(),
        )
        self.filter(state="pending").update(state="failed", error=error)

    def plan(self, batch: "Batch", digest: "Digest", subscriptions: SubscriptionQuerySet) -> None:
        """Add a delivery of ``batch`` for each of ``subscriptions``, in one statement."""
        chosen = subscriptions.order_by("pk").annotate(
            a_digest=models.Value(digest.pk),
            a_batch=models.Value(batch.pk),
            a_state=models.Value("pending"),
            an_error=models.Value(""),
        )
        rows = chosen.values_list("a_digest", "a_batch", "pk", "a_state", "an_error")
        select, params = rows.query.sql_with_params()
        columns = "digest_id, batch_id, subscription_id, state, error"
        table = self.model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {table} ({columns}) {select}", params)


class NoticeQuerySet(models.QuerySet):
    """Notices."""

    def unsent(self, now: datetime) -> "NoticeQuerySet":
        """Those that wait, and whose time has come."""
        return self.filter(sent_at=None, given_up_at=None, not_before__lte=now)

    def to_queue(self, now: datetime) -> "NoticeQuerySet":
        """Those of them that no worker has been told of, or whose message was lost."""
        return self.unsent(now).filter(not_queued_lately(now))
