"""Fixtures of planning: a newsletter's posts, subscriptions and digests at chosen times."""

from datetime import datetime, timedelta

import pytest

from newsletter.digests import planning
from newsletter.models import Digest, Subscription
from tests.factories import PostFactory, SubscriptionFactory


@pytest.fixture
def publish(section):
    """Publish a post at a time."""

    def publish(title: str, at: datetime, *topics):
        return PostFactory(parent=section, title=title, first_published_at=at, topics=topics)

    return publish


@pytest.fixture
def subscribe(newsletter):
    """Make a subscription whose window opened at a time."""

    def subscribe(since: datetime, cadence: str = "daily", topics=(), **fields) -> Subscription:
        return SubscriptionFactory(
            newsletter=newsletter, cadence=cadence, mailed_through=since, topics=topics, **fields
        )

    return subscribe


@pytest.fixture
def plan(newsletter):
    """Plan the digest of a cadence and window, as soon as it is due or later."""

    def plan(
        until: datetime, cadence: str = "daily", late: timedelta = timedelta(0)
    ) -> Digest | None:
        return planning.plan(newsletter, cadence, until, until + late)

    return plan
