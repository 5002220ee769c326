"""From when on an activated subscription gets posts."""

from datetime import datetime, timedelta

from django.conf import settings

from ..models import Subscription


def window_on_activation(subscription: Subscription, now: datetime) -> datetime:
    """Return where the window of a subscription starts that becomes active at ``now``.

    A new subscription starts with the current window. One that was inactive only within a window
    goes on where it was: the digest that was due before it became inactive may not be planned yet.
    After a longer absence it starts with the current window, and never earlier than before.
    """
    start = subscription.newsletter.window_start(subscription.cadence, now)
    if subscription.mailed_through is None:
        return start
    if _is_absence_short(subscription, now):
        return subscription.mailed_through
    return max(subscription.mailed_through, start)


def _is_absence_short(subscription: Subscription, now: datetime) -> bool:
    """Return whether no digest was planned as due while a subscription was inactive."""
    settled = now - timedelta(seconds=settings.NEWSLETTER_SETTLE_SECONDS)
    start = subscription.newsletter.window_start(subscription.cadence, settled)
    return subscription.inactive_since is not None and subscription.inactive_since >= start
