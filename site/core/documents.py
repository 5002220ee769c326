"""Serve documents through a view only, to people who may see their collection."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, re_path
from django.utils.cache import add_never_cache_headers, patch_cache_control
from wagtail import hooks
from wagtail.documents import get_document_model
from wagtail.documents.models import AbstractDocument, document_served
from wagtail.documents.views.serve import authenticate_with_password

from .downloads import Download
from .guards import read_only

# Types that browsers display. Others are downloaded: HTML and SVG could contain scripts.
_SHOWN = {"application/pdf"}


@read_only
def serve(request: HttpRequest, document_id: str, document_filename: str) -> HttpResponse:
    """Answer with a document, as Wagtail does; recordings can be sought.

    Raises Http404 if the document or its file does not exist.
    """
    document = get_object_or_404(get_document_model(), pk=document_id)
    if document.filename != document_filename:
        raise Http404("The document has another file name.")
    for hook in hooks.get_hooks("before_serve_document"):
        refusal = hook(document, request)
        if isinstance(refusal, HttpResponse):
            add_never_cache_headers(refusal)
            return refusal
    response = _download(document).respond(request)
    _allow_caching(response, is_private=document.collection.get_view_restrictions().exists())
    document_served.send(sender=type(document), instance=document, request=request)
    return response


def _download(document: AbstractDocument) -> Download:
    return Download(
        storage=document.file.storage,
        name=document.file.name,
        filename=document.filename,
        content_type=document.content_type,
        is_attachment=document.content_type not in _SHOWN,
        version=document.file_hash,
    )


def _allow_caching(response: HttpResponse, is_private: bool) -> None:
    """Let shared caches store public documents for as long as pages."""
    seconds = settings.PAGE_CACHE_SHARED_SECONDS
    if is_private:
        patch_cache_control(response, private=True, no_store=True)
    elif seconds:
        patch_cache_control(response, public=True, max_age=0, s_maxage=seconds)
    else:
        patch_cache_control(response, public=True, no_cache=True)


# The names are Wagtail's, which looks them up.
urlpatterns = [
    re_path(r"^(\d+)/(.*)$", serve, name="wagtaildocs_serve"),
    path(
        "authenticate_with_password/<int:restriction_id>/",
        authenticate_with_password,
        name="wagtaildocs_authenticate_with_password",
    ),
]
