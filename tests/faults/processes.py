"""Processes of the site, started as the Procfile does, and killed in the end."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from . import BATCH_SIZE, CHECKPOINT
from .surroundings import QUEUES, Broker

ROOT = Path(__file__).parents[2]
THREADS = 2
LEASE_SECONDS = 1


class Processes:
    """Workers and beats that listen to a broker, until the context is left.

    ``env`` is their environment; what is changed in it counts for those that are started after.
    """

    def __init__(self, folder: Path, broker: Broker) -> None:
        self.folder = folder
        self.broker = broker
        self.env = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "CELERY_SKIP_CHECKS": "true",  # They start sooner.
            "CELERY_BROKER_URL": broker.url,
            "CACHE_URL": "locmem://",
            "EMAIL_URL": "smtp://127.0.0.1",
            "TICK_SECONDS": "1",
            "SETTLE_SECONDS": "1",
            "LEASE_SECONDS": str(LEASE_SECONDS),
            "FAULTS_QUEUES": broker.prefix,
            "FAULTS_PROVIDER": "",
            "FAULTS_LOCK_TIMEOUT": "1",
            "FAULTS_BATCH_SIZE": str(BATCH_SIZE),
            "FAULTS_CHECKPOINT": str(CHECKPOINT),
        }
        self._started: list[subprocess.Popen] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        for process in self._started:
            kill(process)
            print(f"== {process.args}\n{self.log_of(process)}")  # noqa: T201

    def start_worker(
        self, module: str = "celery", queues: Sequence[str] = QUEUES
    ) -> subprocess.Popen:
        """Start a worker of some queues, by Celery or by a module that stands before it."""
        queues = ",".join(self.broker.prefix + name for name in queues)
        return self._start(
            module,
            *("worker", "--pool", "threads", "--concurrency", str(THREADS), "--queues", queues),
            *("--hostname", f"{self.broker.prefix}{len(self._started)}", "--without-mingle"),
        )

    def start_beat(self, module: str = "celery") -> subprocess.Popen:
        """Start a beat likewise."""
        return self._start(module, "beat")

    def log_of(self, process: subprocess.Popen) -> str:
        """Return what a process has said."""
        return self._log(self._started.index(process)).read_text()

    def _start(self, module: str, *arguments: str) -> subprocess.Popen:
        command = ["-m", module, "--app", "config", *arguments, "--loglevel", "info"]
        with self._log(len(self._started)).open("w") as log:
            process = subprocess.Popen(
                [sys.executable, *command], cwd=ROOT, env=self.env, stdout=log, stderr=log
            )
        self._started.append(process)
        return process

    def _log(self, number: int) -> Path:
        return self.folder / f"{number}.log"


def kill(process: subprocess.Popen) -> None:
    """End a process at once, whatever it is doing."""
    process.send_signal(signal.SIGKILL)
    process.wait()
