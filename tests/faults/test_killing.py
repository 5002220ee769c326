"""A worker is killed at any moment, or told to stop."""

import random
import signal
import subprocess
import threading
from collections.abc import Callable

import pytest

from newsletter.models import Batch

from . import CHECKPOINT, LONG, READERS, SEED
from .ledger import compare, settle, states, until
from .pipeline import THREADS, Pipeline, kill

pytestmark = pytest.mark.faults

KILLS = 100 if LONG else 2


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


def points() -> list[tuple[int, float]]:
    """Return when to kill, at random but each time the same: after how many mails, and seconds."""
    chance = random.Random(SEED)
    mails = sorted(chance.sample(range(1, READERS * 3 // 4), KILLS))
    print(f"Killing after these mails, by the seed {SEED}: {mails}")  # noqa: T201
    return [(number, chance.choice([0, chance.uniform(0, 0.05)])) for number in mails]


def kill_again_and_again(
    pipeline: Pipeline,
    received: Callable[[], int],
    listen: Callable[[Callable[[object], None]], None],
    most_in_doubt: int,
) -> None:
    """Start worker after worker, and kill each; of each so many deliveries may be in doubt."""
    for deaths, (mails, delay) in enumerate(points(), start=1):
        worker = pipeline.start_worker()
        listen(killer(worker, received, mails, delay))
        until(lambda worker=worker: worker.poll() is not None, "killed")
        assert states()["pending"], "It was killed too late."
        assert states()["submitting"] + states()["in_doubt"] <= deaths * most_in_doubt
    pipeline.start_worker()


def test_workers_are_killed_while_they_talk_with_a_mail_server(pipeline, fall_due, server):
    pipeline.start_beat()
    readers = fall_due(READERS)
    kill_again_and_again(
        pipeline,
        lambda: len(server.offered),
        lambda look: setattr(server, "on_mail", look),
        THREADS * CHECKPOINT,
    )
    settle()
    compare(server.counts, readers, most_in_doubt=KILLS * THREADS * CHECKPOINT)


def test_workers_are_killed_while_they_call_a_provider(pipeline_to_provider, fall_due, provider):
    pipeline = pipeline_to_provider
    pipeline.batch_size = 20
    pipeline.start_beat()
    readers = fall_due(READERS)
    kill_again_and_again(
        pipeline,
        lambda: provider.asked.total(),
        lambda look: setattr(provider, "on_call", look),
        THREADS * pipeline.batch_size,
    )
    settle()
    compare(provider.counts, readers, most_in_doubt=KILLS * THREADS * pipeline.batch_size)


def test_a_worker_that_is_told_to_stop_leaves_nothing_in_doubt(pipeline, fall_due, server):
    pipeline.batch_size = READERS
    pipeline.start_beat()
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
    compare(server.counts, readers)
