"""A provider that merges, records and all, against anymail alone making the same calls."""

import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from . import pipeline
from .harness import Measure, NotMeasured, Options
from .processes import answer, free_port, running

THREADS = (1, 4)


class Provider:
    """A provider in a process of its own, which counts whom it was given mails for."""

    def __init__(self, port: int, counts: Path) -> None:
        self.port = port
        self._counts = counts

    def check(self, readers: int) -> None:
        """Check that it was given one mail for each reader.

        Raises NotMeasured where that is not so.
        """
        counts = Counter(self._counts.read_text().split())
        repeated = sum(count > 1 for count in counts.values())
        if len(counts) != readers or repeated:
            raise NotMeasured(
                f"Of {readers} readers {len(counts)} got mail, {repeated} repeatedly."
            )


@contextmanager
def provider() -> Iterator[Provider]:
    """Have a provider run."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="gazette-bench-") as folder:
        counts = Path(folder) / "counts"
        command = ("-m", "tests.provider", str(port), "--count-file", str(counts))
        with running(sys.executable, *command) as process:
            process.wait_for_port(port)
            yield Provider(port, counts)


def way_to(port: int) -> dict[str, str]:
    """Return the environment of processes that send by the provider at a port."""
    return {"BENCHMARK_PROVIDER_PORT": str(port)}


def run(options: Options) -> list[Measure]:
    """Measure recipients a second, by one connection and by several."""
    readers = options.number(full=100_000, quick=4_000)
    ours: dict[int, list[float]] = {threads: [] for threads in THREADS}
    peer = []
    for _ in options.rounds:
        for threads in THREADS:
            ours[threads].append(_send(readers, threads))
        peer.append(_anymail_alone(readers))
    return [
        Measure(
            f"Provider merges, {threads} {'thread' if threads == 1 else 'threads'}",
            ours[threads],
            peer=peer,
            peer_name="anymail alone",
            at_least=0.6,
        )
        for threads in THREADS
    ]


def _send(readers: int, threads: int) -> float:
    with provider() as receiver:
        sending = pipeline.send(readers, way_to(receiver.port), threads)
        receiver.check(readers)
    return sending.rate


def _anymail_alone(readers: int) -> float:
    """Have anymail alone send the digest that is in the database."""
    with provider() as receiver:
        request = {"peer": "anymail_alone"}
        seconds = answer("tests.benchmarks.peers", request, way_to(receiver.port))
        receiver.check(readers)
    return readers / seconds
