"""The whole way of a post into mailboxes, through the tasks that the worker runs."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail

from newsletter import tasks
from newsletter.models import Delivery, Digest
from tests.factories import PostFactory, SubscriptionFactory

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
DUE = MONDAY.replace(hour=8)


@pytest.fixture
def at_due_time():
    with time_machine.travel(DUE + timedelta(minutes=2), tick=False):
        yield


@pytest.mark.django_db
def test_a_new_post_reaches_a_subscriber(newsletter, section, at_due_time):
    PostFactory(parent=section, title="Rain", first_published_at=DUE - timedelta(hours=3))
    SubscriptionFactory(newsletter=newsletter, mailed_through=DUE - timedelta(days=1))
    tasks.tick()
    (message,) = mail.outbox
    assert message.subject == "Rain"
    assert Digest.objects.get().state == Digest.State.SENT
    assert Delivery.objects.get().state == Delivery.State.SENT
