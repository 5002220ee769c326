"""Clear away sign-ups that nobody confirmed, and choices of topics that nobody has any more."""

from datetime import datetime, timedelta

from ..models import Subscriber, Subscription, TopicSet

KEEP_UNCONFIRMED = timedelta(days=30)


def clean(now: datetime) -> None:
    """Forget addresses that were entered and never confirmed; who had left before stays left."""
    stale = Subscription.objects.filter(
        state=Subscription.State.PENDING, asked_at__lt=now - KEEP_UNCONFIRMED
    )
    stale.exclude(confirmed_at=None).update(state=Subscription.State.LEFT)
    stale.filter(confirmed_at=None).delete()
    Subscriber.objects.filter(subscriptions=None).delete()
    TopicSet.objects.filter(subscriptions=None).delete()
