"""Words in the headers of mails, in the forms that RFC 5322 and RFC 2047 give them."""

import re
from email.header import Header


def quoted(text: str) -> str:
    """Return a text as it is, or as a quoted string where it needs it (RFC 5322, section 3.2.4)."""
    if re.fullmatch(r"[\w!#$%&'*+/=?^`{|}~ -]+", text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def phrase(text: str) -> str:
    """Return a text as a phrase in ASCII: quoted, or in encoded words (RFC 2047) on one line."""
    if text.isascii():
        return quoted(text)
    return " ".join(Header(text, "utf-8").encode().split())
