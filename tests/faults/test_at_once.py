"""Workers and beats are more than there should be, or do not agree on the time."""

from collections.abc import Iterator

import pytest

from . import READERS
from .clock import AHEAD, BACK
from .ledger import assert_none_lost_or_repeated, rest, settle, until
from .pipeline import Pipeline
from .surroundings import Broker

pytestmark = pytest.mark.faults


def test_two_workers_and_two_beats_send_each_mail_once(pipeline, fall_due, server):
    workers = [pipeline.start_worker(), pipeline.start_worker()]
    pipeline.start_beat()
    readers = fall_due(READERS)
    settle()
    assert_none_lost_or_repeated(server.counts, readers)
    for worker in workers:
        assert "send_batch" in pipeline.log_of(worker)


@pytest.fixture
def clockwork(transactional_db, server, tmp_path) -> Iterator[Pipeline]:
    """What sends by the mail server, with no beat yet."""
    with Broker(tmp_path) as broker, Pipeline(tmp_path, broker, server.port) as pipeline:
        yield pipeline


@pytest.mark.parametrize(("jump", "jump_back"), [(AHEAD, BACK), (BACK, AHEAD)])
def test_the_clock_jumps_by_an_hour_and_is_put_right(clockwork, fall_due, server, jump, jump_back):
    module = "tests.faults.clock"
    processes = clockwork.start_worker(module), clockwork.start_beat(module)
    readers = fall_due(READERS)
    until(lambda: len(server.accepted) > READERS // 4, "begun")
    for process in processes:
        process.send_signal(jump)
    rest(lambda: len(server.accepted))
    for process in processes:
        process.send_signal(jump_back)
    settle()
    assert_none_lost_or_repeated(server.counts, readers)
