"""Mails to one subscriber about the subscription itself.

A notice is a row first and a mail later: when the mail server is down it waits and goes out by
itself. A notice may, after a crash, be mailed twice; that does no harm.
"""

import logging
import smtplib
from datetime import datetime, timedelta

from anymail.exceptions import AnymailError
from django.core.mail import get_connection
from django.db import transaction
from django.db.models import F

from ..models import Notice, Subscription
from ..sending.outcomes import Outcome, outcome_of
from . import mails, suppressing

logger = logging.getLogger(__name__)

A_DAY = timedelta(days=1)
NOTICES_A_DAY = 3
LEASE = timedelta(minutes=5)
GIVE_UP_AFTER = timedelta(days=3)
# A refused address is retried a few times, because the relay's settings may be wrong.
GIVE_UP_REFUSED_AFTER = timedelta(days=1)
REFUSED_DELAY = timedelta(hours=4)


def request(subscription: Subscription, kind: str, now: datetime) -> bool:
    """Have a notice sent soon. None gets more than a few of a kind a day, whoever asks.

    Return whether it is to be sent. If the broker is down, the next tick finds it.
    """
    from ..tasks import send_notice

    recent = subscription.notices.filter(kind=kind, created_at__gt=now - A_DAY)
    if recent.count() >= NOTICES_A_DAY:
        return False
    notice = subscription.notices.create(kind=kind, created_at=now, not_before=now)
    transaction.on_commit(lambda: send_notice.delay(notice.pk), robust=True)
    return True


def send(notice_id: int, now: datetime) -> None:
    """Send a notice, unless it is sent, being sent by another, or no longer true.

    While it is being sent its time lies ahead; if the sender dies it comes round again.
    """
    mine = Notice.objects.unsent(now).filter(pk=notice_id)
    if not mine.update(not_before=now + LEASE, attempts=F("attempts") + 1):
        return
    notice = Notice.objects.select_related("subscription__subscriber", "subscription__newsletter")
    notice = notice.get(pk=notice_id)
    if is_overtaken(notice):
        notice.delete()
        return
    if now > notice.created_at + GIVE_UP_AFTER:
        Notice.objects.filter(pk=notice_id).update(given_up_at=now)
        return
    try:
        with get_connection() as connection:
            connection.send_messages([mails.for_notice(notice)])
    except Exception as error:
        _set_back(notice, error, now)
    else:
        Notice.objects.filter(pk=notice_id).update(sent_at=now, error="")


def _set_back(notice: Notice, error: Exception, now: datetime) -> None:
    """Retry a notice later, or give it up if it has been tried for long enough."""
    ids = {"notice": notice.pk, "newsletter": notice.subscription.newsletter.slug}
    logger.warning("Notice %s was not sent: %r", notice.pk, error, extra=ids)
    wait, patience = timedelta(minutes=min(2 ** (notice.attempts - 1), 60)), GIVE_UP_AFTER
    if _is_refusal(error):
        wait, patience = REFUSED_DELAY, GIVE_UP_REFUSED_AFTER
    is_hopeless = now + wait > notice.created_at + patience
    Notice.objects.filter(pk=notice.pk).update(
        error=repr(error), not_before=now + wait, given_up_at=now if is_hopeless else None
    )


def _is_refusal(error: Exception) -> bool:
    known = isinstance(error, smtplib.SMTPException | AnymailError | OSError)
    return known and outcome_of(error) is Outcome.REFUSED


def is_overtaken(notice: Notice) -> bool:
    """Return whether a notice is to be dropped.

    It is where its subscription has moved on, so that what it says is true no more, or where its
    address must not be mailed.
    """
    state = notice.subscription.state
    if suppressing.is_barred(notice.subscription.subscriber.email):
        return True
    if notice.kind == Notice.Kind.CONFIRM:
        return state != Subscription.State.PENDING
    return state != Subscription.State.ACTIVE
