"""The owner of an address confirms that they want the newsletter."""

from datetime import datetime

from django.db import transaction

from ..models import ConsentRecord, Notice, Subscription
from . import notices, suppressing
from .windows import window_on_activation


def confirm(subscription: Subscription, wording: str, now: datetime) -> None:
    """Make a subscription active. Doing it twice does no harm.

    See ``windows`` for the posts that it gets. An address that was forgotten and is entered again
    may be mailed from now on; where it bounced or complained, the subscription waits until an
    editor lifts that.
    """
    if subscription.state != Subscription.State.PENDING:
        return
    address = subscription.subscriber.email
    with transaction.atomic():
        suppressing.welcome_back(address)
        subscription = Subscription.objects.select_for_update().get(pk=subscription.pk)
        if subscription.state != Subscription.State.PENDING:
            return
        subscription.mailed_through = window_on_activation(subscription, now)
        subscription.state = Subscription.State.ACTIVE
        subscription.confirmed_at = now
        subscription.left_at = subscription.inactive_since = None
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
