"""Restrict which users of the machine may read the site's files.

Its database, mailbox, messages and cached pages are for its own user; a web server reads media and
static files.
"""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

# What to take from others: everything; or everything, and from the group the right to write.
OWNER_ONLY = 0o077
GROUP_READS = 0o027


def make_passage(folder: Path) -> None:
    """Create a folder that other users may pass through, if it is not there, but cannot list."""
    if not folder.exists():
        folder.mkdir()
        folder.chmod(0o711)
    restrict([folder], 0o066)


def restrict(paths: Iterable[Path], mask: int = OWNER_ONLY) -> None:
    """Remove the permissions in ``mask`` from existing files and folders that we own.

    Files of other users, or on a file system without permissions, stay unchanged.
    """
    for path in paths:
        with suppress(OSError):
            status = path.lstat()
            if status.st_uid == os.geteuid() and status.st_mode & mask and not path.is_symlink():
                path.chmod(status.st_mode & 0o777 & ~mask)


def contents(folder: Path, but_for: Iterable[Path]) -> list[Path]:
    """Return the contents of a folder, except what is, or contains, one of ``but_for``."""
    others = [other.absolute() for other in but_for]
    return [
        path for path in folder.iterdir() if not any(other.is_relative_to(path) for other in others)
    ]


def files_of_sqlite(database: str) -> list[Path]:
    """Return the files of a database; SQLite gives new ones the permissions of the first."""
    return [Path(f"{database}{suffix}") for suffix in ("", "-wal", "-shm")]
