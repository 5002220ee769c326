"""A worker is killed at any moment, or told to stop."""

import random
import signal
import subprocess
import threading
from collections.abc import Callable

import pytest

from newsletter.models import Batch

from . import CHECKPOINT, LONG, READERS, SEED, points
from .ledger import assert_none_lost_or_repeated, settle, states, until
from .pipeline import Pipeline
from .processes import THREADS, kill

pytestmark = pytest.mark.faults

KILLS = 100 if LONG else 2
IN_A_CALL = 20


def killer(
    worker: subprocess.Popen, received: Callable[[], int], mails: int, delay: float
) -> Callable[[object], None]:
    """Return what kills a worker when so many mails were received, or so many seconds later.

    It is called for each mail before it is answered; with no delay it is never answered.
    """

    def look(mail: object) -> None:
        if received() >= mails and once.acquire(blocking=False):
            if delay:
                threading.Timer(delay, kill, [worker]).start()
            else:
                kill(worker)

    once = threading.Lock()
    return look


def kill_again_and_again(
    pipeline: Pipeline,
    received: Callable[[], int],
    listen: Callable[[Callable[[object], None]], None],
    most_in_doubt: int,
) -> None:
    """Start worker after worker, and kill each; of each so many deliveries may be in doubt."""
    chance = random.Random(SEED)
    for deaths, mails in enumerate(points(KILLS), start=1):
        delay = chance.choice([0, chance.uniform(0, 0.05)])
        worker = pipeline.start_worker()
        listen(killer(worker, received, mails, delay))
        until(lambda worker=worker: worker.poll() is not None, "killed")
        assert states()["pending"], "It was killed too late."
        assert states()["submitting"] + states()["in_doubt"] <= deaths * most_in_doubt
    pipeline.start_worker()


def test_workers_are_killed_while_they_talk_with_a_mail_server(pipeline, fall_due, server):
    readers = fall_due(READERS)
    kill_again_and_again(
        pipeline,
        lambda: len(server.offered),
        lambda look: setattr(server, "on_mail", look),
        THREADS * CHECKPOINT,
    )
    settle()
    assert_none_lost_or_repeated(server.counts, readers, most_in_doubt=KILLS * THREADS * CHECKPOINT)


def test_workers_are_killed_while_they_call_a_provider(pipeline_to_provider, fall_due, provider):
    pipeline = pipeline_to_provider
    pipeline.send_in_batches_of(IN_A_CALL)
    readers = fall_due(READERS)
    kill_again_and_again(
        pipeline,
        lambda: provider.asked.total(),
        lambda look: setattr(provider, "on_call", look),
        THREADS * IN_A_CALL,
    )
    settle()
    assert_none_lost_or_repeated(
        provider.counts, readers, most_in_doubt=KILLS * THREADS * IN_A_CALL
    )


def test_a_worker_that_is_told_to_stop_leaves_nothing_in_doubt(pipeline, fall_due, server):
    pipeline.send_in_batches_of(READERS)
    worker = pipeline.start_worker()
    readers = fall_due(READERS)
    until(lambda: len(server.accepted) > READERS // 4, "begun")
    worker.send_signal(signal.SIGTERM)
    until(lambda: worker.poll() is not None, "stopped")
    assert states()["pending"], "It went on to the end of the batch."
    assert states()["submitting"] == states()["in_doubt"] == 0
    assert not Batch.objects.filter(state=Batch.State.CLAIMED).exists()
    pipeline.start_worker()
    settle()
    assert_none_lost_or_repeated(server.counts, readers)
