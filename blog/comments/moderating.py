"""What moderators decide about comments, and what editors answer. All of it is logged."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import LogActionRegistry, log

from ..models import Comment
from . import notices

# What the log calls the step to each state.
ACTIONS = {
    Comment.State.APPROVED: "blog.comment.approve",
    Comment.State.REJECTED: "blog.comment.reject",
    Comment.State.SPAM: "blog.comment.spam",
}
ANSWER, ERASE = "blog.comment.answer", "blog.comment.erase"


@transaction.atomic
def decide(numbers: Iterable[int], state: str, now: datetime) -> int:
    """Bring comments to a state, and return how many were in another."""
    chosen = Comment.objects.select_for_update().filter(pk__in=list(numbers)).exclude(state=state)
    comments = list(chosen.order_by("pk"))
    for comment in comments:
        comment.state, comment.decided_at = state, now
        comment.save(update_fields=["state", "decided_at"])
        log(instance=comment, action=ACTIONS[state])
    if state == Comment.State.APPROVED:
        for comment in comments:
            notices.tell_readers(comment, now)
    return len(comments)


@transaction.atomic
def answer(comment: Comment, text: str, name: str, now: datetime) -> Comment:
    """Publish an answer of the editors; it goes under the comment that begins the thread."""
    answer = Comment.objects.create(
        post_id=comment.post_id,
        parent_id=comment.parent_id or comment.pk,
        name=name,
        text=text,
        state=Comment.State.APPROVED,
        by_staff=True,
        created_at=now,
    )
    log(instance=answer, action=ANSWER)
    notices.tell_readers(answer, now)
    return answer


@transaction.atomic
def delete(numbers: Iterable[int]) -> int:
    """Delete comments with the answers to them, and return how many were named."""
    comments = list(Comment.objects.filter(pk__in=list(numbers)))
    for comment in comments:
        log(instance=comment, action="wagtail.delete", deleted=True)
    Comment.objects.filter(pk__in=[comment.pk for comment in comments]).delete()
    return len(comments)


def delete_old_spam(now: datetime) -> None:
    """Delete what was marked as spam long ago, but for what others have answered in earnest."""
    limit = now - timedelta(days=settings.COMMENTS_KEEP_SPAM_DAYS)
    Comment.objects.spam_since(limit).delete()


def name_of(user: AbstractBaseUser, site_name: str) -> str:
    """Return what an editor answers as: their own name, or the site's."""
    name = user.get_full_name() or site_name
    return name[: Comment._meta.get_field("name").max_length]


def register_log_actions(actions: LogActionRegistry) -> None:
    """Tell Wagtail's log what can be done with comments."""
    approve, reject, spam = ACTIONS.values()
    actions.register_action(approve, _("Approve"), _("Approved"))
    actions.register_action(reject, _("Reject"), _("Rejected"))
    actions.register_action(spam, _("Mark as spam"), _("Marked as spam"))
    actions.register_action(ANSWER, _("Answer"), _("Answered by an editor"))
    actions.register_action(ERASE, _("Erase"), _("Erased at the wish of whoever wrote it"))
