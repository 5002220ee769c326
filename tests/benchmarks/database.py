"""A database and a broker of the benchmark's own, on the machine's services."""

import logging
import os
import secrets
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import django
import psycopg
import redis
from psycopg import sql

from .harness import NotMeasured

DATABASE_URL = "postgres://postgres@127.0.0.1:5432/gazette"
REDIS_URL = "redis://127.0.0.1:6379/0"


@contextmanager
def own_database() -> Iterator[None]:
    """Set Django up on a new database with all tables, which is gone at the end.

    The server is that of DATABASE_URL, else the one of this machine. Raises NotMeasured where there
    is none.
    """
    url = urlsplit(os.environ.get("DATABASE_URL", DATABASE_URL))
    if url.scheme not in ("postgres", "postgresql"):
        raise NotMeasured("DATABASE_URL names no PostgreSQL server; the benchmark needs one.")
    prefix = f"{url.path[1:]}_bench_{secrets.token_hex(3)}"
    with _database(url._replace(path="/postgres").geturl(), prefix), _folder() as folder:
        os.environ.update(_environment(url._replace(path=f"/{prefix}").geturl(), prefix, folder))
        try:
            _set_up()
            yield
        finally:
            _forget_messages(prefix)


@contextmanager
def _database(server: str, name: str) -> Iterator[None]:
    try:
        connection = psycopg.connect(server, autocommit=True, connect_timeout=5)
    except psycopg.OperationalError as error:
        problem = f"No PostgreSQL server: {error}"
        raise NotMeasured(f"{problem}\nSet DATABASE_URL to where one is.") from error
    with connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield
        finally:
            drop = sql.SQL("DROP DATABASE {} WITH (FORCE)")
            connection.execute(drop.format(sql.Identifier(name)))


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="gazette-bench-") as folder:
        yield Path(folder)


def _environment(database: str, prefix: str, folder: Path) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "tests.benchmarks.settings",
        "SECRET_KEY": "only for benchmarks",
        "DEBUG": "false",
        "BASE_URL": "http://localhost",
        "ALLOWED_HOSTS": "localhost",
        "DATABASE_URL": database,
        "CACHE_URL": "locmem://",
        "CELERY_BROKER_URL": _broker(folder),
        "EMAIL_URL": f"file://{folder}/mailbox",
        "EMAIL_WEBHOOK_SECRET": "",
        "EMAIL_WEBHOOK_KEY": "",
        "DEFAULT_FROM_EMAIL": "Gazette <hello@example.org>",
        "MEDIA_ROOT": f"{folder}/media",
        "PRIVATE_MEDIA_ROOT": f"{folder}/private",
        "STATIC_ROOT": f"{folder}/static",
        "LOG_FORMAT": "plain",
        "BENCHMARK_PREFIX": f"{prefix}-",
        "BENCHMARK_FOLDER": str(folder),
    }


def _broker(folder: Path) -> str:
    """Return the URL of the Redis that there is, else of the broker that needs no server."""
    url = os.environ.get("CELERY_BROKER_URL", REDIS_URL)
    parts = urlsplit(url)
    if parts.scheme == "redis":
        with socket.socket() as probe:
            probe.settimeout(2)
            if not probe.connect_ex((parts.hostname or "127.0.0.1", parts.port or 6379)):
                return url
    return f"filesystem://{folder}/broker"


def _set_up() -> None:
    django.setup()
    logging.disable(logging.INFO)
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def _forget_messages(prefix: str) -> None:
    url = os.environ["CELERY_BROKER_URL"]
    if url.startswith("redis"):
        with redis.Redis.from_url(url) as client:
            for key in client.scan_iter(match=f"{prefix}-*"):
                client.delete(key)
