"""Sign-up forms: recorded by the request, and acted on by a worker.

The request does the same for every address, so neither its answer nor its time tells who is
subscribed, suppressed or unknown.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction

from blog.models import Topic

from ..models import Newsletter, SignUp
from .joining import Wish, ask

logger = logging.getLogger(__name__)

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
# The sign-up emails that one mailbox gets, across all networks and newsletters.
MAX_EMAILS_PER_MAILBOX_PER_DAY = 3
# A domain of which every address leads to one mailbox would otherwise be flooded.
MAX_EMAILS_PER_DOMAIN_PER_HOUR = 1000
CHUNK_SIZE = 500


def record(newsletter: Newsletter, wish: Wish, now: datetime) -> None:
    """Store a sign-up and notify a worker. If the broker is down, the next tick finds it."""
    from ..tasks import process_sign_ups

    SignUp.objects.create(
        newsletter=newsletter,
        email=wish.email,
        name=wish.name,
        cadence=wish.cadence,
        topic_ids=[topic.pk for topic in wish.topics],
        wording=wish.wording,
        mailbox=SignUp.mailbox_of(wish.email),
        domain=wish.email.rpartition("@")[2].lower(),
        created_at=now,
    )
    transaction.on_commit(process_sign_ups.delay, robust=True)


def process_stored(now: datetime) -> None:
    """Process the stored sign-ups. One that fails is logged and retried by the next tick."""
    waiting = SignUp.objects.waiting().order_by("pk").values_list("pk", flat=True)
    for pk in list(waiting[:CHUNK_SIZE]):
        try:
            process(pk, now)
        except Exception:
            logger.exception("Sign-up %s could not be processed", pk)


@transaction.atomic
def process(pk: int, now: datetime) -> None:
    """Process a sign-up, unless that is done. Those of one mailbox are processed in turn."""
    sign_up = SignUp.objects.waiting().filter(pk=pk).first()
    if sign_up is None:
        return
    same = SignUp.objects.filter(mailbox=sign_up.mailbox).order_by("pk")
    list(same.select_for_update().values_list("pk"))
    sign_up = SignUp.objects.waiting().select_related("newsletter").filter(pk=pk).first()
    if sign_up is None:
        return
    is_mailed = ask(sign_up.newsletter, _wish(sign_up), now, may_email=_may_email(sign_up, now))
    sign_up.mark_processed(is_mailed, now)


def purge(now: datetime) -> None:
    """Delete the sign-ups that no limit counts any longer."""
    SignUp.objects.filter(created_at__lte=now - DAY, processed_at__isnull=False).delete()


def _may_email(sign_up: SignUp, now: datetime) -> bool:
    mailed = SignUp.objects.filter(is_mailed=True)
    mailbox = mailed.filter(mailbox=sign_up.mailbox, created_at__gt=now - DAY)
    domain = mailed.filter(domain=sign_up.domain, created_at__gt=now - HOUR)
    if domain.count() >= MAX_EMAILS_PER_DOMAIN_PER_HOUR:
        logger.warning("Too many sign-ups for %s: no confirmations for now", sign_up.domain)
        return False
    return mailbox.count() < MAX_EMAILS_PER_MAILBOX_PER_DAY


def _wish(sign_up: SignUp) -> Wish:
    return Wish(
        email=sign_up.email,
        cadence=sign_up.cadence,
        name=sign_up.name,
        topics=Topic.objects.filter(pk__in=sign_up.topic_ids),
        wording=sign_up.wording,
    )
