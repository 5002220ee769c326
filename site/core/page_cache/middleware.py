"""Answers readers from what is kept, and keeps what it can."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import parse_http_date_safe

from ..languages import in_all_languages
from . import store
from .marks import lasts_shown, numbers_shown
from .store import KeptAnswer

_ACCEPTS_GZIP = re.compile(r"\bgzip\b")
# The first is shown where none is asked for. No list is so long that it had more digits.
_NUMBER = re.compile(r"(?!1$)[1-9][0-9]{0,5}")
_HAS_PADDED_NUMBER = re.compile(r"/0[0-9]+(/|$)")
_CONDITIONS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE")
_SAME_FOR_ALL = {"cookie", "accept-encoding"}


class PageCacheMiddleware:
    """Stands before sessions: whoever has none gets what everyone without one gets.

    The view of such a reader sees no cookie, and only the parameters that the settings name.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not _is_from_a_stranger(request):
            return _kept_by_nobody(self.get_response(request))
        request.COOKIES.clear()
        if request.META.get("QUERY_STRING"):
            request.GET = _known_parameters(request)
        if not _is_bounded(request):
            return _shown_to_everyone(self.get_response(request))
        request.edition, kept = store.look_up(request)
        return _answer(request, kept, "hit") if kept else self._make(request)

    def _make(self, request: HttpRequest) -> HttpResponse:
        with _whole(request):
            response = self.get_response(request)
        seconds = _seconds_to_keep(request) if _may_be_kept(request, response) else 0
        response = _shown_to_everyone(response)
        if seconds <= 0:
            return response
        made = KeptAnswer.of(response.content, _headers(response), request.edition, seconds)
        store.keep(request, made, lasts_shown(request))
        return _answer(request, made, "fwd=miss")


def _is_from_a_stranger(request: HttpRequest) -> bool:
    """Whether a request reads, and comes from nobody in particular.

    Wagtail's previews come as requests that it makes up.
    """
    return (
        request.method in ("GET", "HEAD")
        and not getattr(request, "is_dummy", False)
        and not request.path.startswith(settings.PAGE_CACHE_NEVER)
        and not _has_session(request)
    )


def _has_session(request: HttpRequest) -> bool:
    """Whether there is a session of a request's; anybody can make up a cookie that names none."""
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    return key.isalnum() and import_module(settings.SESSION_ENGINE).SessionStore().exists(key)


def _is_bounded(request: HttpRequest) -> bool:
    """Whether there are only so many addresses like that of a request.

    There is no end to words that are searched for, nor to the ports that a host can be given, nor
    to the zeros before a number.
    """
    host = request.get_host()
    is_known = host in settings.ALLOWED_HOSTS or host == urlsplit(settings.BASE_URL).netloc
    return (
        is_known
        and request.GET.keys() <= set(settings.PAGE_CACHE_PARAMETERS)
        and not _HAS_PADDED_NUMBER.search(request.path)
    )


@contextmanager
def _whole(request: HttpRequest) -> Iterator[None]:
    """Have a view answer whole, to be kept, whatever of it the client wants or has already."""
    conditions = {name: request.META.pop(name) for name in _CONDITIONS if name in request.META}
    method, request.method = request.method, "GET"
    yield
    request.method = method
    request.META.update(conditions)


def _known_parameters(request: HttpRequest) -> QueryDict:
    """Return the parameters that mean something at an address: what is no number is no page."""
    known = QueryDict(mutable=True)
    for name in settings.PAGE_CACHE_PARAMETERS:
        if _NUMBER.fullmatch(request.GET.get(name, "")):
            known[name] = request.GET[name]
    for name, place in settings.PAGE_CACHE_FREE_PARAMETERS.items():
        if name in request.GET and request.path.startswith(tuple(in_all_languages(place))):
            known.setlist(name, request.GET.getlist(name))
    return known


def _seconds_to_keep(request: HttpRequest) -> float:
    until = getattr(request, "shown_until", None)
    left = (until - timezone.now()).total_seconds() if until else settings.PAGE_CACHE_SECONDS
    return min(left, settings.PAGE_CACHE_SECONDS)


def _may_be_kept(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether an answer is whole, right, and the same for every reader of this address."""
    return (
        response.status_code == 200
        and not response.streaming
        and not response.cookies
        and not response.has_header("Content-Encoding")
        and not getattr(request, "is_preview", False)
        and _words(response, "Cache-Control").isdisjoint(("private", "no-store", "max-age=0"))
        and _words(response, "Vary") <= _SAME_FOR_ALL
        and _is_nearest(request)
    )


def _is_nearest(request: HttpRequest) -> bool:
    """Whether an answer is to the numbers that are nearest to those that were asked for."""
    nearest = store.nearest(request.GET.dict(), lasts_shown(request))
    shown = ((name, str(number)) for name, (number, _last) in numbers_shown(request).items())
    return all(nearest.get(name, "1") == number for name, number in shown)


def _words(response: HttpResponse, header: str) -> set[str]:
    return {word.strip().lower() for word in response.get(header, "").split(",") if word.strip()}


def _headers(response: HttpResponse) -> dict[str, str]:
    return {name: value for name, value in response.items() if name != "Content-Length"}


def _answer(request: HttpRequest, kept: KeptAnswer, status: str) -> HttpResponse:
    """Return a kept answer as a client wants it: compressed or not, or that it has it already.

    Whether it was kept is said as RFC 9211 has it.
    """
    is_compressed = bool(_ACCEPTS_GZIP.search(request.headers.get("Accept-Encoding", "")))
    content = kept.content if is_compressed else kept.plain
    response = HttpResponse(content if request.method == "GET" else b"", headers=kept.headers)
    response["Content-Length"] = str(len(content))
    response["Cache-Status"] = f"Gazette; {status}"
    if "Authorization" in request.headers:
        # A proxy before the site may ask for it, and other caches must not pass it by (RFC 9111).
        response["Cache-Control"] = "private, no-cache"
    if is_compressed:
        response["Content-Encoding"] = "gzip"
    changed = parse_http_date_safe(kept.headers.get("Last-Modified", ""))
    return get_conditional_response(request, kept.headers["ETag"], changed, response)


def _kept_by_nobody(response: HttpResponse) -> HttpResponse:
    """Keep what one person alone may see out of shared caches (RFC 9111, 5.2.2.7)."""
    response.headers.setdefault("Cache-Control", "private, no-cache")
    return response


def _shown_to_everyone(response: HttpResponse) -> HttpResponse:
    """Say how long other caches may keep what is the same for all who have no session."""
    if response.cookies:
        return _kept_by_nobody(response)
    _leave_out_cookies(response)
    patch_vary_headers(response, ["Accept-Encoding"])
    seconds = settings.PAGE_CACHE_SHARED_SECONDS
    if seconds and response.status_code == 200:
        response.headers.setdefault("Cache-Control", f"public, max-age=0, s-maxage={seconds}")
    response.headers.setdefault("Cache-Control", "no-cache")
    return response


def _leave_out_cookies(response: HttpResponse) -> None:
    """Take back that an answer depends on cookies: without a session it does on none."""
    kept: Iterable[str] = (
        word for word in response.get("Vary", "").split(",") if word.strip().lower() != "cookie"
    )
    response["Vary"] = ",".join(kept).strip()
    if not response["Vary"]:
        del response["Vary"]
