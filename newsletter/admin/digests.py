"""How a digest goes: its posts, mails, versions and parts, and what editors decided.

Editors read of versions and parts where the code has cohorts and batches.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import Prefetch, QuerySet, Sum
from django.utils.functional import cached_property
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.ui.tables import BooleanColumn, Column, NumberColumn, Table, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.widgets.button import HeaderButton
from wagtail.log_actions import registry

from blog.models import PostPage

from ..digests import selection
from ..models import Batch, Cohort, Delivery, Digest, Omission
from .columns import StateColumn, state_in_words
from .decisions import DECISIONS, DigestQuestionView
from .doubts import DOUBT_DECISIONS, doubts_table, in_doubt, reasons_of
from .permissions import subscriber_policy
from .recipients import RecipientColumn
from .retrying import RETRIES

MOST_ROWS = 50


@dataclass(frozen=True)
class Count:
    """How many of a digest's mails came to an end, and what that means."""

    label: str
    number: int
    meaning: str


class DigestInspectView(generic.InspectView):
    """A digest, with what went wrong in it and when that is tried again."""

    page_title = gettext_lazy("Digest")

    @cached_property
    def decisions(self) -> list[type[DigestQuestionView]]:
        """What this user may decide about the digest as it is."""
        return self._possible((*DECISIONS, *RETRIES))

    @property
    def is_waiting(self) -> bool:
        """Whether the digest waits for a decision; a notice then says why, and has the buttons."""
        return self.object.state == Digest.State.HELD or self.object.paused_at is not None

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        if self.is_waiting:
            return []
        return [
            HeaderButton(
                decision.label,
                decision.url_for(self.object),
                icon_name=decision.header_icon,
                priority=place,
            )
            for place, decision in enumerate(self.decisions)
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        digest, user = self.object, self.request.user
        counts = Batch.objects.filter(cohort__digest=digest).counts_by_digest()[digest.pk]
        with_addresses = subscriber_policy.lets_in(user)
        return super().get_context_data(
            state=state_in_words(digest),
            is_waiting=self.is_waiting,
            decisions=self._links(self.decisions),
            posts=_posts(digest, user),
            omitted=_omitted(digest, user),
            counts=_counts(counts),
            parts=_parts(digest),
            failed=_failed(digest, with_addresses),
            versions=_versions(digest),
            log=_log(digest),
            most_rows=MOST_ROWS,
            **(self._doubts(with_addresses, counts["in_doubt"]) if counts["in_doubt"] else {}),
            **kwargs,
        )

    def _doubts(self, with_addresses: bool, number: int) -> dict[str, Any]:
        """Return the mails in doubt, and what this user may decide about them."""
        return {
            "doubts": doubts_table(self.object, with_addresses),
            "doubt_number": number,
            "doubt_reasons": reasons_of(in_doubt(self.object)),
            "doubt_decisions": self._links(self._possible(DOUBT_DECISIONS)),
        }

    def _possible(
        self, decisions: Sequence[type[DigestQuestionView]]
    ) -> list[type[DigestQuestionView]]:
        if not self.user_has_permission("change"):
            return []
        return [decision for decision in decisions if decision.is_possible(self.object)]

    def _links(self, decisions: Sequence[type[DigestQuestionView]]) -> list[dict[str, str]]:
        return [{"label": it.label, "url": it.url_for(self.object)} for it in decisions]


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


def _omitted(digest: Digest, user: AbstractBaseUser) -> Table:
    """Return the posts that the digest omitted, and why."""
    editing = AdminURLFinder(user)
    return Table(
        [
            TitleColumn(
                "post",
                label=_("Post"),
                get_url=lambda omission: editing.get_edit_url(omission.post),
            ),
            Column("error", label=_("Error"), classname="wrap-anywhere"),
            BooleanColumn("is_owed", label=_("Sent with a later digest")),
        ],
        Omission.of(digest),
        caption=_("Omitted posts"),
    )


def _counts(counts: Counter[str]) -> Table:
    """Return what became of the mails; of what a provider told only where it told anything."""
    fates = [
        Count(_("Delivered"), counts["delivered"], _("Of those sent, arrived.")),
        Count(_("Bounced"), counts["bounced"], _("Of those sent, came back.")),
        Count(_("Complained of"), counts["complained"], _("Of those sent, were called spam.")),
    ]
    rows = [
        Count(_("Waiting"), counts["waiting"], _("Not sent yet.")),
        Count(_("Sent"), counts["sent"], _("Taken by the mail server.")),
        *(fates if any(fate.number for fate in fates) else []),
        Count(_("Failed"), counts["failed"], _("Refused, or tried in vain.")),
        Count(_("Not sent"), counts["skipped"], _skips(counts)),
        Count(_("In doubt"), counts["in_doubt"], _("Nobody knows whether they were sent.")),
    ]
    return Table(
        [
            Column("label", label=_("What became of them")),
            NumberColumn("number", label=_("Mails")),
            Column("meaning", label=_("What that means")),
        ],
        rows,
        caption=_("Mails"),
    )


def _skips(counts: Counter[str]) -> str:
    """Return why emails were skipped."""
    if not counts["withdrawn"]:
        return _("Readers had unsubscribed or were suppressed, or the digest was cancelled.")
    words = ngettext(
        "For %(number)s reader, the posts were no longer published in the section.",
        "For %(number)s readers, the posts were no longer published in the section.",
        counts["withdrawn"],
    )
    return words % {"number": intcomma(counts["withdrawn"])}


def _parts(digest: Digest) -> Table:
    """Return the batches that are not done, or have been with an error."""
    batches = Batch.objects.filter(cohort__digest=digest).exclude(state=Batch.State.DONE, error="")
    return Table(
        [
            Column("pk", label=_("Part")),
            StateColumn(wanted=Batch.State.DONE),
            NumberColumn("size", label=_("Mails")),
            NumberColumn("attempts", label=_("Attempts")),
            Column("error", label=_("Last error"), classname="wrap-anywhere"),
            Column(
                "next_attempt",
                label=_("Next attempt"),
                accessor=lambda batch: None if digest.paused_at else _next_attempt(batch),
                classname="w-whitespace-nowrap",
            ),
        ],
        batches.order_by("-attempts", "not_before", "pk")[:MOST_ROWS],
        caption=_("Parts"),
    )


def _next_attempt(batch: Batch) -> Any:
    return batch.not_before if batch.state == Batch.State.PENDING else None


def _failed(digest: Digest, with_addresses: bool) -> Table:
    batches = Batch.objects.filter(cohort__digest=digest, failed__gt=0)
    deliveries = Delivery.objects.filter(batch__in=batches, state=Delivery.State.FAILED)
    return Table(
        [RecipientColumn(with_addresses)],
        deliveries.select_related("subscription__subscriber").order_by("pk")[:MOST_ROWS],
        caption=_("Failed"),
    )


def _versions(digest: Digest) -> Table:
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
            NumberColumn("size", label=_("Readers")),
            NumberColumn(
                "posts", label=_("Posts"), accessor=lambda cohort: len(cohort.posts.all())
            ),
        ],
        cohorts.order_by("-size", "pk")[:MOST_ROWS],
        caption=_("Versions"),
    )


def _titles(cohort: Cohort) -> str:
    """Return what stands for the subject of a cohort that was not rendered yet."""
    return Truncator(", ".join(post.title for post in cohort.posts.all())).chars(100)


def _log(digest: Digest) -> Table:
    """Return what was decided about a digest, when and by whom."""
    entries: QuerySet = registry.get_logs_for_instance(digest).select_related("user")
    return Table(
        [
            Column("timestamp", label=_("When")),
            Column("user", label=_("Who"), accessor="user_display_name"),
            Column("message", label=_("What")),
        ],
        entries[:MOST_ROWS],
        caption=_("Decisions"),
    )
