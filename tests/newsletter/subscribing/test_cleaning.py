"""What is of no more use is cleared away, and nothing else."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from newsletter import tasks
from newsletter.models import Notice, Subscriber, Subscription, TopicSet
from newsletter.subscribing.cleaning import KEEP_UNCONFIRMED, clean
from tests.factories import (
    NewsletterFactory,
    SubscriberFactory,
    SubscriptionFactory,
    TopicFactory,
)

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
OLD = NOW - KEEP_UNCONFIRMED - timedelta(seconds=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def subscribe(newsletter):
    """Makes a subscription that was never confirmed."""

    def subscribe(**options) -> Subscription:
        options = {"state": "pending", "confirmed_at": None, "asked_at": OLD, **options}
        return SubscriptionFactory(newsletter=newsletter, **options)

    return subscribe


def test_an_address_that_nobody_confirmed_is_forgotten(subscribe):
    subscription = subscribe()
    subscription.notices.create(kind=Notice.Kind.CONFIRM, sent_at=OLD)
    clean(NOW)
    assert not Subscription.objects.exists()
    assert not Subscriber.objects.exists()
    assert not Notice.objects.exists()


def test_it_is_kept_as_long_as_it_may_still_be_confirmed(subscribe):
    subscribe(asked_at=NOW - KEEP_UNCONFIRMED)
    clean(NOW)
    assert Subscription.objects.get().state == "pending"
    assert Subscriber.objects.exists()


@pytest.mark.parametrize("state", ["active", "left"])
def test_whoever_confirmed_is_kept_however_long_ago(subscribe, state):
    subscribe(state=state, confirmed_at=OLD, asked_at=NOW - timedelta(days=2000))
    clean(NOW)
    assert Subscription.objects.get().state == state


def test_who_had_left_and_asked_again_and_did_not_confirm_has_left(subscribe):
    left_at = NOW - timedelta(days=100)
    subscription = subscribe(confirmed_at=NOW - timedelta(days=200), left_at=left_at)
    clean(NOW)
    subscription.refresh_from_db()
    assert subscription.state == "left"
    assert subscription.left_at == left_at
    assert subscription.mailed_through is not None


def test_who_gets_another_newsletter_is_kept(subscribe, section):
    reader = SubscriberFactory()
    subscribe(subscriber=reader)
    other = NewsletterFactory(section=section)
    kept = SubscriptionFactory(newsletter=other, subscriber=reader)
    clean(NOW)
    assert Subscriber.objects.get() == reader
    assert Subscription.objects.get() == kept


def test_a_choice_of_topics_that_nobody_has_is_forgotten_and_its_topics_stay(subscribe):
    sleep, work = TopicFactory(), TopicFactory()
    subscribe(topics=[sleep])
    kept = subscribe(state="active", confirmed_at=OLD, topics=[sleep, work])
    TopicSet.of([work])
    clean(NOW)
    assert TopicSet.objects.get() == kept.topic_set
    kept.refresh_from_db()
    assert kept.topics == [sleep, work]


def test_cleaning_twice_changes_nothing_more(subscribe):
    subscribe()
    subscribe(state="active", confirmed_at=OLD)
    clean(NOW)
    clean(NOW)
    assert Subscription.objects.get().state == "active"


def test_the_daily_task_does_it(subscribe):
    subscribe()
    with time_machine.travel(NOW, tick=False):
        tasks.housekeeping()
    assert not Subscriber.objects.exists()
