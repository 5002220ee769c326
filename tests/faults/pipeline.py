"""The processes of a site that sends its newsletter, and what breaks around them."""

import os
import secrets
import signal
import sqlite3
import subprocess
import sys
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import Self
from urllib.parse import quote, urlsplit

from celery import Celery
from django.db import connection

from config import env
from tests.proxy import Proxy

from . import BATCH_SIZE, CHECKPOINT

ROOT = Path(__file__).parents[2]
THREADS = 2
LEASE_SECONDS = 2
QUEUES = ("default", "mail")


class Pipeline:
    """Workers and beats on the tests' database, with proxies before whatever they talk to.

    Mail goes to a mail server at a port, or to the stub of a provider of that name. ``database`` is
    None with SQLite, ``broker`` with the embedded broker: there is nothing to stand before.
    """

    def __init__(self, folder: Path, mail_port: int, provider: str = "") -> None:
        self.folder = folder
        self.provider = provider
        self.batch_size, self.checkpoint = BATCH_SIZE, CHECKPOINT
        self.processes: list[subprocess.Popen] = []
        self.prefix = f"faults-{secrets.token_hex(4)}-"
        self.mail = Proxy(mail_port)
        self.database_url, self.database = _before(_database_url())
        self.broker_url, self.broker = _before(_broker_url(folder))
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        for proxy in filter(None, (self.mail, self.database, self.broker)):
            self._stack.enter_context(proxy)
        self._stack.callback(self._end)
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def start_worker(self, module: str = "celery") -> subprocess.Popen:
        """Start a worker as the Procfile does, or by a module that stands before Celery."""
        queues = ",".join(self.prefix + queue for queue in QUEUES)
        return self._spawn(
            *("-m", module, "--app", "config", "worker", "--pool", "threads"),
            *("--concurrency", str(THREADS), "--queues", queues, "--loglevel", "info"),
            *("--hostname", f"{self.prefix}{len(self.processes)}", "--without-mingle"),
        )

    def start_beat(self, module: str = "celery") -> subprocess.Popen:
        """Start a beat likewise."""
        return self._spawn("-m", module, "--app", "config", "beat", "--loglevel", "info")

    def lose_broker(self) -> None:
        """Have the broker be gone, and refuse to be reached; somebody deletes the embedded one."""
        if self.broker:
            self.broker.refuse()
            self.broker.cut()
        else:
            folder = self.folder / "broker"
            folder.rename(folder.with_name("lost"))

    def lose_database(self) -> None:
        """Have the database be gone, and refuse to be reached; SQLite is locked by somebody."""
        if self.database:
            self.database.refuse()
            self.database.cut()
        else:
            self._lock.execute("BEGIN IMMEDIATE")

    def mend_database(self) -> None:
        """Have the database come back."""
        if self.database:
            self.database.mend()
        else:
            self._lock.execute("ROLLBACK")

    def mend_broker(self) -> None:
        """Have the broker come back; the embedded one is made anew by whoever needs it."""
        if self.broker:
            self.broker.mend()

    def empty_queues(self) -> int:
        """Throw away the messages that wait in the broker; return how many there were."""
        with self.client.connection_for_write() as connection:
            channel = connection.default_channel
            return sum(channel.queue_purge(self.prefix + queue) for queue in QUEUES)

    def queue(self, task: str, *args: object) -> None:
        """Queue a message about a task of the newsletter, as the site itself does."""
        queue = "mail" if task == "send_batch" else "default"
        self.client.send_task(f"newsletter.tasks.{task}", args, queue=self.prefix + queue)

    @cached_property
    def _lock(self) -> sqlite3.Connection:
        lock = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
        self._stack.callback(lock.close)
        return lock

    @cached_property
    def client(self) -> Celery:
        """An app that talks to the broker without a proxy in between."""
        app = Celery("faults", set_as_current=False)
        settings = env.broker("FAULTS_BROKER_URL", _broker_url(self.folder), self.folder)
        app.conf.update({name.removeprefix("CELERY_").lower(): settings[name] for name in settings})
        return app

    def log_of(self, process: subprocess.Popen) -> str:
        """Return what a process has said."""
        return (self.folder / f"{self.processes.index(process)}.log").read_text()

    def logs(self) -> str:
        """Return what all processes have said."""
        return "\n".join(f"== {p.args[-1]} {p.pid}\n{self.log_of(p)}" for p in self.processes)

    def _spawn(self, *command: str) -> subprocess.Popen:
        number = len(self.processes)
        with (self.folder / f"{number}.log").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, *command], cwd=ROOT, env=self._env(), stdout=log, stderr=log
            )
        self.processes.append(process)
        return process

    def _env(self) -> dict[str, str]:
        return os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "DATABASE_URL": self.database_url,
            "CELERY_BROKER_URL": self.broker_url,
            "CACHE_URL": "locmem://",
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mail.port}",
            "FAULTS_PROVIDER": self.provider,
            "TICK_SECONDS": "1",
            "SETTLE_SECONDS": "1",
            "LEASE_SECONDS": str(LEASE_SECONDS),
            "FAULTS_PREFIX": self.prefix,
            "FAULTS_BATCH_SIZE": str(self.batch_size),
            "FAULTS_CHECKPOINT": str(self.checkpoint),
        }

    def _end(self) -> None:
        for process in self.processes:
            kill(process)
        with self.client.connection_for_write() as connection:
            for queue in QUEUES:
                connection.default_channel.queue_delete(self.prefix + queue)


def kill(process: subprocess.Popen) -> None:
    """End a process at once, whatever it is doing."""
    process.send_signal(signal.SIGKILL)
    process.wait()


def _before(url: str) -> tuple[str, Proxy | None]:
    """Return the URL of a service by way of a proxy, and the proxy; for a file none is needed."""
    parts = urlsplit(url)
    if not parts.port:
        return url, None
    proxy = Proxy(parts.port)
    user, at, _ = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{user}{at}127.0.0.1:{proxy.port}").geturl(), proxy


def _database_url() -> str:
    """Return the URL of the database that the tests use."""
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{settings['NAME']}"
    user, password = (quote(settings[name], safe="") for name in ("USER", "PASSWORD"))
    host, port = settings["HOST"], settings["PORT"] or 5432
    return f"postgres://{user}:{password}@{host}:{port}/{settings['NAME']}"


def _broker_url(folder: Path) -> str:
    url = os.environ["CELERY_BROKER_URL"]
    return f"filesystem://{folder}/broker" if url.startswith("filesystem:") else url
