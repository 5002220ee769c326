"""What browsers are told not to do with the site's pages."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware


class CompressionMiddleware(GZipMiddleware):
    """Compress responses, except partial files: their ranges refer to the stored bytes."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if response.has_header("Accept-Ranges"):
            return response
        return super().process_response(request, response)


class BrowserPolicyMiddleware:
    """Says what a page may load (W3C Content Security Policy) and use (Permissions Policy).

    Editors have a policy of their own: Wagtail's admin and its bar on pages hold styles and scripts
    that a reader's page never does. A view that states a policy itself keeps it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", settings.PERMISSIONS_POLICY)
        if not _explains_an_error(response):
            response.headers.setdefault("Content-Security-Policy", _policy(request, response))
        return response


def _policy(request: HttpRequest, response: HttpResponse) -> str:
    if response.status_code == 500:
        return settings.ERROR_POLICY
    return settings.EDITOR_POLICY if _is_for_editors(request) else settings.READER_POLICY


def _is_for_editors(request: HttpRequest) -> bool:
    """Whether an answer is of the admin, or may carry the bar of those who are logged in."""
    if request.path.startswith(settings.EDITOR_PATH):
        return True
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return False
    # A request that was refused early, for example for its host, has no user.
    return hasattr(request, "user") and request.user.is_authenticated


def _explains_an_error(response: HttpResponse) -> bool:
    """Whether it is one of Django's pages for developers, which hold their own styles."""
    return settings.DEBUG and response.status_code in (404, 500)
