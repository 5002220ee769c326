"""A cohort's mail as bytes: built once, cut at its slots, and joined for each recipient.

What differs by recipient stands alone: in the headers as a whole value, in the parts between soft
line breaks of quoted-printable (RFC 2045, section 6.7). So what is put in moves nothing around it.
No line is too long or begins with a dot, each ends in CRLF, and all is ASCII: no server on the way
has a reason to change a byte, which would break a signature (RFC 6376, section 5.3).
"""

import re
import smtplib
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.message import Message

from django.core.mail.message import sanitize_address
from django.utils.html import escape

from ..digests.rendering import SLOTS, UnfilledSlot, slot_name
from ..mail import Mail, NewsletterMessage, message_to
from ..models import Cohort
from .messages import message_id
from .outcomes import Recipient

# Headers whose values differ by recipient, or by the time of handing over.
TO, DATE, LEAVE, ID = "To", "Date", "List-Unsubscribe", "Message-ID"
TEXT, HTML = "text", "html"

# A line may have 76 characters: these, two more where the first has to be encoded, two for the
# last, and one that breaks the line.
LENGTH = 71
CHUNK = re.compile(rf".{{1,{LENGTH}}}(?<!=)(?<!=.)")
AS_IT_IS = {9, *range(32, 127)} - {ord("=")}
SOFT_BREAK = b"=\r\n"
ENCODED = {code: chr(code) if code in AS_IT_IS else f"={code:02X}" for code in range(256)}

# What needs no second look: a line to be encoded, a text to be escaped, a header's value to be
# folded, an address to be put in an envelope (RFC 5321, section 4.1.2).
PLAIN_LINE = re.compile(r"[!-\-/-<>-~](?:[ -<>-~]*[!-<>-~])?")
PLAIN_TEXT = re.compile(r"[\w ,.:/-]*")
PLAIN_VALUE = re.compile(r"[!-~]{1,900}")
ATOM = r"[A-Za-z0-9_!#$%&'*+/=?^`{|}~-]+"
LABEL = r"[A-Za-z0-9-]{1,63}"
PLAIN_ADDRESS = re.compile(rf"{ATOM}(?:\.{ATOM})*@{LABEL}(?:\.{LABEL})+")

MOST_TEMPLATES = 8
_templates: dict[tuple[object, ...], "Template"] = {}
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class MergedMail:
    """The mail of one delivery, whole but for its date; addresses as they stand in the envelope."""

    delivery_id: int
    sender: bytes
    recipient: bytes
    pieces: list[bytes]
    date_at: int

    def dated(self, date: str) -> list[bytes]:
        """Return the pieces of the mail, handed over at a date (RFC 5322, section 3.3)."""
        self.pieces[self.date_at] = date.encode("ascii")
        return self.pieces


