"""What tests of notices and of their mails share."""

from collections.abc import Iterator

import pytest
import time_machine

from newsletter.models import Subscription
from tests.factories import SubscriberFactory, SubscriptionFactory
from tests.smtp import MailServer

from . import NOW


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def server(settings) -> Iterator[MailServer]:
    with MailServer() as server:
        server.receive_mail_of(settings)
        yield server


@pytest.fixture
def do(django_capture_on_commit_callbacks):
    """Does something as a request would: what waits for its commit is run."""

    def do(function, *args) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            function(*args)

    return do


@pytest.fixture
def pending(newsletter) -> Subscription:
    """A subscription that nobody has confirmed."""
    subscriber = SubscriberFactory(email="ana@example.com", name="Ana")
    return SubscriptionFactory(newsletter=newsletter, subscriber=subscriber, state="pending")
