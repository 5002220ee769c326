"""The vocabulary of which subscriptions, digests, batches and notices: each rule once."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain, groupby
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection, models
from django.db.models import Case, F, Min, Q, Sum, Value, When, Window
from django.db.models.functions import Coalesce, Lower, RowNumber

from core.addresses import address_key

if TYPE_CHECKING:
    from newsletter.models import Digest, Newsletter


# Windows, by when they opened, and of each some choices of topics, by their numbers.
Groups = Mapping[datetime, Collection[int | None]]

# Numbers are named by ranges where these are so few of them.
NUMBERS_A_RANGE = 10

# What batches count of their deliveries.
# ``withdrawn`` are those of the skipped whose posts could not be mailed.
COUNTS = (
    "size",
    "sent",
    "failed",
    "skipped",
    "withdrawn",
    "in_doubt",
    "delivered",
    "bounced",
    "complained",
)


def not_queued_lately(now: datetime) -> Q:
    """Return the condition that no worker was told of a row since it may be worked on.

    A message that nobody has acted upon in the time of two leases is taken for lost.
    """
    long_ago = now - 2 * timedelta(seconds=settings.NEWSLETTER_LEASE_SECONDS)
    return Q(queued_at=None) | Q(queued_at__lt=long_ago) | Q(queued_at__lt=F("not_before"))


def _ranges(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and the last of numbers that follow one another, which are in order."""
    for _, run in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0]):
        places = [number for _, number in run]
        yield places[0], places[-1]


class NewsletterQuerySet(models.QuerySet):
    """Newsletters."""

    def active(self) -> "NewsletterQuerySet":
        """Those that take sign-ups and send digests."""
        return self.filter(active=True)


class SubscriberQuerySet(models.QuerySet):
    """People, by their addresses."""

    def at(self, email: str) -> "SubscriberQuerySet":
        """Return the subscriber at an address in any spelling, as the unique index compares it."""
        return self.at_addresses([email])

    def at_addresses(self, emails: Sequence[str]) -> "SubscriberQuerySet":
        """Return the subscribers at several addresses, in the same way."""
        keys = [address_key(email) for email in emails]
        return self.alias(key=Lower("email")).filter(key__in=keys)


class SignUpQuerySet(models.QuerySet):
    """Submitted sign-up forms."""

    def waiting(self) -> "SignUpQuerySet":
        """Return the sign-ups that no worker has processed."""
        return self.filter(processed_at=None)


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

    def due_windows(self, windows: Sequence[tuple[int, str, datetime]]) -> set[tuple[int, str]]:
        """Return the newsletter's key and the cadence of each window with a due subscription.

        ``windows`` are keys of newsletters, each with a cadence and a cutoff.
        """
        if not windows:
            return set()
        rows = ", ".join(["(%s, %s, %s)"] * len(windows))
        cutoffs = [connection.ops.adapt_datetimefield_value(until) for _, _, until in windows]
        values = [(*window[:2], cutoff) for window, cutoff in zip(windows, cutoffs, strict=True)]
        table = self.model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(
                f"""WITH digest (newsletter_id, cadence, cutoff) AS (VALUES {rows})
                SELECT newsletter_id, cadence FROM digest WHERE EXISTS (
                    SELECT 1 FROM {table} AS subscription
                    WHERE subscription.newsletter_id = digest.newsletter_id
                    AND subscription.cadence = digest.cadence
                    AND subscription.state = 'active'
                    AND subscription.mailed_through < digest.cutoff)""",
                list(chain.from_iterable(values)),
            )
            return set(cursor.fetchall())

    def due_in(self, digest: "Digest") -> "SubscriptionQuerySet":
        """Those that are due in a digest.

        One whose window opened before the digest's did came late, while it was being planned; it is
        left to the next, which will hold its posts.
        """
        return self.due(digest.newsletter, digest.cadence, digest.until).filter(
            mailed_through__gte=digest.since
        )

    def in_groups(self, groups: Groups) -> "SubscriptionQuerySet":
        """Those of some windows and choices of topics: for each window those choices."""
        condition = Q()
        for since, topic_sets in groups.items():
            chosen = Q(topic_set__in=[number for number in topic_sets if number is not None])
            if None in topic_sets:
                chosen |= Q(topic_set=None)
            condition |= Q(mailed_through=since) & chosen
        return self.filter(condition)

    def earliest_window(self) -> datetime | None:
        """Return when the earliest of their windows opened."""
        return self.aggregate(opened=Min("mailed_through"))["opened"]

    def windows(self) -> "SubscriptionQuerySet":
        """Their distinct windows and choices of topics, as pairs in a fixed order."""
        pairs = self.values_list("mailed_through", "topic_set").distinct()
        return pairs.order_by("mailed_through", "topic_set")


