"""Fixtures of the faults: a mail server, a newsletter to be sent, and processes that send it."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from newsletter import tasks
from newsletter.models import Newsletter, Subscriber, Subscription
from tests.factories import NewsletterFactory, PostFactory
from tests.provider import Provider
from tests.smtp import MailServer

from . import BATCH_SIZE, CHECKPOINT
from .ledger import is_settled, let_time_pass, report
from .pipeline import Pipeline
from .processes import Processes
from .surroundings import Broker


@pytest.fixture
def server() -> Iterator[MailServer]:
    """A mail server for the processes."""
    with MailServer() as server:
        yield server


@pytest.fixture
def provider() -> Iterator[Provider]:
    """A provider for them."""
    with Provider(keeps_mails=False) as provider:
        yield provider


@pytest.fixture(scope="package")
def broker(tmp_path_factory) -> Iterator[Broker]:
    """The broker of all tests."""
    with Broker(tmp_path_factory.mktemp("broker")) as broker:
        yield broker


@pytest.fixture(scope="package")
def beat(broker, tmp_path_factory) -> Iterator[None]:
    """A beat that goes on from test to test."""
    with Processes(tmp_path_factory.mktemp("beat"), broker) as processes:
        processes.start_beat()
        yield


@pytest.fixture
def pipeline(transactional_db, beat, broker, server, tmp_path) -> Iterator[Pipeline]:
    """What sends by the mail server, without a worker yet."""
    with Pipeline(tmp_path, broker, server.port) as pipeline:
        yield pipeline


@pytest.fixture
def pipeline_to_provider(transactional_db, beat, broker, provider, tmp_path) -> Iterator[Pipeline]:
    """What sends by the provider, without a worker yet."""
    with Pipeline(tmp_path, broker, provider.port, "mailgun") as pipeline:
        yield pipeline


@pytest.fixture
def newsletter(section) -> Newsletter:
    """A newsletter that has been due for an hour, but is not active yet."""
    due = timezone.now() - timedelta(hours=1)
    return NewsletterFactory(
        section=section, send_time=due.time(), post_form=Newsletter.Form.TITLE, active=False
    )


@pytest.fixture
def fall_due(newsletter) -> Callable[[int], set[str]]:
    """Makes a digest to so many readers due, and returns their addresses."""

    def fall_due(number: int) -> set[str]:
        opened = newsletter.window_start("daily", timezone.now()) - timedelta(days=1)
        PostFactory(
            parent=newsletter.section,
            title="Rain",
            first_published_at=opened + timedelta(hours=2),
        )
        subscribers = Subscriber.objects.bulk_create(
            Subscriber(email=f"reader{n}@example.com", name=f"Reader {n}") for n in range(number)
        )
        Subscription.objects.bulk_create(
            Subscription(
                subscriber=subscriber,
                newsletter=newsletter,
                state=Subscription.State.ACTIVE,
                cadence="daily",
                asked_at=opened,
                mailed_through=opened,
            )
            for subscriber in subscribers
        )
        Newsletter.objects.filter(pk=newsletter.pk).update(active=True)
        return {subscriber.email for subscriber in subscribers}

    return fall_due


@pytest.fixture
def complete(transactional_db, settings, server) -> Callable[[], None]:
    """Sends in this process, to the mail server, tick after tick until all digests are complete."""
    server.receive_mail_of(settings)
    settings.NEWSLETTER_BATCH_SIZE, settings.NEWSLETTER_CHECKPOINT = BATCH_SIZE, CHECKPOINT
    settings.NEWSLETTER_SETTLE_SECONDS = 0

    def complete() -> None:
        for _ in range(20):
            tasks.tick()
            if is_settled():
                return
            let_time_pass()
        raise AssertionError(report())

    return complete
