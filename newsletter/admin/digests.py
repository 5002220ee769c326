"""How a digest goes: its posts, deliveries, batches and cohorts."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Prefetch, Sum
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.ui.tables import BooleanColumn, Column, NumberColumn, Table, TitleColumn
from wagtail.admin.views import generic

from blog.models import PostPage

from ..digests import selection
from ..models import Batch, Cohort, Delivery, Digest
from .columns import CountColumn, StateColumn
from .permissions import subscriber_policy

MOST_ROWS = 50


class DigestInspectView(generic.InspectView):
    """A digest, with what went wrong in it and when that is tried again."""

    page_title = gettext_lazy("Digest")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        digest, user = self.object, self.request.user
        return super().get_context_data(
            posts=_posts(digest, user),
            counts=_counts(digest),
            batches=_batches(digest),
            problems=_problems(digest, with_addresses=subscriber_policy.lets_in(user)),
            cohorts=_cohorts(digest),
            most_rows=MOST_ROWS,
            **kwargs,
        )


def _posts(digest: Digest, user: AbstractBaseUser) -> Table:
    editing = AdminURLFinder(user)
    posts = selection.mailable(digest.posts.all(), digest.newsletter)
    mailable = set(posts.values_list("pk", flat=True))
    return Table(
        [
            TitleColumn(
                "title",
                label=_("Post"),
                get_url=lambda post: editing.get_edit_url(post) or post.get_url(),
            ),
            Column("first_published_at", label=_("First published")),
            BooleanColumn(
                "mailable", label=_("May be mailed"), accessor=lambda post: post.pk in mailable
            ),
        ],
        digest.posts.latest_first(),
        caption=_("Posts"),
    )


def _counts(digest: Digest) -> Table:
    digest.counts = Batch.objects.filter(cohort__digest=digest).counts_by_digest()[digest.pk]
    columns = [
        CountColumn("sent", label=_("Sent")),
        CountColumn("waiting", label=_("Waiting")),
        CountColumn("failed", label=_("Failed")),
        CountColumn("skipped", label=_("Not sent")),
        CountColumn("in_doubt", label=_("In doubt")),
    ]
    return Table(columns, [digest], caption=_("Deliveries"))


def _batches(digest: Digest) -> Table:
    """Return the batches that are not done, or have been with an error."""
    batches = Batch.objects.filter(cohort__digest=digest).exclude(state=Batch.State.DONE, error="")
    return Table(
        [
            Column("pk", label=_("Batch")),
            StateColumn(wanted=Batch.State.DONE),
            NumberColumn("size", label=_("Deliveries")),
            NumberColumn("attempts", label=_("Attempts")),
            Column("error", label=_("Last error"), classname="wrap-anywhere"),
            Column(
                "next_attempt",
                label=_("Next attempt"),
                accessor=_next_attempt,
                classname="w-whitespace-nowrap",
            ),
        ],
        batches.order_by("-attempts", "not_before", "pk")[:MOST_ROWS],
        caption=_("Batches"),
    )


def _next_attempt(batch: Batch) -> Any:
    return batch.not_before if batch.state == Batch.State.PENDING else None


def _problems(digest: Digest, with_addresses: bool) -> Table:
    """Return the deliveries that failed or are in doubt."""
    batches = Batch.objects.filter(cohort__digest=digest).with_problems()
    deliveries = Delivery.objects.filter(
        batch__in=batches, state__in=[Delivery.State.FAILED, Delivery.State.IN_DOUBT]
    ).select_related("subscription__subscriber")
    who = (
        TitleColumn(
            "address",
            label=_("Address"),
            accessor="subscription.subscriber",
            url_name="newsletter_subscribers:inspect",
            id_accessor="subscription.subscriber_id",
        )
        if with_addresses
        else Column("delivery", label=_("Delivery"), accessor="pk")
    )
    return Table(
        [
            who,
            StateColumn(wanted=Delivery.State.SENT),
            Column("error", label=_("Error"), classname="wrap-anywhere"),
        ],
        deliveries.order_by("-state", "pk")[:MOST_ROWS],
        caption=_("Failed and in doubt"),
    )


def _cohorts(digest: Digest) -> Table:
    """Return the cohorts, the largest first, with links to what they get."""
    cohorts = digest.cohorts.annotate(size=Sum("batches__size")).prefetch_related(
        Prefetch("posts", PostPage.objects.latest_first().only("title"))
    )
    return Table(
        [
            TitleColumn(
                "subject",
                label=_("Content"),
                accessor=lambda cohort: cohort.subject or _titles(cohort),
                url_name="newsletter_digests:cohort",
            ),
            NumberColumn("size", label=_("Subscribers")),
            NumberColumn(
                "posts", label=_("Posts"), accessor=lambda cohort: len(cohort.posts.all())
            ),
        ],
        cohorts.order_by("-size", "pk")[:MOST_ROWS],
        caption=_("Cohorts"),
    )


def _titles(cohort: Cohort) -> str:
    """Return what stands for the subject of a cohort that was not rendered yet."""
    return Truncator(", ".join(post.title for post in cohort.posts.all())).chars(100)
