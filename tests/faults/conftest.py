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


@pytest.fixture
def pipeline(transactional_db, tmp_path, server) -> Iterator[Pipeline]:
    """Processes that send by the mail server; none is started yet."""
    with Pipeline(tmp_path, server.port) as pipeline:
        yield pipeline
    print(pipeline.logs())  # noqa: T201


@pytest.fixture
def pipeline_to_provider(transactional_db, tmp_path, provider) -> Iterator[Pipeline]:
    """Processes that send by the provider; none is started yet."""
    with Pipeline(tmp_path, provider.port, "mailgun") as pipeline:
        yield pipeline
    print(pipeline.logs())  # noqa: T201


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
