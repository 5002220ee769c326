from collections.abc import Callable
from pathlib import Path

import pytest

from localmail.store import new_id


@pytest.fixture
def mailbox(settings, tmp_path) -> Path:
    """The folder of an empty mailbox, which does not exist yet, in development."""
    settings.DEBUG = True
    settings.EMAIL_BACKEND = "localmail.backend.EmailBackend"
    settings.MAILBOX_DIR = tmp_path / "mailbox"
    settings.ROOT_URLCONF = "tests.site.localmail.urls"
    return settings.MAILBOX_DIR


@pytest.fixture
def keep(mailbox) -> Callable[[bytes], str]:
    """Puts a message's bytes into the mailbox and gives its id."""

    def keep(content: bytes) -> str:
        message_id = new_id()
        mailbox.mkdir(exist_ok=True)
        (mailbox / f"{message_id}.eml").write_bytes(content)
        return message_id

    return keep
