from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine

from blog.models import PostPage
from newsletter import tasks
from newsletter.digests import planning
from newsletter.models import Batch, Digest
from tests.factories import PostFactory, SubscriberFactory, SubscriptionFactory
from tests.smtp import MailServer

from . import DUE, NOW


@pytest.fixture
def server(settings) -> Iterator[MailServer]:
    """A mail server that the site hands its mail to, by the backend of SMTP."""
    with MailServer() as server:
        server.receive_mail_of(settings)
        yield server


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """A clock that stands still, just after a daily digest has become due."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def post(section, clock) -> PostPage:
    """A post for the digest that is due."""
    return PostFactory(parent=section, title="Rain", first_published_at=DUE - timedelta(hours=3))


@pytest.fixture
def subscribe(newsletter, clock) -> Callable[..., None]:
    """Makes active subscriptions of some addresses, or of readers by their first names."""

    def subscribe(*names: str, **options: object) -> None:
        for name in names:
            SubscriptionFactory(
                newsletter=newsletter,
                subscriber=SubscriberFactory(email=name if "@" in name else f"{name}@example.com"),
                mailed_through=DUE - timedelta(days=1),
                **options,
            )

    return subscribe


@pytest.fixture
def plan(newsletter, post, subscribe) -> Callable[..., Digest]:
    """Plans a digest to some readers, and sends nothing yet."""

    def plan(*names: str) -> Digest:
        subscribe(*names)
        return planning.plan(newsletter, "daily", DUE)

    return plan


@pytest.fixture
def batch(plan) -> Batch:
    """A batch that waits, of mails to Ana, Ben and Cleo."""
    plan("ana", "ben", "cleo")
    return Batch.objects.get()


@pytest.fixture
def later(clock) -> Callable[..., None]:
    """Lets time go on to when every batch that waits may be tried, and looks what is due."""

    def later() -> None:
        waiting = Batch.objects.exclude(state=Batch.State.DONE).order_by("-not_before").first()
        if waiting:
            clock.move_to(waiting.not_before + timedelta(seconds=1), tick=False)
        tasks.tick()

    return later
