"""Somebody comments. It is published at once only where the address has earned that."""

from datetime import datetime, timedelta

from django.db import transaction
from wagtail.models import Page

from ..models import Comment
from . import notices

# The same words again within so long come from a second press of the button.
REPEATED_WITHIN = timedelta(minutes=10)


def take(comment: Comment, trusted_after: int, now: datetime) -> Comment:
    """Take down a comment, once however often it is sent, and tell whom it concerns.

    ``trusted_after`` is after how many approved comments an address is published at once; with 0
    every comment waits. One post takes its comments one after the other.
    """
    with transaction.atomic():
        list(Page.objects.select_for_update().filter(pk=comment.post_id).values_list("pk"))
        earlier = _twin_of(comment, now)
        if earlier:
            return earlier
        if Comment.objects.is_trusted(comment.email, trusted_after):
            comment.state = Comment.State.APPROVED
        comment.created_at = now
        comment.save()
        if comment.is_approved:
            notices.tell_readers(comment, now)
        else:
            notices.tell_moderators(now)
    return comment


def _twin_of(comment: Comment, now: datetime) -> Comment | None:
    recent = Comment.objects.of(comment.post).by(comment.email)
    return recent.filter(text=comment.text, created_at__gt=now - REPEATED_WITHIN).first()
