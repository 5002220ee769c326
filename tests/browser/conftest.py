"""A whole site for a browser: web, worker and beat as processes.

It runs on the embedded default, or on PostgreSQL and the cache and broker of the environment where
DATABASE_URL is PostgreSQL's.
"""

import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.services import missing

WIDTHS = pytest.mark.parametrize("width", [1280, 390])
ON_SQLITE = pytest.mark.skipif(
    os.environ["DATABASE_URL"].startswith("postgres"),
    reason="takes long, and the journey tries the editor on PostgreSQL",
)
ROOT = Path(__file__).parents[2]
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


class LiveSite:
    """The processes of a site under test, and where it answers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = _free_port()
        self.url = f"http://localhost:{self.port}"
        self.processes: list[subprocess.Popen] = []
        self.env = os.environ | {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "SECRET_KEY": secrets.token_urlsafe(),
            "DEBUG": "true",
            "BASE_URL": self.url,
            "ALLOWED_HOSTS": "localhost",
            **_services(folder),
            "EMAIL_URL": f"file://{folder}/mailbox",
            "MEDIA_ROOT": f"{folder}/media",
            "PRIVATE_MEDIA_ROOT": f"{folder}/private",
            "PAGE_CACHE_URL": f"file://{folder}/pages",
            "TICK_SECONDS": "1",
            "SETTLE_SECONDS": "1",
        }

    def run(self, *command: str) -> None:
        """Run a Python command of the site to its end."""
        subprocess.run([sys.executable, *command], cwd=ROOT, env=self.env, check=True)

    def start(self) -> None:
        """Start web, workers and beat, much as the Procfile does."""
        celery = ("-m", "celery", "--app", "config")
        self._spawn(
            "web",
            "-m",
            "gunicorn",
            "config.wsgi",
            "--threads=4",
            f"--bind=:{self.port}",
            "--no-control-socket",
        )
        worker = (*celery, "worker", "--pool=threads")
        self._spawn("worker", *worker, "--queues=default")
        # The Procfile has two processes for these.
        queues = "mail,digests,background,drawing"
        self._spawn("sender", *worker, f"--queues={queues}", "--hostname=sender@%h")
        self._spawn("beat", *celery, "beat")
        self._wait_for_web()

    def stop(self) -> None:
        """Stop all of them, politely."""
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            process.wait(timeout=20)

    def logs(self) -> str:
        """Return what the processes have said."""
        return "\n".join(path.read_text() for path in sorted(self.folder.glob("*.log")))

    def errors(self) -> list[str]:
        """Return the tracebacks in what they have said, each with the lines around it."""
        return re.findall(r"[^\n]*\nTraceback.*?\n\S[^\n]*\n", self.logs(), re.DOTALL)

    def _wait_for_web(self) -> None:
        web = self.processes[0]
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("localhost", self.port)) == 0:
                    return
            with suppress(subprocess.TimeoutExpired):
                web.wait(timeout=0.2)
                break
        raise RuntimeError(f"The site did not start.\n{self.logs()}")

    def _spawn(self, name: str, *command: str) -> None:
        with (self.folder / f"{name}.log").open("w") as log:
            self.processes.append(
                subprocess.Popen(
                    [sys.executable, *command], cwd=ROOT, env=self.env, stdout=log, stderr=log
                )
            )


@pytest.fixture(scope="session")
def live_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveSite]:
    """A site with an editor, a newsletter and one subscriber, its processes running."""
    site = LiveSite(tmp_path_factory.mktemp("site"))
    site.run("manage.py", "migrate", "--verbosity=0")
    site.run("-m", "tests.browser.world", "make")
    site.start()
    yield site
    site.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    if CHROMIUM is None:
        missing("Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_window(browser: Browser, live_site: LiveSite) -> Iterator[Callable[..., Page]]:
    """Opens a window on the site, in which nobody is logged in.

    Whatever is done in it, no page may try what its policy forbids.
    """
    contexts, refused = [], []

    def note(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            refused.append((message.page and message.page.url, message.text))

    def open_window(width: int = 1280, **options: object) -> Page:
        size = {"width": width, "height": 1000}
        contexts.append(browser.new_context(base_url=live_site.url, viewport=size, **options))
        contexts[-1].set_default_timeout(30_000)
        contexts[-1].on("console", note)
        return contexts[-1].new_page()

    yield open_window
    for context in contexts:
        context.close()
    assert not refused


@pytest.fixture
def page(open_window: Callable[..., Page]) -> Page:
    """A fresh window on the site."""
    return open_window()


def _services(folder: Path) -> dict[str, str]:
    if os.environ["DATABASE_URL"].startswith("postgres"):
        names = ("CACHE_URL", "CELERY_BROKER_URL")
        return {name: os.environ[name] for name in names} | {"DATABASE_URL": _empty_database()}
    return {
        "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
        "CACHE_URL": "locmem://",
        "CELERY_BROKER_URL": f"filesystem://{folder}/broker",
    }


def _empty_database() -> str:
    """Make an empty database beside the one of the environment, and return its URL."""
    server, _, name = os.environ["DATABASE_URL"].rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}_journey" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}_journey"')
    return f"{server}/{name}_journey"


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("localhost", 0))
        return listener.getsockname()[1]