class DigestQuerySet(models.QuerySet):
    """Digests."""

    def being_planned(self) -> "DigestQuerySet":
        """Those whose planning was begun and not ended."""
        return self.filter(state="planning")

    def overtaken_by(self, digest: "Digest") -> "DigestQuerySet":
        """Those held of which nothing is left, since a later one has taken their posts along."""
        return self.filter(
            newsletter=digest.newsletter_id,
            cadence=digest.cadence,
            until__lt=digest.until,
            state="held",
        )

    def under_way(self) -> "DigestQuerySet":
        """Those whose batches may be sent now. Sending begins while planning goes on."""
        return self.filter(
            state__in=["planning", "sending"], paused_at=None, newsletter__active=True
        )

    def on_probation(self) -> "DigestQuerySet":
        """Return the digests without an acceptance, ever or since the server last failed."""
        return self.filter(state__in=["planning", "sending"], is_proven=False)

    def finished_before(self, moment: datetime) -> "DigestQuerySet":
        """Those of which nothing was left to be done at a moment."""
        return self.filter(state__in=["sent", "empty", "cancelled"], finished_at__lt=moment)

    def all_sent(self) -> "DigestQuerySet":
        """Those being sent of which no batch is left to be done."""
        return self.filter(state="sending").exclude(
            cohorts__batches__state__in=["pending", "claimed"]
        )


class BatchQuerySet(models.QuerySet):
    """Batches."""

    def open(self) -> "BatchQuerySet":
        """Those that are not done."""
        return self.filter(state__in=["pending", "claimed"])

    def claimable(self, now: datetime) -> "BatchQuerySet":
        """Those that wait, and whose time has come."""
        return self.filter(state="pending", not_before__lte=now)

    def to_queue(self, now: datetime) -> "BatchQuerySet":
        """Those claimable ones that no worker has been told of, or whose message was lost.

        Those of a digest that is paused, or of a newsletter that is not active, stay as they are.
        Of one that is cancelled they are to be closed.
        """
        going_on = Q(cohort__digest__paused_at=None, cohort__digest__newsletter__active=True)
        going_on &= Q(cohort__digest__is_proven=True) | Q(pk__in=self.model.objects.first_open())
        cancelled = Q(cohort__digest__state="cancelled")
        return self.claimable(now).filter(going_on | cancelled, not_queued_lately(now))

    def first_open(self) -> "BatchQuerySet":
        """Return the one batch to try of each digest on probation: claimed, or the earliest."""
        place = Window(
            RowNumber(),
            partition_by=F("cohort__digest"),
            order_by=[F("state").asc(), F("not_before").asc(), F("pk").asc()],
        )
        on_probation = self.open().filter(
            cohort__digest__is_proven=False, cohort__digest__paused_at=None
        )
        return on_probation.annotate(place=place).filter(place=1).values("pk")

    def queued(self, now: datetime) -> "BatchQuerySet":
        """Those claimable ones that a worker has been told of and has not begun."""
        return self.claimable(now).exclude(not_queued_lately(now))

    def locked_by_nobody(self) -> "BatchQuerySet":
        """Lock them, but those that somebody else has locked; to be used in a transaction."""
        skip = connection.features.has_select_for_update_skip_locked
        return self.select_for_update(of=("self",), skip_locked=skip)

    def abandoned(self, now: datetime) -> "BatchQuerySet":
        """Those claimed by a worker that has not been heard of since its lease ran out."""
        return self.filter(state="claimed", lease_until__lt=now)

    def with_problems(self) -> "BatchQuerySet":
        """Those that have deliveries that failed or are in doubt."""
        return self.filter(Q(failed__gt=0) | Q(in_doubt__gt=0))

    def not_sent_to_all(self) -> "BatchQuerySet":
        """Return the batches with failed or skipped deliveries."""
        return self.filter(Q(failed__gt=0) | Q(skipped__gt=0))

    def counts_by_digest(self) -> dict[int, "Counter[str]"]:
        """Return how many deliveries of each digest came to which end, by the digest's number.

        "waiting" are those that have come to none yet.
        """
        settled = F("sent") + F("failed") + F("skipped") + F("in_doubt")
        open_ones = Q(state__in=["pending", "claimed"])
        sums = {name: Coalesce(Sum(name), 0) for name in COUNTS}
        sums["waiting"] = Coalesce(Sum(F("size") - settled, filter=open_ones), 0)
        rows = (
            self.order_by()
            .values("cohort__digest")
            .annotate(**{f"total_{name}": total for name, total in sums.items()})
        )
        return defaultdict(
            Counter,
            {
                row["cohort__digest"]: Counter({name: row[f"total_{name}"] for name in sums})
                for row in rows
            },
        )

    def add_counts(self, changes: "Counter[str]", **values: Any) -> int:
        """Add to what batches count of their deliveries, and set other values beside."""
        added = {name: F(name) + changes[name] for name in COUNTS if changes[name]}
        return self.update(**added, **values) if added or values else 0


