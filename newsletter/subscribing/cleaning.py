"""Clear away sign-ups that nobody confirmed, and choices of topics that nobody has any more."""

from datetime import datetime, timedelta

from django.db import transaction

from ..models import ConsentRecord, Subscriber, Subscription, TopicSet
from . import sign_ups

KEEP_UNCONFIRMED = timedelta(days=30)


def clean(now: datetime) -> None:
    """Forget addresses that were entered and never confirmed; who had left before stays left."""
    stale = Subscription.objects.filter(
        state=Subscription.State.PENDING, asked_at__lt=now - KEEP_UNCONFIRMED
    )
    for subscription in stale.exclude(confirmed_at=None):
        _lapse(subscription, now)
    stale.filter(confirmed_at=None).delete()
    sign_ups.purge(now)
    Subscriber.objects.filter(subscriptions=None).delete()
    TopicSet.objects.filter(subscriptions=None).delete()


@transaction.atomic
def _lapse(subscription: Subscription, now: datetime) -> None:
    pending = Subscription.objects.filter(pk=subscription.pk, state=Subscription.State.PENDING)
    if pending.update(state=Subscription.State.LEFT):
        subscription.consent_records.create(
            act=ConsentRecord.Act.LAPSED, how=ConsentRecord.How.SITE, at=now
        )
