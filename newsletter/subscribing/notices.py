"""Mails to one subscriber about the subscription itself.

A notice is a row first and a mail later: when the mail server is down it waits and goes out by
itself. A notice may, after a crash, be mailed twice; that does no harm.
"""

import logging
from datetime import datetime, timedelta

from django.core.mail import get_connection
from django.db import transaction
from django.db.models import F

from ..models import Notice, Subscription
from . import mails

logger = logging.getLogger(__name__)

A_DAY = timedelta(days=1)
NOTICES_A_DAY = 3
LEASE = timedelta(minutes=5)
GIVE_UP_AFTER = timedelta(days=3)


def request(subscription: Subscription, kind: str, now: datetime) -> None:
    """Have a notice sent soon. None gets more than a few of a kind a day, whoever asks.

    Where the broker is gone, the next tick finds it.
    """
    from ..tasks import send_notice

    recent = subscription.notices.filter(kind=kind, created_at__gt=now - A_DAY)
    if recent.count() >= NOTICES_A_DAY:
        return
    notice = subscription.notices.create(kind=kind, created_at=now, not_before=now)
    transaction.on_commit(lambda: send_notice.delay(notice.pk), robust=True)


def send(notice_id: int, now: datetime) -> None:
    """Send a notice, unless it is sent, being sent by another, or no longer true.

    While it is being sent its time lies ahead; if the sender dies it comes round again.
    """
    mine = Notice.objects.unsent(now).filter(pk=notice_id)
    if not mine.update(not_before=now + LEASE, attempts=F("attempts") + 1):
        return
    notice = Notice.objects.select_related("subscription__subscriber", "subscription__newsletter")
    notice = notice.get(pk=notice_id)
    if is_overtaken(notice) or notice.created_at < now - GIVE_UP_AFTER:
        notice.delete()
        return
    try:
        with get_connection() as connection:
            mails.for_notice(notice, connection).send()
    except Exception as error:
        wait = timedelta(minutes=min(2 ** (notice.attempts - 1), 60))
        Notice.objects.filter(pk=notice_id).update(not_before=now + wait, error=repr(error))
        logger.warning("Notice %s was not sent and is tried again: %r", notice_id, error)
    else:
        Notice.objects.filter(pk=notice_id).update(sent_at=now, error="")


def is_overtaken(notice: Notice) -> bool:
    """Return whether what a notice says is true no more, since its subscription has moved on."""
    state = notice.subscription.state
    if notice.kind == Notice.Kind.CONFIRM:
        return state != Subscription.State.PENDING
    return state != Subscription.State.ACTIVE
