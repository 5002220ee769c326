"""The broker and the database of the processes under test, which may go away and come back."""

import os
import secrets
import sqlite3
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import Self
from urllib.parse import quote, urlsplit

from celery import Celery
from django.conf import settings
from django.db import connection
from kombu import Exchange, Queue

from config import env
from tests.proxy import Proxy

QUEUES = ("default", "mail", "digests")


class Service:
    """A service at a URL, with a proxy before it where there is a port to stand before."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.proxy = Proxy(parts.port) if parts.port else None
        self.url = url
        if self.proxy:
            user, at, _ = parts.netloc.rpartition("@")
            netloc = f"{user}{at}127.0.0.1:{self.proxy.port}"
            self.url = parts._replace(netloc=netloc).geturl()
        self.stack = ExitStack()

    def __enter__(self) -> Self:
        if self.proxy:
            self.stack.enter_context(self.proxy)
        return self

    def __exit__(self, *error: object) -> None:
        self.stack.close()

    def lose(self) -> None:
        """Be gone, and refuse to be reached."""
        self.proxy.refuse()
        self.proxy.cut()

    def mend(self) -> None:
        """Come back."""
        self.proxy.mend()


class Broker(Service):
    """The broker of the environment, with queues of its own; an embedded one has its own folder."""

    def __init__(self, folder: Path) -> None:
        url = os.environ["CELERY_BROKER_URL"]
        self.folder = folder / "broker"
        self.prefix = f"faults-{secrets.token_hex(4)}-"
        self._true_url = f"filesystem://{self.folder}" if url.startswith("filesystem:") else url
        super().__init__(self._true_url)

    def __enter__(self) -> Self:
        self.stack.callback(self._delete_queues)
        return super().__enter__()

    @property
    def stays_away(self) -> bool:
        """Whether it is gone until it is mended; an embedded one is there again at once."""
        return self.proxy is not None

    def lose(self) -> None:
        """Be gone, and refuse to be reached. Somebody deletes an embedded one."""
        if self.proxy:
            super().lose()
        else:
            self.folder.rename(self.folder.with_name(f"lost-{secrets.token_hex(4)}"))

    def mend(self) -> None:
        """Come back. An embedded one is made anew by whoever connects to it."""
        if self.proxy:
            super().mend()

    def empty(self) -> int:
        """Forget the messages that wait; return how many there were."""
        with self._app.connection_for_write() as connection:
            queues = [queue(connection.default_channel) for queue in self._queues]
            for queue in queues:
                queue.declare()
            return sum(queue.purge() for queue in queues)

    def tell(self, task: str, *args: object) -> None:
        """Queue a message about a task of the newsletter, as the site itself does."""
        name = f"newsletter.tasks.{task}"
        route = settings.CELERY_TASK_ROUTES.get(name, {"queue": QUEUES[0]})
        queue = self._queues[QUEUES.index(route["queue"])]
        self._app.send_task(name, args, queue=queue)

    @cached_property
    def _queues(self) -> list[Queue]:
        names = [self.prefix + name for name in QUEUES]
        return [Queue(name, Exchange(name), routing_key=name) for name in names]

    @cached_property
    def _app(self) -> Celery:
        """An app that talks to the broker with no proxy in between."""
        app = Celery("faults", set_as_current=False)
        options = env.broker("FAULTS_BROKER_URL", self._true_url, self.folder)
        app.conf.update({name.removeprefix("CELERY_").lower(): options[name] for name in options})
        return app

    def _delete_queues(self) -> None:
        with self._app.connection_for_write() as connection:
            for queue in self._queues:
                queue(connection.default_channel).delete()


class Database(Service):
    """The database of the tests; SQLite is not lost, but locked by somebody."""

    def __init__(self) -> None:
        super().__init__(_database_url())

    def lose(self) -> None:
        """Be gone, and refuse to be reached."""
        if self.proxy:
            super().lose()
        else:
            self._somebody.execute("BEGIN IMMEDIATE")

    def mend(self) -> None:
        """Come back."""
        if self.proxy:
            super().mend()
        else:
            self._somebody.execute("ROLLBACK")

    @cached_property
    def _somebody(self) -> sqlite3.Connection:
        somebody = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
        self.stack.callback(somebody.close)
        return somebody


def _database_url() -> str:
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{settings['NAME']}"
    user, password = (quote(settings[name], safe="") for name in ("USER", "PASSWORD"))
    host, port = settings["HOST"], settings["PORT"] or 5432
    return f"postgres://{user}:{password}@{host}:{port}/{settings['NAME']}"