class DeliveryQuerySet(models.QuerySet):
    """Deliveries."""

    def settled(self) -> "DeliveryQuerySet":
        """Those that came to an end that is known."""
        return self.filter(state__in=["sent", "failed", "skipped"])

    def to_submit(self, after: int, size: int) -> "DeliveryQuerySet":
        """The first after a number that are not handed over, so many at most.

        They are chosen by themselves. PostgreSQL knows nothing yet of a digest that was just
        planned, and would look up and sort the readers of all the rest for each hundred.
        """
        rest = self.filter(state__in=["pending", "submitting"], pk__gt=after).order_by("pk")
        return self.model.objects.filter(pk__in=rest[:size])

    def untroubled(self) -> "DeliveryQuerySet":
        """Return the omissions that have not been reported yet."""
        return self.filter(error="")

    def recipients(self) -> "DeliveryQuerySet":
        """Whom they go to, as rows: numbers of delivery and subscription, address, name, wanted.

        Who has left since does not want the mail any more.
        """
        wanted = Q(subscription__state="active")
        return (
            self.annotate(wanted=models.ExpressionWrapper(wanted, models.BooleanField()))
            .order_by("pk")
            .values_list(
                "pk",
                "subscription_id",
                "subscription__subscriber__email",
                "subscription__subscriber__name",
                "wanted",
            )
        )

    def numbered(self, numbers: Sequence[int]) -> "DeliveryQuerySet":
        """Those of some numbers, in ascending order.

        Most of a batch's follow one another. To write, compile and read a list of a thousand takes
        longer than to change the rows.
        """
        ranges = list(_ranges(numbers))
        if not ranges or len(ranges) * NUMBERS_A_RANGE > len(numbers):
            return self.filter(pk__in=numbers)
        condition = Q()
        for first, last in ranges:
            condition |= Q(pk__gte=first, pk__lte=last)
        return self.filter(condition)

    def moved(self, to: str, *, came_from: str, **values: Any) -> "Counter[str]":
        """Move those in a state to another, and return by how much the number in each changed.

        Whoever moves deliveries has locked their batch before, and keeps its counts by the answer.
        """
        number = self.filter(state=came_from).update(state=to, **values)
        return Counter({to: number, came_from: -number})

    def requeued(self, **values: Any) -> "Counter[str]":
        """Queue the deliveries again, in any state and fate; return how the counts changed.

        The fate that a refusal set is cleared, because another result will follow.
        """
        changes: Counter[str] = Counter()
        for state, fate, number in (
            self.order_by().values_list("state", "fate").annotate(number=models.Count("pk"))
        ):
            changes.subtract({state: number, fate: number} if fate else {state: number})
        changes["withdrawn"] -= self.filter(state="skipped", error="withdrawn").count()
        chosen = self.update(state="pending", fate="", sent_at=None, **values)
        changes["pending"] += chosen
        return changes

    def refused_or_skipped(self) -> "DeliveryQuerySet":
        """Return the deliveries that ended without being accepted by a server.

        ``sent_at`` tells those apart that a provider accepted, and then dropped or bounced.
        """
        return self.filter(state__in=["failed", "skipped"], sent_at=None)

    def skipped(self, reason: str) -> "Counter[str]":
        """Skip the queued deliveries, for the reason with this code."""
        changes = self.moved("skipped", came_from="pending", error=reason)
        if reason == "withdrawn":
            changes["withdrawn"] = changes["skipped"]
        return changes

    def given_up(self, problem: str) -> "Counter[str]":
        """Fail those that wait; each keeps what the server last said of it, if it said anything."""
        error = models.Case(
            models.When(error="", then=models.Value(problem)),
            default=models.F("error"),
            output_field=models.TextField(),
        )
        return self.moved("failed", came_from="pending", error=error)

    def plan(
        self, digest: "Digest", batches: Mapping[int, int], subscriptions: SubscriptionQuerySet
    ) -> int:
        """Add a delivery for each of ``subscriptions``, in one statement; return how many.

        ``batches`` has the number of each batch by that of the last subscription it is for.
        """
        *others, final = batches.items()
        batch_of = Case(
            *(When(pk__lte=last, then=Value(batch)) for last, batch in others),
            default=Value(final[1]),
        )
        chosen = subscriptions.order_by("pk").annotate(
            a_digest=Value(digest.pk),
            a_batch=batch_of,
            a_state=Value("pending"),
            an_error=Value(""),
            a_fate=Value(""),
        )
        rows = chosen.values_list("a_digest", "a_batch", "pk", "a_state", "an_error", "a_fate")
        select, params = rows.query.sql_with_params()
        columns = "digest_id, batch_id, subscription_id, state, error, fate"
        table = self.model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {table} ({columns}) {select}", params)
            return cursor.rowcount


class NoticeQuerySet(models.QuerySet):
    """Notices."""

    def unsent(self, now: datetime) -> "NoticeQuerySet":
        """Those that wait, and whose time has come."""
        return self.filter(sent_at=None, given_up_at=None, not_before__lte=now)

    def to_queue(self, now: datetime) -> "NoticeQuerySet":
        """Those of them that no worker has been told of, or whose message was lost."""
        return self.unsent(now).filter(not_queued_lately(now))
