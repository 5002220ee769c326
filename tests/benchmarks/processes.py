"""Processes that end when the benchmark does, and what the system says of them (proc(5))."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .harness import NotMeasured

ROOT = Path(__file__).parents[2]
HOST = "127.0.0.1"
TICKS = os.sysconf("SC_CLK_TCK")
PATIENCE = 60  # Seconds for a process to begin, or to end.


class Measured:
    """What the system says of a process."""

    pid: int

    @property
    def cpu_seconds(self) -> float:
        """The seconds of a core that it has used."""
        after_name = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        user, system = after_name[11:13]
        return (int(user) + int(system)) / TICKS

    @property
    def most_memory(self) -> float:
        """The most memory that it was resident with, in megabytes."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        words = next(line for line in status.splitlines() if line.startswith("VmHWM:")).split()
        return int(words[1]) / 1024


class Child(Measured):
    """A process that another has started."""

    def __init__(self, pid: int) -> None:
        self.pid = pid


class Process(Measured):
    """A process that runs; ``log`` is what it said, on both ways."""

    def __init__(self, process: subprocess.Popen, log: Path) -> None:
        self._process = process
        self._log = log

    @property
    def children(self) -> list[Child]:
        """The processes that it has started."""
        numbers = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return [Child(int(number)) for number in numbers]

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def wait_for(self, words: str) -> None:
        """Wait until it has said some words.

        Raises NotMeasured where it does not.
        """
        self._wait(lambda: words in self.log)

    def wait_for_port(self, port: int) -> None:
        """Wait until it listens at a port.

        Raises NotMeasured where it does not.
        """
        self._wait(lambda: is_listening(port))

    def _wait(self, condition: Any) -> None:
        ends_at = time.monotonic() + PATIENCE
        while not condition():
            if self._process.poll() is not None or time.monotonic() > ends_at:
                command = " ".join(map(str, self._process.args))
                raise NotMeasured(f"This did not begin: {command}\n{self.log[-2000:]}")
            time.sleep(0.05)


@contextmanager
def running(*command: str, env: Mapping[str, str] | None = None) -> Iterator[Process]:
    """Have a process run, in a session of its own: Ctrl-C does not reach it, we end it."""
    with tempfile.TemporaryDirectory(prefix="gazette-bench-") as folder:
        log = Path(folder) / "log"
        with log.open("w") as output:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=os.environ | (env or {}),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        try:
            yield Process(process, log)
        finally:
            _end(process)


@contextmanager
def far_away(port: int, round_trip_ms: float) -> Iterator[int]:
    """Have a server of this machine a round trip away, and yield the port at which it is so."""
    near = free_port()
    delay = ("--delay-ms", str(round_trip_ms / 2))
    with running(sys.executable, "-m", "tests.proxy", str(near), str(port), *delay) as proxy:
        proxy.wait_for_port(near)
        yield near


def answer(module: str, request: Mapping[str, Any], env: Mapping[str, str] | None = None) -> Any:
    """Return what a module, run as a process of its own, answers to a request; both are JSON.

    Raises NotMeasured where it fails.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", module],
        cwd=ROOT,
        env=os.environ | (env or {}),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        output, errors = process.communicate(json.dumps(request))
    finally:
        _end(process)
    if process.returncode:
        raise NotMeasured(f"{module} failed:\n{errors[-2000:]}")
    return json.loads(output)


def free_port() -> int:
    """Return a port of this machine at which nobody listens."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def is_listening(port: int) -> bool:
    """Return whether somebody listens at a port of this machine."""
    with socket.socket() as probe:
        probe.settimeout(2)
        return not probe.connect_ex((HOST, port))


def _end(process: subprocess.Popen) -> None:
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
