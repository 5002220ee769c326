"""What all pages show, kept in each process until something changes that readers may see."""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from django.http import HttpRequest

from . import store

# Of every host and language a few; somebody may make up hosts.
MOST = 256

T = TypeVar("T")
# The edition, and what is kept of it: one object, so no thread meets one without the other.
_present: tuple[str, dict[Hashable, Any]] = ("", {})


def kept_in_memory(request: HttpRequest, key: Hashable, make: Callable[[], T]) -> T:
    """Return what ``make`` returns, which is not asked again while the edition lasts.

    It is shared by requests and by threads: nobody may change it, and it may hold nothing of who
    asks. Without a page cache, and where that fails, nothing is kept.
    """
    edition = edition_of(request)
    if not edition:
        return make()
    kept = _of(edition)
    if key not in kept:
        kept[key] = make()
    return kept[key]


def edition_of(request: HttpRequest) -> str:
    """Return the edition that a request began in, asked of the cache once; "" where it fails."""
    if not hasattr(request, "edition"):
        request.edition = store.edition()
    return request.edition


def _of(edition: str) -> dict[Hashable, Any]:
    """Return what is kept of an edition; what is kept of another is given up."""
    global _present
    known, kept = _present
    if edition != known or len(kept) >= MOST:
        kept = {}
        _present = edition, kept
    return kept
