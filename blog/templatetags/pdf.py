"""Whether a post can be had as PDF."""

from django import template
from django.http import HttpRequest

from ..models import PostPage
from ..pdf import missing_libraries

register = template.Library()


@register.simple_tag
def pdf_is_offered(post: PostPage, request: HttpRequest | None) -> bool:
    """Return whether a post leads to its PDF: everyone may read it, and it can be made."""
    is_preview = getattr(request, "is_preview", False)
    return not is_preview and not missing_libraries() and post.is_published
