"""Where answers are kept, and how all of them are given up at once.

Each is kept with the *edition* in which it was begun: a random word in the cache. To purge is to
delete that word. Whoever asks next makes up another, and what belongs to the former counts for
nothing, also when it is stored only afterwards: an answer that was being made while an editor
published holds what was there before, and has the edition of before, too.
"""

import gzip
import hashlib
import logging
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.cache import BaseCache, caches
from django.http import HttpRequest, QueryDict

logger = logging.getLogger(__name__)

EDITION = "edition"
# Compressed. What is larger is made anew each time.
MOST_BYTES = 256 * 1024
# So many of them a process has in its memory, too: then the cache is asked for the edition alone.
MOST_NEAR = 64
_near: dict[str, "KeptAnswer"] = {}


@dataclass(frozen=True)
class KeptAnswer:
    """An answer with status 200: its headers, and its content as gzip."""

    edition: str
    until: float
    headers: dict[str, str]
    content: bytes

    @classmethod
    def of(
        cls, content: bytes, headers: dict[str, str], edition: str, seconds: float
    ) -> "KeptAnswer":
        """Compress an answer; its entity tag is a digest of what it says (RFC 9110, 8.8.3)."""
        digest = hashlib.blake2b(content, digest_size=12).hexdigest()
        headers = {**headers, "ETag": f'W/"{digest}"'}
        compressed = gzip.compress(content, 6, mtime=0)
        return cls(edition, time.time() + seconds, headers, compressed)

    @cached_property
    def plain(self) -> bytes:
        """Its content, not compressed."""
        return gzip.decompress(self.content)

    def is_of(self, edition: str) -> bool:
        """Whether it is as everything in an edition is, and may still be shown."""
        return self.edition == edition and time.time() < self.until


def edition() -> str:
    """Return the present edition; "" where the cache fails."""
    return _attempt(lambda: _edition_in(_pages()), "")


def look_up(request: HttpRequest) -> tuple[str, KeptAnswer | None]:
    """Return the present edition, and the answer that is kept in it; "" where the cache fails.

    Numbers in ``request.GET`` that are known not to exist are replaced by the nearest that do.
    """
    return _attempt(lambda: _look_up(_pages(), request), ("", None))


def keep(request: HttpRequest, answer: KeptAnswer, lasts: Mapping[str, int]) -> None:
    """Cache an answer as long as it may be shown, unless it is large.

    ``lasts`` are the greatest numbers that exist at its address. If greater ones were requested,
    only they are cached: the view saw numbers that are not in the key. ``look_up`` then gives later
    requests the numbers that exist.
    """
    if answer.edition and len(answer.content) <= MOST_BYTES:
        _attempt(lambda: _keep(_pages(), request, answer, lasts), None)


def purge() -> bool:
    """Give up all that is kept; return whether the cache could be told.

    It needs no room: a full disk does not keep an old page alive.
    """
    return _attempt(lambda: _pages().delete(EDITION) or True, False)


def nearest(asked: Mapping[str, str], lasts: Mapping[str, int]) -> dict[str, str]:
    """Return the numbers that are shown to who asks for some, without those that are first."""
    shown = {name: min(int(number), lasts.get(name, 1)) for name, number in asked.items()}
    return {name: str(number) for name, number in shown.items() if number > 1}


def _pages() -> BaseCache:
    return caches["pages"]


def _key_of(request: HttpRequest, numbers: Mapping[str, str] | None) -> str:
    """Return the name under which is kept what an address shows, or with None its last numbers."""
    parameters = sorted(numbers.items()) if numbers is not None else None
    address = (request.scheme, request.get_host(), request.path, parameters)
    return hashlib.sha256(repr(address).encode()).hexdigest()


def _keep(
    cache: BaseCache, request: HttpRequest, answer: KeptAnswer, lasts: Mapping[str, int]
) -> None:
    asked = request.GET.dict()
    if nearest(asked, lasts) == asked:
        cache.set(_key_of(request, asked), answer, settings.PAGE_CACHE_SECONDS)
    else:
        known = (answer.edition, dict(lasts))
        cache.set(_key_of(request, None), known, settings.PAGE_CACHE_SECONDS)


def _look_up(cache: BaseCache, request: HttpRequest) -> tuple[str, KeptAnswer | None]:
    edition = _edition_in(cache)
    asked = request.GET.dict()
    answer = _find(cache, _key_of(request, asked), edition)
    if not answer and asked:
        edition_of_lasts, lasts = cache.get(_key_of(request, None), ("", {}))
        is_known = bool(edition) and edition_of_lasts == edition
        if is_known and (shown := nearest(asked, lasts)) != asked:
            request.GET = QueryDict(urlencode(shown))
            answer = _find(cache, _key_of(request, shown), edition)
    return edition, answer


def _find(cache: BaseCache, key: str, edition: str) -> KeptAnswer | None:
    near = _near.get(key)
    if near and near.is_of(edition):
        return near
    answer = cache.get(key)
    if not answer or not answer.is_of(edition):
        return None
    if len(_near) >= MOST_NEAR:
        _near.clear()
    _near[key] = answer
    return answer


def _edition_in(cache: BaseCache) -> str:
    edition = cache.get(EDITION)
    if not edition:
        cache.add(EDITION, secrets.token_hex(8), timeout=None)
    return edition or cache.get(EDITION, "")


def _attempt(act: Callable[[], Any], otherwise: Any) -> Any:
    """Return what an act on the cache returns; without it the site goes on, slower."""
    try:
        return act()
    except Exception as error:
        logger.warning(
            "The page cache fails (%s: %s). What changes now may be shown as it was for up to"
            " %s seconds.",
            type(error).__name__,
            error,
            settings.PAGE_CACHE_SECONDS,
        )
        return otherwise
