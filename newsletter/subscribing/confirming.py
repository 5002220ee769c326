"""The owner of an address confirms that they want the newsletter."""

from datetime import datetime

from django.db import transaction

from ..models import ConsentRecord, Notice, Subscription
from . import notices, suppressing


def confirm(subscription: Subscription, wording: str, now: datetime) -> None:
    """Make a subscription active, from the current window of its cadence on. Twice does no harm.

    A window that was opened earlier by a subscription since left is never moved back: what was
    mailed before is not mailed again. An address that was forgotten and is entered again may be
    mailed from now on; where it bounced or complained, the subscription waits until an editor lifts
    that.
    """
    if subscription.state != Subscription.State.PENDING:
        return
    address = subscription.subscriber.email
    with transaction.atomic():
        suppressing.welcome_back(address)
        subscription = Subscription.objects.select_for_update().get(pk=subscription.pk)
        if subscription.state != Subscription.State.PENDING:
            return
        start = subscription.newsletter.window_start(subscription.cadence, now)
        subscription.mailed_through = max(subscription.mailed_through or start, start)
        subscription.state = Subscription.State.ACTIVE
        subscription.confirmed_at = now
        subscription.left_at = None
        subscription.save()
        subscription.consent_records.create(
            act=ConsentRecord.Act.CONFIRMED,
            how=ConsentRecord.How.LINK,
            wording=wording,
            choice=subscription.choice,
            at=now,
        )
        if suppressing.is_barred(address):
            suppressing.stop(subscription, ConsentRecord.How.SITE, now)
        else:
            notices.request(subscription, Notice.Kind.WELCOME, now)
