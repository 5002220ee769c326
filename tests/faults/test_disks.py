"""The disk is full under the mailbox that development sends to."""

import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from localmail import store
from newsletter import tasks

from . import BATCH_SIZE
from .ledger import assert_none_lost_or_repeated, let_time_pass, states

pytestmark = pytest.mark.faults


@pytest.fixture
def disk(tmp_path) -> Iterator[Path]:
    """A disk that holds few mails."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if not _mounted("--types=tmpfs", "--options=size=128k", "tmpfs", str(folder)):
        pytest.skip("A disk can be mounted by root alone.")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_the_disk_is_full_and_then_larger(fall_due, complete, settings, disk):
    settings.EMAIL_BACKEND = "localmail.backend.EmailBackend"
    settings.MAILBOX_DIR = disk
    readers = fall_due(2 * BATCH_SIZE)
    for _ in range(3):
        tasks.tick()
        let_time_pass()
    assert 0 < len(store.message_ids(disk)) < len(readers)
    assert states()["in_doubt"] == 0
    assert _mounted("--options=remount,size=64m", str(disk))
    complete()
    assert_none_lost_or_repeated(_received(disk), readers)


def _mounted(*arguments: str) -> bool:
    return subprocess.run(["mount", *arguments], capture_output=True, check=False).returncode == 0


def _received(folder: Path) -> dict[str, int]:
    summaries = store.summaries(folder, store.message_ids(folder))
    return dict(Counter(address for summary in summaries for address in summary.envelope_to))
