"""A throw-away PostgreSQL, which may crash."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Self

import psycopg
from django.contrib.contenttypes.models import ContentType
from django.db import connection

ROOT = Path(__file__).parents[2]
HOST, NAME = "127.0.0.1", "faults"


class Cluster:
    """A PostgreSQL with the site's tables, which this process uses while it is entered."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="faults-"))
        self.port = _free_port()
        # PostgreSQL refuses to be run by root.
        self.user = "nobody" if os.geteuid() == 0 else None
        self._settings = dict(connection.settings_dict)

    @staticmethod
    def can_be_made() -> bool:
        """Return whether PostgreSQL's programs are there."""
        return _programs() is not None

    def __enter__(self) -> Self:
        if self.user:
            shutil.chown(self.folder, self.user)
        self._run("initdb", "--username", NAME, "--auth", "trust", "--no-sync")
        options = f"-p {self.port} -k {self.folder} -c listen_addresses={HOST}"
        self._run("pg_ctl", "start", "--wait", "--log", self.folder / "log", "--options", options)
        address = f"postgres://{NAME}@{HOST}:{self.port}"
        with psycopg.connect(f"{address}/postgres", autocommit=True) as server:
            server.execute(f"CREATE DATABASE {NAME}")
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity=0"],
            cwd=ROOT,
            env=os.environ | {"DATABASE_URL": f"{address}/{NAME}"},
            check=True,
        )
        self._use(HOST=HOST, PORT=self.port, NAME=NAME, USER=NAME, PASSWORD="")
        return self

    def __exit__(self, *error: object) -> None:
        self._use(**self._settings)
        self._run("pg_ctl", "stop", "--mode", "immediate")
        shutil.rmtree(self.folder)

    def crash(self) -> None:
        """Crash and start again. What was committed is there, whatever was not is gone."""
        connection.close()
        self._run("pg_ctl", "restart", "--wait", "--mode", "immediate")

    def _use(self, **settings: Any) -> None:
        """Have this process use another database."""
        connection.close()
        connection.settings_dict.update(settings)
        ContentType.objects.clear_cache()

    def _run(self, program: str, *arguments: str | Path) -> None:
        subprocess.run(
            [_programs() / program, "--pgdata", self.folder / "data", *arguments],
            cwd=self.folder,
            user=self.user,
            stdout=subprocess.DEVNULL,
            check=True,
        )


def _programs() -> Path | None:
    """Return the folder of PostgreSQL's programs; Debian's is not on the path."""
    folders = [*Path("/usr/lib/postgresql").glob("*/bin"), *map(Path, os.get_exec_path())]
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        return listener.getsockname()[1]
