"""Limit the size of requests, judged by their headers before the body is read."""

import io
import re
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

_CHARSET = re.compile(r";\s*charset\s*=[^;]*", re.IGNORECASE)

WSGIApplication = Callable[..., Iterable[bytes]]


class BodyLimitMiddleware:
    """Answer 413 (RFC 9110, 15.5.14) where a body is larger than its path takes.

    Visitors send forms of text, mail providers batches of events. Whoever is logged in to the admin
    sends files and long posts, to which Django's and Wagtail's own limits apply.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_large = _content_length(request) > _limit_for(request.path)
        if is_large and not _is_from_an_editor(request):
            return render(request, "413.html", status=413)
        return self.get_response(request)


def ignore_charset(application: WSGIApplication) -> WSGIApplication:
    """Have a WSGI application read all bodies as UTF-8, as the pages that sent them are.

    Django decodes query and form by any codec of Python that the header names, and raises for those
    that are not for text before a middleware could answer.
    """

    def ignoring(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if "charset" in environ.get("CONTENT_TYPE", "").lower():
            environ["CONTENT_TYPE"] = _CHARSET.sub("", environ["CONTENT_TYPE"])
        return application(environ, start_response)

    return ignoring


def accept_chunked_bodies(application: WSGIApplication) -> WSGIApplication:
    """Have a WSGI application read bodies sent in chunks (RFC 9112, 7.1), without a Content-Length.

    Django takes such a request for one without a body. No more is read than is enough to tell that
    a body is too large.
    """

    def accepting(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("wsgi.input_terminated") and "HTTP_TRANSFER_ENCODING" in environ:
            body = environ["wsgi.input"].read(_limit_for(environ.get("PATH_INFO", "")) + 1)
            environ |= {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        return application(environ, start_response)

    return accepting


def _limit_for(path: str) -> int:
    if path.startswith(settings.WEBHOOK_PATH):
        return settings.MAX_WEBHOOK_BODY_BYTES
    return settings.MAX_BODY_BYTES


def _content_length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0  # As Django reads it.


def _is_from_an_editor(request: HttpRequest) -> bool:
    return request.path.startswith(settings.EDITOR_PATH) and request.user.is_authenticated
