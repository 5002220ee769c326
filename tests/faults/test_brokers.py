"""The broker goes away and comes back, forgets what it was told, or says it several times."""

import pytest

from newsletter.models import Batch

from . import LONG, READERS, points
from .ledger import assert_none_lost_or_repeated, rest, settle, until

pytestmark = pytest.mark.faults

LOSSES = 20 if LONG else 1


def test_the_broker_is_lost_and_comes_back(pipeline, fall_due, server):
    pipeline.start_worker()
    readers = fall_due(READERS)
    for mails in points(LOSSES):
        until(lambda mails=mails: len(server.accepted) >= mails, "so far")
        pipeline.broker.lose()
        assert len(server.accepted) < READERS, "It was lost too late."
        if pipeline.broker.stays_away:
            rest(lambda: len(server.accepted))
        pipeline.broker.mend()
    settle()
    assert_none_lost_or_repeated(server.counts, readers)


def test_the_brokers_queues_are_emptied(pipeline, fall_due, server):
    pipeline.start_worker()
    readers = fall_due(READERS)
    for mails in points(LOSSES):
        until(lambda mails=mails: len(server.accepted) >= mails, "so far")
        pipeline.broker.empty()
    settle()
    assert_none_lost_or_repeated(server.counts, readers)


def test_each_message_comes_three_times(pipeline, fall_due, server):
    pipeline.start_worker()
    pipeline.start_worker()
    readers = fall_due(READERS)
    for _ in range(3):
        pipeline.broker.tell("tick")
    until(Batch.objects.exists, "planned")
    for number in list(Batch.objects.values_list("pk", flat=True)) * 3:
        pipeline.broker.tell("send_batch", number)
    settle()
    assert_none_lost_or_repeated(server.counts, readers)
