"""Answer 404 to lookups of impossible values, and 400 to incomplete forms.

SQLite takes no integer of more than 64 bits, and PostgreSQL no text with U+0000; the drivers raise
when they are asked. Such values come in paths and parameters, of our views and of libraries alike.
"""

from collections.abc import Callable
from traceback import walk_tb

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.datastructures import MultiValueDictKeyError

GetResponse = Callable[[HttpRequest], HttpResponse]


class ImpossibleLookupMiddleware:
    """Turn the errors of database drivers about impossible values into errors of the request."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        if request.method == "POST" and _is_malformed(exception):
            raise BadRequest("The form is incomplete or malformed.") from exception
        if not _is_impossible(exception):
            return
        if request.method == "POST":
            raise BadRequest("The request holds a value that no database can store.") from exception
        raise Http404("Nothing can have such a value.") from exception


def _is_malformed(exception: Exception) -> bool:
    """Return whether a form lacks a field, or has one that its widgets and blocks cannot read.

    Wagtail's blocks take for granted that their editor counts and orders them, and that choosers
    hold keys; they read all this before anything is validated.
    """
    if isinstance(exception, MultiValueDictKeyError):
        return True
    frames = (frame.f_code.co_name for frame, _line in walk_tb(exception.__traceback__))
    return isinstance(exception, TypeError | ValueError) and "value_from_datadict" in frames


def _is_impossible(exception: Exception) -> bool:
    match exception:
        case OverflowError():
            return "too large to convert to SQLite INTEGER" in str(exception)
        case ValueError():
            return "NUL (0x00)" in str(exception)
    return False
