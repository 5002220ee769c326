"""Readers who cannot be sent to, or who go away in mid-send, do not disturb the mails of others."""

import pytest
from django.db import connections

from newsletter.models import Batch, Delivery, Subscriber
from tests.smtp import Received

from . import BATCH_SIZE
from .ledger import compare

pytestmark = pytest.mark.faults


def address(number: int) -> str:
    return f"reader{number}@example.com"


def test_of_many_readers_one_whose_mail_cannot_be_made_fails_alone(fall_due, complete, server):
    poisoned = "two@@example.com"
    readers = fall_due(3 * BATCH_SIZE)
    Subscriber.objects.filter(email=address(BATCH_SIZE + 3)).update(email=poisoned)
    complete()
    compare(server.counts, readers - {address(BATCH_SIZE + 3)} | {poisoned})
    failed = Delivery.objects.get(state="failed")
    assert failed.subscription.subscriber.email == poisoned


def test_readers_are_erased_in_mid_send(fall_due, complete, server):
    """One has got the mail, one is getting it, one is next, and one would get it much later."""
    readers = fall_due(2 * BATCH_SIZE)
    erased = {address(n) for n in (0, 12, 13, 2 * BATCH_SIZE - 1)}

    def erase(mail: Received) -> None:
        if mail.recipient == address(12):
            try:
                for subscriber in Subscriber.objects.filter(email__in=erased):
                    subscriber.delete()
            finally:
                connections.close_all()

    server.on_mail = erase
    complete()
    assert address(2 * BATCH_SIZE - 1) not in server.counts
    assert max(server.counts.values()) == 1
    others = {email: n for email, n in server.counts.items() if email not in erased}
    assert set(others) == readers - erased
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}
    assert Delivery.objects.count() == len(readers - erased)
    first, second = Batch.objects.order_by("pk")
    assert BATCH_SIZE - 3 <= first.sent <= BATCH_SIZE
    assert second.sent == BATCH_SIZE - 1
