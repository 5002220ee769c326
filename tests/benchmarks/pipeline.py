"""The site's own workers, sending a digest; how long it took, and what it cost them."""

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.test import override_settings

from newsletter import tasks
from newsletter.models import Batch, Delivery
from newsletter.sending import batches
from tests.smtp import MailServer

from . import world
from .harness import NotMeasured
from .processes import Process, running

# Seconds between two looks, and without any progress.
LOOK_FOR_FIRST, LOOK_FOR_LAST = 0.01, 0.05
PATIENCE = 60


@dataclass(frozen=True)
class Sending:
    """A digest that was sent, from its first mail to the last record of it."""

    mails: int
    seconds: float
    cpu_seconds: float  # Of all workers.
    most_memory: float  # Of the largest worker, in megabytes.

    @property
    def rate(self) -> float:
        """Mails a second."""
        return self.mails / self.seconds

    @property
    def thrift(self) -> float:
        """Mails for a second of a core."""
        return self.mails / self.cpu_seconds


def send(readers: int, env: Mapping[str, str], threads: int, processes: int = 1) -> Sending:
    """Send a digest to so many readers by workers as the Procfile starts them.

    ``env`` says which way mails take. Raises NotMeasured where not each reader's mail was sent.
    """
    digest = world.plan(world.newsletter_for(readers))
    with ExitStack() as stack:
        workers = [stack.enter_context(_worker(n, threads, env)) for n in range(processes)]
        for worker in workers:
            worker.wait_for(" ready.")
        tasks.queue_batches()
        _wait(_has_begun, LOOK_FOR_FIRST)
        began, cpu_before = time.monotonic(), _cpu_seconds(workers)
        _wait(_is_done, LOOK_FOR_LAST)
        seconds = time.monotonic() - began
        cpu_seconds = _cpu_seconds(workers) - cpu_before
        most_memory = max(worker.most_memory for worker in workers)
    world.check(digest, readers)
    return Sending(readers, seconds, cpu_seconds, most_memory)


def sample() -> bytes:
    """Return the mail that the first reader gets, as it comes over the wire."""
    digest = world.plan(world.newsletter_for(1))
    with MailServer() as server, override_settings():
        server.receive_mail_of(settings)
        batches.send(Batch.objects.get(cohort__digest=digest).pk)
        world.check(digest, 1)
        return server.accepted[0].content


@contextmanager
def _worker(number: int, threads: int, env: Mapping[str, str]) -> Iterator[Process]:
    command = (
        *(sys.executable, "-m", "celery", "--app", "config", "worker", "--pool", "threads"),
        *("--concurrency", str(threads), "--queues", "mail", "--loglevel", "info"),
        *("--hostname", f"bench-{number}@localhost", "--without-mingle"),
    )
    with running(*command, env=env) as worker:
        yield worker


def _cpu_seconds(workers: list[Process]) -> float:
    return sum(worker.cpu_seconds for worker in workers)


def _has_begun() -> bool:
    first = Delivery.objects.filter(state=Delivery.State.SUBMITTING, batch__state="claimed")
    return first.exists() or _is_done()


def _is_done() -> bool:
    return not Batch.objects.open().exists()


def _wait(condition: Callable[[], bool], pause: float) -> None:
    """Wait until a condition holds, as long as mails are sent.

    Raises NotMeasured where none are.
    """
    ends_at, seen = time.monotonic() + PATIENCE, None
    while not condition():
        if time.monotonic() > ends_at:
            counts = Batch.objects.counts_by_digest()
            if counts == seen:
                errors = set(Batch.objects.exclude(error="").values_list("error", flat=True))
                raise NotMeasured(f"Sending stands still: {dict(counts)}, {errors}")
            ends_at, seen = time.monotonic() + PATIENCE, counts
        time.sleep(pause)
