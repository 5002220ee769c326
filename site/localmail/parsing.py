"""What a message says, from its bytes. Broken messages do not raise: what can be read, is."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser, BytesParser
from email.utils import parsedate_to_datetime
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What the headers say. `date` is the Date field, or else when the message was kept."""

    id: str
    subject: str
    sender: str
    to: str
    envelope_to: tuple[str, ...]
    date: datetime
    size: int  # bytes

    def matches(self, query: str) -> bool:
        """Whether the subject or a recipient contains `query`, in any case."""
        places = (self.subject, self.to, *self.envelope_to)
        return any(query.casefold() in place.casefold() for place in places)


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A part of the message that is not its text or HTML; inline images are among them."""

    name: str
    content_type: str
    size: int  # bytes, decoded


@dataclass(frozen=True, kw_only=True)
class Message(Summary):
    """A whole message. `text` or `html` is None where the message has no such part."""

    text: str | None
    html: str | None
    attachments: tuple[Attachment, ...]
    headers: tuple[tuple[str, str], ...]
    source: str
    one_click_url: str | None


def parse_summary(message_id: str, kept_at: datetime, head: bytes, size: int) -> Summary:
    """The summary of a message of `size` bytes from the bytes of its header alone."""
    return Summary(**_summary(message_id, kept_at, _parse_header(head), size))


def parse_message(message_id: str, kept_at: datetime, content: bytes) -> Message:
    """The whole message from its bytes."""
    parsed = _attempt(
        lambda: BytesParser(policy=policy.default).parsebytes(content), _parse_header(content)
    )
    bodies, attachments = _contents(parsed)
    return Message(
        **_summary(message_id, kept_at, parsed, len(content)),
        text=bodies.get("text/plain"),
        html=bodies.get("text/html"),
        attachments=attachments,
        headers=tuple((name, _decoded(name, raw)) for name, raw in parsed.raw_items()),
        source=content.decode(errors="replace").replace("\r\n", "\n"),
        one_click_url=_one_click_url(parsed),
    )


def _attempt(read: Callable[[], T], otherwise: T) -> T:
    """`read()`, or `otherwise`: the standard library raises all sorts of errors on broken mail."""
    try:
        return read()
    except Exception:
        return otherwise


def _parse_header(content: bytes) -> EmailMessage:
    return BytesHeaderParser(policy=policy.default).parsebytes(content)


def _summary(message_id: str, kept_at: datetime, parsed: EmailMessage, size: int) -> dict:
    return {
        "id": message_id,
        "subject": _first(parsed, "Subject"),
        "sender": _first(parsed, "From"),
        "to": _first(parsed, "To"),
        "envelope_to": tuple(_values(parsed, "X-Envelope-To")),
        "date": _attempt(lambda: _date(_first(parsed, "Date")), kept_at),
        "size": size,
    }


def _date(value: str) -> datetime:
    """The time in a Date field. Raises ValueError, also in the last year that Python knows.

    That year's end cannot be told in every time zone.
    """
    moment = parsedate_to_datetime(value)
    if moment.year == MAXYEAR:
        raise ValueError(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _first(parsed: EmailMessage, name: str) -> str:
    return next(iter(_values(parsed, name)), "")


def _values(parsed: EmailMessage, name: str) -> list[str]:
    return [_decoded(field, raw) for field, raw in _raw_fields(parsed, name)]


def _raw_fields(parsed: EmailMessage, name: str) -> list[tuple[str, str]]:
    fields = parsed.raw_items()
    return [(field, raw) for field, raw in fields if field.lower() == name.lower()]


def _decoded(name: str, raw: str) -> str:
    """A field's value on one line, with its encoded words (RFC 2047) decoded."""
    raw = _printable(raw)
    value = _attempt(lambda: str(policy.default.header_fetch_parse(name, raw)), _unfolded(raw))
    return _printable(value)


def _unfolded(raw: str) -> str:
    return " ".join(raw.split())


def _printable(text: str) -> str:
    """The text without lone surrogates, by which Python keeps bytes that are not ASCII."""
    return _attempt(
        lambda: text.encode(errors="surrogateescape"), text.encode(errors="replace")
    ).decode(errors="replace")


def _one_click_url(parsed: EmailMessage) -> str | None:
    """Where to POST to unsubscribe by RFC 8058, or None where the message does not offer it.

    Encoded words are not decoded: they are not allowed in this field, and mail programs that see
    one offer no button. White space inside <> means nothing (RFC 2369, section 2).
    """
    offers = [raw.strip().lower() for _, raw in _raw_fields(parsed, "List-Unsubscribe-Post")]
    if offers != ["list-unsubscribe=one-click"]:
        return None
    ways = "".join(raw for _, raw in _raw_fields(parsed, "List-Unsubscribe"))
    url = re.search(r"<(https?://[^<>]+)>", "".join(_printable(ways).split()), re.IGNORECASE)
    return url and url[1]


def _contents(parsed: EmailMessage) -> tuple[dict[str, str], tuple[Attachment, ...]]:
    """The first text and the first HTML by content type, and all other parts as attachments."""
    bodies, attachments = {}, []
    for part in _attempt(lambda: list(_leaves(parsed)), [parsed]):
        content_type = _content_type(part)
        is_body = content_type in ("text/plain", "text/html") and not _is_attached(part)
        if is_body and content_type not in bodies:
            bodies[content_type] = _text(part)
        else:
            attachments.append(_attachment(part))
    return bodies, tuple(attachments)


def _leaves(part: EmailMessage) -> Iterator[EmailMessage]:
    if part.is_multipart() and part.get_content_maintype() == "multipart":
        for child in part.get_payload():
            yield from _leaves(child)
    else:
        yield part


def _content_type(part: EmailMessage) -> str:
    """The part's content type; a multipart in which no part can be found counts as text."""
    content_type = _attempt(part.get_content_type, "text/plain")
    return "text/plain" if content_type.startswith("multipart/") else content_type


def _is_attached(part: EmailMessage) -> bool:
    named = _attempt(part.get_filename, None)
    return bool(named) or _attempt(part.get_content_disposition, None) == "attachment"


def _attachment(part: EmailMessage) -> Attachment:
    return Attachment(
        name=_printable(_attempt(part.get_filename, None) or ""),
        content_type=_printable(_content_type(part)),
        size=len(_attempt(lambda: _payload(part), b"")),
    )


def _payload(part: EmailMessage) -> bytes:
    """The decoded content; that of an attached message is the message."""
    if part.is_multipart():
        return b"".join(child.as_bytes() for child in part.get_payload())
    return part.get_payload(decode=True)


def _text(part: EmailMessage) -> str:
    content = _attempt(lambda: _payload(part), b"")
    charset = _attempt(part.get_content_charset, None) or "utf-8"
    text = _attempt(
        lambda: content.decode(charset, errors="replace"), content.decode(errors="replace")
    )
    return _printable(text).replace("\r\n", "\n")
