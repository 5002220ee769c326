"""Workers and beats are more than there should be, or do not agree on the time."""

import pytest

from . import LONG, READERS
from .clock import AHEAD, BACK
from .ledger import compare, rest, settle, until

pytestmark = pytest.mark.faults


def test_two_workers_and_two_beats_send_each_mail_once(pipeline, fall_due, server):
    workers = [pipeline.start_worker(), pipeline.start_worker()]
    pipeline.start_beat()
    pipeline.start_beat()
    readers = fall_due(READERS)
    settle()
    compare(server.counts, readers)
    for worker in workers:
        assert "send_batch" in pipeline.log_of(worker)


@pytest.mark.parametrize(
    ("jump", "jump_back"), [(AHEAD, BACK), (BACK, AHEAD)] if LONG else [(AHEAD, BACK)]
)
def test_the_clock_jumps_by_an_hour_and_is_put_right(pipeline, fall_due, server, jump, jump_back):
    module = "tests.faults.clock"
    processes = pipeline.start_worker(module), pipeline.start_beat(module)
    readers = fall_due(READERS)
    until(lambda: len(server.accepted) > READERS // 4, "begun")
    for process in processes:
        process.send_signal(jump)
    rest(lambda: len(server.accepted))
    for process in processes:
        process.send_signal(jump_back)
    settle()
    compare(server.counts, readers)
