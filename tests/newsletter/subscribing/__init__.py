"""Tests of signing up, confirming, changing and leaving, and what they share."""

from datetime import UTC, datetime

from newsletter.models import Notice, Subscription
from newsletter.subscribing.joining import Wish

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
WISH = Wish(email="ana@example.com", name="Ana", cadence="daily", wording="Send it to me.")


def notice_for(subscription: Subscription, kind: str = Notice.Kind.CONFIRM) -> Notice:
    return subscription.notices.create(kind=kind, created_at=NOW, not_before=NOW)
