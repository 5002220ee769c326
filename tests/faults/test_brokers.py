"""The broker goes away and comes back, forgets what it was told, or says it several times."""

import pytest

from newsletter.models import Batch

from . import READERS
from .ledger import compare, rest, settle, until

pytestmark = pytest.mark.faults


def begin(pipeline, fall_due, server) -> set[str]:
    """Have a digest be sent, and return its readers when the first of them have it."""
    pipeline.start_beat()
    pipeline.start_worker()
    readers = fall_due(READERS)
    until(lambda: len(server.accepted) > READERS // 10, "begun")
    return readers


def test_the_broker_is_lost_and_comes_back(pipeline, fall_due, server):
    readers = begin(pipeline, fall_due, server)
    pipeline.lose_broker()
    rest(lambda: len(server.accepted))
    assert len(server.accepted) < READERS
    pipeline.mend_broker()
    settle()
    compare(server.counts, readers)


def test_the_brokers_queues_are_emptied(pipeline, fall_due, server):
    readers = begin(pipeline, fall_due, server)
    assert pipeline.empty_queues() > 0
    settle()
    compare(server.counts, readers)


def test_each_message_comes_three_times(pipeline, fall_due, server):
    pipeline.start_worker()
    pipeline.start_worker()
    readers = fall_due(READERS)
    for _ in range(3):
        pipeline.queue("tick")
    until(Batch.objects.exists, "planned")
    pipeline.start_beat()
    for number in list(Batch.objects.values_list("pk", flat=True)) * 3:
        pipeline.queue("send_batch", number)
    settle()
    compare(server.counts, readers)
