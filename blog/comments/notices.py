"""Mails about comments. Each is a row first, and a mail later.

Where the broker or the mail server is down it waits, and goes out with a later tick. After a crash
one may be mailed twice; that does no harm.
"""

import logging
import smtplib
from collections.abc import Iterator
from datetime import datetime, timedelta

from anymail.exceptions import AnymailInvalidAddress, AnymailRecipientsRefused
from django.core.mail import get_connection
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext

from core import problems
from core.mail import is_barred

from ..models import Comment, CommentNotice, PostPage
from . import mails

logger = logging.getLogger(__name__)

# Moderators get one mail in so long, however many comments come.
PAUSE = timedelta(minutes=30)
LEASE = timedelta(minutes=5)
GIVE_UP_AFTER = timedelta(days=3)
# A refused address is retried a few times, because the relay's settings may be wrong.
GIVE_UP_REFUSED_AFTER = timedelta(days=1)
REFUSED_DELAY = timedelta(hours=4)
KEEP = timedelta(days=90)


def tell_moderators(now: datetime) -> None:
    """Have moderators told that comments wait: soon, or when they may be mailed again."""
    told = CommentNotice.objects.filter(kind=CommentNotice.Kind.WAITING, sent_at__gt=now - PAUSE)
    latest = told.order_by("-sent_at").first()
    notice, is_new = CommentNotice.objects.open().get_or_create(
        kind=CommentNotice.Kind.WAITING,
        defaults={"created_at": now, "not_before": latest.sent_at + PAUSE if latest else now},
    )
    if is_new and not latest:
        _queue(notice)


def tell_readers(answer: Comment, now: datetime) -> None:
    """Have those told of an approved answer who asked for that in its thread."""
    if answer.parent_id is None:
        return
    for reader in Comment.objects.to_be_told_of(answer):
        notice, is_new = CommentNotice.objects.get_or_create(
            answer=answer,
            reader=reader,
            defaults={
                "kind": CommentNotice.Kind.ANSWERED,
                "created_at": now,
                "not_before": now,
            },
        )
        if is_new:
            _queue(notice)


def look_again(now: datetime) -> list[int]:
    """Return the numbers of the notices to be sent, once nothing that waits is untold."""
    if Comment.objects.untold().exists():
        tell_moderators(now)
    return list(CommentNotice.objects.due(now).order_by("pk").values_list("pk", flat=True)[:100])


def find_problems(now: datetime) -> Iterator[problems.Problem]:
    """Yield a problem if emails about comments were given up lately."""
    emails = CommentNotice.objects.filter(given_up_at__gt=now - problems.RECENT)
    title = gettext("Emails about comments")
    yield from problems.given_up("comments", title, emails, "given_up_at", "error")


def prune(now: datetime) -> None:
    """Clear away what was sent, or given up, long ago."""
    CommentNotice.objects.filter(created_at__lt=now - KEEP).exclude(
        pk__in=CommentNotice.objects.open().values("pk")
    ).delete()


def send(notice_id: int, now: datetime) -> None:
    """Send a notice, unless it is sent, being sent by another, or no longer true.

    While it is being sent its time lies ahead; if the sender dies it comes round again.
    """
    mine = CommentNotice.objects.due(now).filter(pk=notice_id)
    if not mine.update(not_before=now + LEASE, attempts=F("attempts") + 1):
        return
    notice = CommentNotice.objects.select_related("answer__post", "reader").get(pk=notice_id)
    untold = list(Comment.objects.untold().values_list("pk", flat=True))
    if is_overtaken(notice):
        notice.delete()
        return
    try:
        _mail(notice)
    except Exception as error:
        _set_back(notice, error, now)
        return
    with transaction.atomic():
        CommentNotice.objects.filter(pk=notice_id).update(sent_at=now, error="")
        if notice.kind == CommentNotice.Kind.WAITING:
            Comment.objects.filter(pk__in=untold).update(told_at=now)


def is_overtaken(notice: CommentNotice) -> bool:
    """Return whether what a notice says is true no more, or its reader must not be mailed."""
    if notice.kind == CommentNotice.Kind.WAITING:
        return not Comment.objects.waiting().exists()
    reader, answer = notice.reader, notice.answer
    if not (reader.email and reader.wants_answers and reader.is_approved and answer.is_approved):
        return True
    is_public = PostPage.objects.published().filter(pk=answer.post_id).exists()
    return not is_public or is_barred(reader.email)


def _queue(notice: CommentNotice) -> None:
    from ..tasks import send_comment_notice

    transaction.on_commit(lambda: send_comment_notice.delay(notice.pk), robust=True)


def _mail(notice: CommentNotice) -> None:
    """Hand a notice to the mail server. Raises the server's error where nobody was reached."""
    with get_connection() as connection:
        if notice.kind == CommentNotice.Kind.ANSWERED:
            connection.send_messages([mails.for_reader(notice)])
            return
        errors, messages = [], mails.for_moderators(notice)
        for message in messages:
            try:
                connection.send_messages([message])
            except Exception as error:
                errors.append(error)
        if errors and len(errors) == len(messages):
            raise errors[-1]


def _set_back(notice: CommentNotice, error: Exception, now: datetime) -> None:
    """Have a notice tried again after a while; one to a reader for some days."""
    logger.warning("Notice %s about comments was not sent: %r", notice.pk, type(error).__name__)
    wait, patience = timedelta(minutes=min(2 ** (notice.attempts - 1), 60)), GIVE_UP_AFTER
    if notice.kind == CommentNotice.Kind.ANSWERED and _is_refusal(error):
        wait, patience = REFUSED_DELAY, GIVE_UP_REFUSED_AFTER
    is_late = now + wait > notice.created_at + patience
    is_hopeless = notice.kind == CommentNotice.Kind.ANSWERED and is_late
    CommentNotice.objects.filter(pk=notice.pk).update(
        error=repr(error), not_before=now + wait, given_up_at=now if is_hopeless else None
    )


def _is_refusal(error: Exception) -> bool:
    """Return whether the server will not have the address, now or later (RFC 5321, 4.2.1)."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    return isinstance(error, AnymailRecipientsRefused | AnymailInvalidAddress)
