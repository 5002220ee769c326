"""What is known of an address from its comments: handed out, or erased, when its owner asks.

Access is article 15 of the GDPR, erasure article 17.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from wagtail.log_actions import log

from core.page_cache.purging import purge_on_commit

from ..models import Comment, CommentNotice
from .discussion import address_of
from .moderating import ERASE


def export(address: str) -> list[dict[str, Any]]:
    """Return all that is kept of the comments of an address, in a form that JSON can hold."""
    comments = Comment.objects.by(address).select_related("post", "parent")
    return [_record(comment) for comment in comments.order_by("created_at", "pk")]


@transaction.atomic
def erase(address: str, now: datetime) -> int:
    """Erase who wrote the comments of an address, and what; return how many there were.

    Those that were answered stay as an empty place, so that the answers keep theirs; the others are
    deleted. The log names their numbers alone.
    """
    comments = list(Comment.objects.by(address).select_for_update())
    numbers = [comment.pk for comment in comments]
    for comment in comments:
        log(instance=comment, action=ERASE)
    CommentNotice.objects.filter(reader__in=numbers).delete()
    answered = set(Comment.objects.filter(parent__in=numbers).values_list("parent_id", flat=True))
    Comment.objects.filter(pk__in=answered).update(
        name="", email="", website="", text="", wants_answers=False, erased_at=now
    )
    Comment.objects.filter(pk__in=set(numbers) - answered).delete()
    purge_on_commit()
    return len(numbers)


def _record(comment: Comment) -> dict[str, Any]:
    return {
        "post": comment.post.title,
        "address": address_of(comment) if comment.is_approved else "",
        "name": comment.name,
        "email": comment.email,
        "website": comment.website,
        "text": comment.text,
        "state": comment.state,
        "wants_answers": comment.wants_answers,
        "answer_to": comment.parent_id,
        "written": comment.created_at.isoformat(),
    }
