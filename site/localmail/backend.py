"""The e-mail backend of development: every message becomes a file in MAILBOX_DIR."""

import os
import tempfile
from collections.abc import Iterable
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from localmail.store import new_id


class EmailBackend(BaseEmailBackend):
    """Writes each message as one .eml file (RFC 5322) into `folder`, by default `MAILBOX_DIR`.

    Above the bytes that would have been sent stands the SMTP envelope, one X-Envelope-To field
    per recipient; Bcc recipients are named there and nowhere else.

    Any number of threads and processes may write at once: a message is either there whole, or
    not at all. Raises OSError where the folder cannot be written, unless `fail_silently`.
    """

    def __init__(self, folder: Path | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.folder = folder or settings.MAILBOX_DIR

    def send_messages(self, email_messages: Iterable[EmailMessage]) -> int:
        """Keep the messages that have a recipient, and return how many were kept."""
        return sum(self._keep(message) for message in email_messages if message.recipients())

    def _keep(self, message: EmailMessage) -> bool:
        content = envelope(message) + message.message().as_bytes(linesep="\r\n")
        try:
            write_atomically(self.folder / f"{new_id()}.eml", content)
        except OSError:
            if not self.fail_silently:
                raise
            return False
        return True


def envelope(message: EmailMessage) -> bytes:
    """The header fields that record whom SMTP would be told the message is from and for."""
    fields = [("X-Envelope-From", message.from_email)]
    fields += [("X-Envelope-To", recipient) for recipient in message.recipients()]
    return "".join(f"{name}: {_bare(address)}\r\n" for name, address in fields).encode()


def _bare(address: str) -> str:
    """The address without its display name; never with a line break, which would end the field."""
    return " ".join((parseaddr(address)[1] or address).split())


def write_atomically(path: Path, content: bytes) -> None:
    """Write `content` to `path` so that no reader ever finds a part of it; raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".unfinished")
    unfinished = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink()
        raise
