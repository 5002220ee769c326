"""postfix's own sender and sink of mails, which are there to measure with: no mail daemon runs.

Where they are not installed, Debian's packages are unpacked below ``var/bench``.
"""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from .harness import NotMeasured
from .processes import HOST, ROOT, Process, free_port, running

FOLDER = ROOT / "var" / "bench"
HOW_TO = (
    "smtp-sink and smtp-source, which are part of postfix, are not in PATH, and cannot be fetched: "
)


class Sink:
    """smtp-sink, which takes whatever comes and throws it away."""

    def __init__(self, process: Process, port: int) -> None:
        self.port = port
        self._process = process

    def check(self, mails: int) -> None:
        """Check that it has taken so many mails.

        Raises NotMeasured where that is not so.
        """
        counts = re.findall(r"mesg=(\d+)", self._process.log[-200:])
        if [str(mails)] != counts[-1:]:
            raise NotMeasured(f"Of {mails} mails, the sink has taken {counts[-1:]}.")


@contextmanager
def sink() -> Iterator[Sink]:
    """Have a sink run.

    Raises NotMeasured where it is not to be had.
    """
    port = free_port()
    user = ("-u", "nobody") if os.geteuid() == 0 else ()
    command = (_tool("smtp-sink"), *user, "-c", f"{HOST}:{port}", "1000")
    with running(*command, env=_libraries()) as process:
        process.wait_for_port(port)
        yield Sink(process, port)


def send(port: int, mails: int, size: int, sessions: int) -> float:
    """Return how many mails a second, of a size in bytes, smtp-source sends by a few sessions."""
    command = [_tool("smtp-source"), "-d", "-l", str(size), "-m", str(mails), "-s", str(sessions)]
    envelope = ["-f", "letter@news.example.org", "-t", "reader@example.com", f"{HOST}:{port}"]
    began = time.monotonic()
    subprocess.run(command + envelope, env=os.environ | _libraries(), check=True)
    return mails / (time.monotonic() - began)


def _tool(name: str) -> str:
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/lib/postfix/sbin"])
    return shutil.which(name, path=path) or str(_unpacked() / "usr" / "sbin" / name)


def _libraries() -> dict[str, str]:
    """Return the environment by which the tools find libraries that were unpacked with them."""
    folders = {library.parent for library in FOLDER.glob("root/**/*.so*")}
    return {"LD_LIBRARY_PATH": os.pathsep.join(map(str, sorted(folders)))} if folders else {}


@cache
def _unpacked() -> Path:
    """Return the folder in which postfix is unpacked, with those libraries that are not installed.

    Raises NotMeasured where that cannot be done.
    """
    root, packages = FOLDER / "root", FOLDER / "packages"
    if (root / "usr" / "sbin" / "smtp-sink").exists():
        return root
    if not shutil.which("apt-get") or not shutil.which("dpkg"):
        raise NotMeasured(f"{HOW_TO}this is no Debian. Install postfix's tools by hand.")
    (packages / "partial").mkdir(parents=True, exist_ok=True)
    _run(
        "apt-get",
        "--download-only",
        "--yes",
        "--quiet",
        "--no-install-recommends",
        "-o",
        "Debug::NoLocking=1",
        "-o",
        f"Dir::Cache::archives={packages}",
        "install",
        "postfix",
    )
    for package in sorted(packages.glob("*.deb")):
        _run("dpkg", "--extract", str(package), str(root))
    shutil.rmtree(packages)
    return root


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise NotMeasured(f"{HOW_TO}{done.stderr.strip()}\nTry “apt-get update” before.")
