"""What can be decided about comments: one by one on their pages, or for many in the list."""

import re
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.generic import View
from wagtail.admin import messages
from wagtail.admin.views.bulk_action import BulkAction
from wagtail.admin.views.generic import PermissionCheckedMixin

from core.models import SiteSettings
from core.records import LimitedPolicy

from ...models import Comment
from .. import moderating
from ..forms import PlainField

# Comments come from readers; "change" is to decide about them.
comment_policy = LimitedPolicy(Comment, ["change", "delete"])


@dataclass(frozen=True)
class Decision:
    """A state that comments can be brought to, and how that is called."""

    name: str
    state: str
    label: str
    icon: str
    question: str


APPROVE = Decision(
    "approve",
    Comment.State.APPROVED,
    _("Approve"),
    "check",
    _("Everybody will be able to read them, and who asked to be told of answers is."),
)
REJECT = Decision(
    "reject",
    Comment.State.REJECTED,
    _("Reject"),
    "cross",
    _("Nobody will be able to read them on the site. They stay in this list."),
)
SPAM = Decision(
    "spam",
    Comment.State.SPAM,
    _("Mark as spam"),
    "warning",
    _("Nobody will be able to read them, and their addresses are not trusted any more."),
)
DECISIONS = {decision.name: decision for decision in (APPROVE, REJECT, SPAM)}


def possible(comment: Comment) -> list[Decision]:
    """Return what can be decided about a comment: all but what it is already."""
    return [decision for decision in DECISIONS.values() if decision.state != comment.state]


def bulk_url(name: str, comment: Comment, back_to: str) -> str:
    """Return the address of the page that asks whether something is to be done with a comment."""
    page = reverse("wagtail_bulk_action", args=["blog", "comment", name])
    return f"{page}?id={comment.pk}&next={back_to}"


class DecideView(PermissionCheckedMixin, View):
    """Decide about one comment, from its page."""

    permission_policy = comment_policy
    permission_required = "change"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        decision = DECISIONS[name]
        comment = get_object_or_404(Comment, pk=pk)
        moderating.decide([comment.pk], decision.state, timezone.now())
        words = _("%(comment)s is now: %(state)s.")
        state = Comment.State(decision.state).label
        messages.success(request, words % {"comment": comment, "state": state})
        return redirect("comments_queue:inspect", pk)


class AnswerView(PermissionCheckedMixin, View):
    """Publish an answer of the editors to a comment that readers see."""

    permission_policy = comment_policy
    permission_required = "change"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        comment = get_object_or_404(Comment.objects.answerable(), pk=pk)
        text = PlainField().to_python(request.POST.get("text"))
        longest = Comment._meta.get_field("text").max_length
        if not text or len(text) > longest:
            words = _("Nothing was published: write something, of %(longest)s characters at most.")
            messages.error(request, words % {"longest": longest})
        else:
            site_name = SiteSettings.for_request(request).name
            name = moderating.name_of(request.user, site_name)
            moderating.answer(comment, text, name, timezone.now())
            messages.success(request, _("Your answer is published."))
        return redirect("comments_queue:inspect", pk)


class CommentBulkAction(BulkAction):
    """Something that is done with many comments, after a page that asks."""

    models = [Comment]
    template_name = "blog/admin/comments/bulk.html"
    permission = "change"
    icon = ""
    question = ""

    @classmethod
    def get_queryset(cls, model: type[Model], object_ids: list[str]) -> QuerySet[Comment]:
        """Return the comments that are named, and none for what is no number."""
        numbers = [int(number) for number in object_ids if re.fullmatch(r"[0-9]{1,18}", number)]
        return Comment.objects.filter(pk__in=numbers).select_related("post")

    def get_all_objects_in_listing_query(self, parent_id: str | None) -> list[str]:
        """Return none: the list may be filtered, and this would be about all comments there are."""
        return []

    def check_perm(self, obj: Comment) -> bool:
        return comment_policy.user_has_permission(self.request.user, self.permission)

    def get_execution_context(self) -> dict[str, Any]:
        return {"action": self}

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str:
        words = ngettext(
            "Done with %(number)s comment: %(action)s.",
            "Done with %(number)s comments: %(action)s.",
            num_parent_objects,
        )
        return words % {"number": num_parent_objects, "action": self.display_name}


class DecideBulkAction(CommentBulkAction):
    """A decision about many comments."""

    decision: Decision

    @classmethod
    def execute_action(
        cls, objects: list[Comment], action: "CommentBulkAction", **kwargs: Any
    ) -> tuple[int, int]:
        numbers = [comment.pk for comment in objects]
        return moderating.decide(numbers, cls.decision.state, timezone.now()), 0


class DeleteBulkAction(CommentBulkAction):
    """Delete many comments, with what answers them."""

    display_name = _("Delete")
    action_type = "delete"
    aria_label = _("Delete the selected comments")
    action_priority = 90
    classes = {"serious"}
    permission = "delete"
    icon = "bin"
    question = _("They are deleted for good, with the answers to them.")

    @classmethod
    def execute_action(
        cls, objects: list[Comment], action: "CommentBulkAction", **kwargs: Any
    ) -> tuple[int, int]:
        return moderating.delete(comment.pk for comment in objects), 0


def _bulk_action(decision: Decision, priority: int) -> type[DecideBulkAction]:
    attributes = {
        "decision": decision,
        "display_name": decision.label,
        "action_type": decision.name,
        "aria_label": decision.label,
        "action_priority": priority,
        "icon": decision.icon,
        "question": decision.question,
    }
    return type(f"{decision.name.title()}BulkAction", (DecideBulkAction,), attributes)


BULK_ACTIONS = [
    *(_bulk_action(decision, place) for place, decision in enumerate(DECISIONS.values())),
    DeleteBulkAction,
]