class Template:
    """The mail of a cohort, but for what differs by recipient.

    Raises UnfilledSlot where the content has a slot that nothing fills, and ValueError where the
    newsletter's own headers cannot be made.
    """

    def __init__(self, cohort: Cohort) -> None:
        self._cohort = cohort
        self._pieces: list[bytes] = []
        self._slots: list[tuple[int, str]] = []
        self._date_at = 0
        leave_url = self._slot("leave_url")
        message = message_to(
            self._slot(TO),
            Mail(cohort.subject, self._slot(HTML), self._slot(TEXT) if cohort.text else ""),
            cohort.digest.newsletter,
            leave_url,
            {ID: self._slot(ID)},
        )
        self._sender = _in_envelope(message.from_email)
        mime = message.message()
        self._around_leave_url = mime[LEAVE].split(leave_url)
        self._cut(mime)

    def merge(self, recipient: Recipient, values: Mapping[str, str]) -> MergedMail:
        """Return the mail to one recipient, with what fills the slots of the content.

        Raises ValueError where no mail can have that address.
        """
        email = recipient.email
        envelope = _in_envelope(email)
        fillings = {
            TO: _header(TO, email),
            LEAVE: _header(LEAVE, values["leave_url"].join(self._around_leave_url)),
            ID: _header(ID, message_id(recipient.delivery_id, self._cohort.digest)),
        }
        for name, value in values.items():
            text = fillings[f"{TEXT} {name}"] = quoted_printable(value)
            plain = PLAIN_TEXT.fullmatch(value)
            fillings[f"{HTML} {name}"] = text if plain else quoted_printable(escape(value))
        pieces = self._pieces.copy()
        for position, slot in self._slots:
            pieces[position] = fillings[slot]
        return MergedMail(recipient.delivery_id, self._sender, envelope, pieces, self._date_at)

    def _slot(self, name: str) -> str:
        return slot_name(name, self._cohort.slot_mark)

    def _cut(self, mime: Message) -> None:
        """Cut a message at the slots in it, and put the cohort's content in place."""
        for name in (TO, DATE, LEAVE, ID):
            mime.replace_header(name, self._slot(name))
        for part in mime.get_payload():
            part.replace_header("Content-Transfer-Encoding", "quoted-printable")
        pattern = self._slot(f"({'|'.join([TO, DATE, LEAVE, ID, TEXT, HTML])})")
        fixed, *rest = re.split(pattern, mime.as_bytes(linesep="\r\n").decode("ascii"))
        self._pieces.append(fixed.encode("ascii"))
        for name, fixed in zip(rest[::2], rest[1::2], strict=True):
            if name in (TEXT, HTML):
                self._put_content(name)
            else:
                self._put_slot(name)
            self._pieces.append(fixed.encode("ascii"))

    def _put_content(self, part: str) -> None:
        content = self._cohort.text if part == TEXT else self._cohort.html
        fixed, *rest = re.split(self._slot(f"({'|'.join(SLOTS)})"), content)
        if any(self._cohort.slot_mark in words for words in (fixed, *rest)):
            raise UnfilledSlot(f"A slot of {self._cohort} was not filled.")
        self._pieces.append(quoted_printable(fixed))
        for name, fixed in zip(rest[::2], rest[1::2], strict=True):
            self._pieces.append(SOFT_BREAK)
            self._put_slot(f"{part} {name}")
            self._pieces.append(SOFT_BREAK + quoted_printable(fixed))

    def _put_slot(self, name: str) -> None:
        position = len(self._pieces)
        self._pieces.append(b"")
        if name == DATE:
            self._date_at = position
        else:
            self._slots.append((position, name))


def template_of(cohort: Cohort) -> Template:
    """Return the template of a cohort; it is kept for the next batches.

    Raises what making it raises.
    """
    newsletter = cohort.digest.newsletter
    headers = (newsletter.from_header, newsletter.reply_to, newsletter.list_id)
    key = (cohort.pk, cohort.slot_mark, *headers)
    with _lock:
        template = _templates.pop(key, None) or Template(cohort)
        _templates[key] = template
        if len(_templates) > MOST_TEMPLATES:
            del _templates[next(iter(_templates))]
    return template


def quoted_printable(text: str) -> bytes:
    """Encode a text, any of whose line breaks becomes CRLF (RFC 2045, section 6.7).

    No line begins with a dot or ends in white space. Raises ValueError for half a surrogate pair.
    """
    if PLAIN_LINE.fullmatch(text):
        if len(text) <= LENGTH:
            return text.encode("ascii")
        return _folded(text[start : start + LENGTH] for start in range(0, len(text), LENGTH))
    return b"\r\n".join(_encoded(line) for line in re.split("\r\n|\r|\n", text))


def _encoded(line: str) -> bytes:
    encoded = line.encode().decode("latin-1").translate(ENCODED)
    chunks = CHUNK.findall(encoded)
    if encoded.endswith((" ", "\t")):
        chunks[-1] = f"{chunks[-1][:-1]}={ord(encoded[-1]):02X}"
    return _folded(chunks)


def _folded(chunks: Iterable[str]) -> bytes:
    """Return chunks of a line, each on a line of its own that does not begin with a dot."""
    safe = [f"=2E{chunk[1:]}" if chunk.startswith(".") else chunk for chunk in chunks]
    return "=\r\n".join(safe).encode("ascii")


def _in_envelope(address: str) -> bytes:
    """Return an address as Django and smtplib put it in an envelope.

    Raises ValueError where no mail can have it.
    """
    if PLAIN_ADDRESS.fullmatch(address):
        return f"<{address}>".encode("ascii")
    return smtplib.quoteaddr(sanitize_address(address, "utf-8")).encode("ascii")


def _header(name: str, value: str) -> bytes:
    """Return a header's value as Django puts it in a mail.

    Raises ValueError where it holds a line break.
    """
    if PLAIN_VALUE.fullmatch(value):
        return value.encode("ascii")
    mime = NewsletterMessage(to=[value] if name == TO else [], headers={name: value}).message()
    policy = mime.policy.clone(linesep="\r\n")
    return policy.fold_binary(name, mime[name]).removeprefix(f"{name}: ".encode()).rstrip(b"\r\n")
