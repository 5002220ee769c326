"""The pages of the local mailbox. None of them exists unless DEBUG is on."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TypeVar

from django.conf import settings
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from localmail import rendering, store

PAGE_SIZE = 50
TABS = {"html": "HTML", "text": "Text", "headers": "Headers", "source": "Source"}
# Forms may go anywhere: the one-click form posts to wherever the message says.
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; "
    "form-action 'self' http: https:; base-uri 'none'; frame-ancestors 'none'"
)
FRAME_POLICY = "sandbox allow-popups allow-popups-to-escape-sandbox; script-src 'none'"

View = Callable[..., HttpResponse]
Found = TypeVar("Found")


def development_only(view: View) -> View:
    """Answer 404 unless DEBUG is on and mail is caught, and let no cache keep the answer."""

    @wraps(view)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if not (settings.DEBUG and hasattr(settings, "MAILBOX_DIR")):
            raise Http404
        return view(request, *args, **kwargs)

    return never_cache(guarded)


@development_only
@require_safe
def message_list(request: HttpRequest) -> HttpResponse:
    """The messages, newest first, or those whose subject or recipient contains `?q=`."""
    query = request.GET.get("q", "").strip()
    folder = settings.MAILBOX_DIR
    ids = store.search(folder, query) if query else store.message_ids(folder)
    page = Paginator(ids, PAGE_SIZE).get_page(request.GET.get("page"))
    messages = list(store.summaries(folder, page.object_list))
    return _page(request, "list", {"page": page, "messages": messages, "query": query})


@development_only
@require_safe
def message(request: HttpRequest, message_id: str, tab: str | None = None) -> HttpResponse:
    """One message, seen through one of TABS; without one, as a mail program would show it."""
    shown = _found(store.read_message, message_id)
    tab = tab or ("text" if shown.html is None else "html")
    if tab not in TABS:
        raise Http404
    context = {"message": shown, "tab": tab, "tabs": TABS}
    if shown.text is not None:
        context["text"] = rendering.linkify(shown.text)
    return _page(request, "message", context)


@development_only
@require_safe
@xframe_options_sameorigin
def frame(request: HttpRequest, message_id: str) -> HttpResponse:
    """The HTML of a message as a page without scripts, forms or an origin of its own."""
    shown = _found(store.read_message, message_id)
    if shown.html is None:
        raise Http404
    response = HttpResponse(rendering.as_frame(shown.html))
    response["Content-Security-Policy"] = FRAME_POLICY
    # Browsers refuse a sandboxed page with any other opener policy when it fills a tab.
    response["Cross-Origin-Opener-Policy"] = "unsafe-none"
    return response


@development_only
@require_safe
def download(request: HttpRequest, message_id: str) -> FileResponse:
    """The message as it was kept."""
    file = _found(store.open_message, message_id)
    return FileResponse(file, as_attachment=True, content_type="message/rfc822")


@development_only
@require_POST
def empty(request: HttpRequest) -> HttpResponse:
    """Delete all messages."""
    store.delete_all(settings.MAILBOX_DIR)
    return redirect("mailbox:list")


def _found(read: Callable[[Path, str], Found], message_id: str) -> Found:
    try:
        return read(settings.MAILBOX_DIR, message_id)
    except store.MessageNotFound as error:
        raise Http404 from error


def _page(request: HttpRequest, name: str, context: dict) -> HttpResponse:
    response = render(request, f"localmail/{name}.html", context)
    response["Content-Security-Policy"] = PAGE_POLICY
    return response
