"""Filter the cookies that a client sends."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


def drop_malformed_cookies(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Leave out cookies with control characters, which none of ours has (RFC 6265, 4.1.1).

    Quoted as ``\\000`` they pass servers, and PostgreSQL refuses to look up a session with one.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        for name in [name for name, value in request.COOKIES.items() if not value.isprintable()]:
            del request.COOKIES[name]
        return get_response(request)

    return answer
