"""Whether a post can be had as PDF."""

from django import template
from django.http import HttpRequest

from ..models import PostPage
from ..pdf import missing_libraries

register = template.Library()


@register.simple_tag
def pdf_is_offered(post: PostPage, request: HttpRequest | None) -> bool:
    """Return whether a post links to its PDF: everyone may read it, and it can be made."""
    if getattr(request, "is_preview", False) or missing_libraries():
        return False
    return post.is_published and not post.has_failed_pdf
