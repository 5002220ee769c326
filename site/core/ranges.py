"""Parse the byte range that a request asks for (RFC 9110, section 14)."""

import re
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.http import parse_http_date_safe

# One range; where several are asked for, the whole is a right answer (section 14.2).
_RANGE = re.compile(r"bytes=[ \t,]*([0-9]*)-([0-9]*)[ \t,]*", re.IGNORECASE)
# No file is larger. Python refuses to parse numbers of thousands of digits.
_MAX_DIGITS = 18


class Unsatisfiable(Exception):
    """The range starts after the end of the file."""


@dataclass(frozen=True)
class Part:
    """A part of a file, in bytes."""

    start: int
    length: int
    total: int

    @property
    def content_range(self) -> str:
        """The value of its Content-Range header."""
        return f"bytes {self.start}-{self.start + self.length - 1}/{self.total}"


def find_part(request: HttpRequest, size: int, etag: str, changed: int | None) -> Part | None:
    """Return the part that a request asks for; None for the whole file.

    ``changed`` is in seconds since 1970. What is malformed, in another unit or of another version
    of the file is ignored, as the standard asks. Raises Unsatisfiable.
    """
    found = _RANGE.fullmatch(request.headers.get("Range", ""))
    if request.method != "GET" or not found or not _is_same_version(request, etag, changed):
        return None
    first, last = (_number(digits) for digits in found.groups())
    if first is None:
        return _suffix(last, size)
    if last is not None and last < first:
        return None
    if first >= size:
        raise Unsatisfiable
    end = size if last is None else min(last + 1, size)
    return Part(first, end - first, size)


def _suffix(length: int | None, size: int) -> Part | None:
    """Return the last bytes of a file."""
    if length is None or (length and not size):
        return None
    if not length:
        raise Unsatisfiable
    length = min(length, size)
    return Part(size - length, length, size)


def _is_same_version(request: HttpRequest, etag: str, changed: int | None) -> bool:
    """Return whether ``If-Range``, if present, names this version (section 13.1.5)."""
    condition = request.headers.get("If-Range")
    if condition is None:
        return True
    if condition.startswith(('"', "W/")):
        return bool(etag) and condition == etag and not etag.startswith("W/")
    return changed is not None and parse_http_date_safe(condition) == changed


def _number(digits: str) -> int | None:
    if len(digits) > _MAX_DIGITS:
        return 10**_MAX_DIGITS
    return int(digits) if digits else None
