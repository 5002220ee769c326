"""The folder of the local mailbox: which messages it holds, and reading or deleting them.

A message is a file `<id>.eml`. The id starts with the UTC time at which the message was kept, so
that names sort by time, and ends in random digits, so that writers need not know of each other.
"""

import os
import re
import secrets
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path
from typing import BinaryIO

from localmail.parsing import Message, Summary, parse_message, parse_summary

ID = re.compile(r"[0-9]{8}T[0-9]{12}Z-[0-9a-f]{8}")


class MessageNotFound(LookupError):
    """No message of this id, or nothing that could be an id."""


def new_id() -> str:
    """An id for a message that is kept now."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}-{secrets.token_hex(4)}"


def message_ids(folder: Path) -> list[str]:
    """The ids of all messages, newest first; none if the folder does not exist."""
    try:
        names = [path.stem for path in folder.iterdir() if path.suffix == ".eml"]
    except FileNotFoundError:
        return []
    return sorted(filter(ID.fullmatch, names), reverse=True)


def search(folder: Path, query: str) -> list[str]:
    """The ids of the messages with `query` in the subject or in a recipient, newest first."""
    found = summaries(folder, message_ids(folder))
    return [summary.id for summary in found if summary.matches(query)]


def summaries(folder: Path, ids: Iterable[str]) -> Iterator[Summary]:
    """What the headers of these messages say, leaving out any deleted in the meantime."""
    for message_id in ids:
        try:
            yield read_summary(folder, message_id)
        except MessageNotFound:
            continue


def read_summary(folder: Path, message_id: str) -> Summary:
    """What the headers of one message say; its body is not read. Raises MessageNotFound."""
    with open_message(folder, message_id) as file:
        head = b"".join(takewhile(bytes.strip, file))
        return parse_summary(message_id, _kept_at(file), head, os.fstat(file.fileno()).st_size)


def read_message(folder: Path, message_id: str) -> Message:
    """One whole message. Raises MessageNotFound."""
    with open_message(folder, message_id) as file:
        return parse_message(message_id, _kept_at(file), file.read())


def open_message(folder: Path, message_id: str) -> BinaryIO:
    """The file of one message, to be closed. Raises MessageNotFound, also for what is no id."""
    if not ID.fullmatch(message_id):
        raise MessageNotFound(message_id)
    try:
        return (folder / f"{message_id}.eml").open("rb")
    except FileNotFoundError as error:
        raise MessageNotFound(message_id) from error


def _kept_at(file: BinaryIO) -> datetime:
    return datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC)


def delete_all(folder: Path) -> int:
    """Delete all messages there are now, and return how many that were."""
    ids = message_ids(folder)
    for message_id in ids:
        (folder / f"{message_id}.eml").unlink(missing_ok=True)
    return len(ids)
