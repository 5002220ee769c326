"""Tests of how mails are handed over, and what these tests share."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

from django.conf import settings
from django.db import connections

from newsletter.models import Delivery, Subscription
from newsletter.sending.messages import message_id

DUE = datetime(2026, 3, 2, 8, tzinfo=UTC)  # A Monday.
NOW = DUE + timedelta(minutes=2)  # What the clock of these tests says.
LEASE = timedelta(seconds=settings.NEWSLETTER_LEASE_SECONDS)


def addresses(number: int) -> list[str]:
    """Return addresses of so many readers."""
    return [f"reader{n}@example.com" for n in range(number)]


def states() -> dict[str, str]:
    """Return the state of each delivery by the local part of its recipient's address."""
    deliveries = Delivery.objects.select_related("subscription__subscriber").order_by("pk")
    return {d.subscription.subscriber.email.partition("@")[0]: d.state for d in deliveries}


def delivery_to(name: str) -> Delivery:
    """Return the delivery to the address that begins with a name."""
    return Delivery.objects.get(subscription__subscriber__email__startswith=f"{name}@")


def subscription_of(name: str) -> Subscription:
    """Return the subscription of the address that begins with a name."""
    return Subscription.objects.get(subscriber__email__startswith=f"{name}@")


def at_once(number: int, function: Callable[[], object]) -> None:
    """Call a function in several threads that begin together; each has its own connection."""
    barrier = Barrier(number)

    def work() -> None:
        try:
            barrier.wait(timeout=20)
            function()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(number) as pool:
        for future in [pool.submit(work) for _ in range(number)]:
            future.result()


def id_of(name: str) -> str:
    """Return the Message-ID of the delivery to the address that begins with a name."""
    delivery = delivery_to(name)
    return message_id(delivery.pk, delivery.digest)
