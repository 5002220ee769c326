"""What templates show of readers' comments."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString

from core.page_cache.marks import show_number, show_until

from ..comments import text
from ..comments.discussion import Discussion, discussion_of
from ..models import PostPage

register = template.Library()


@register.simple_tag(takes_context=True)
def discussion(context: Mapping[str, Any], post: PostPage) -> Discussion:
    """Return the comments of a post, of the page that ``?comments=`` asks for."""
    request = context.get("request")
    number = request.GET.get("comments") if request else None
    is_preview = getattr(request, "is_preview", False)
    discussion = discussion_of(post, number, timezone.now(), is_preview)
    if request:
        threads = discussion.threads
        show_number(request, "comments", threads.number, threads.paginator.num_pages)
        if discussion.form and post.comments_close_at:
            show_until(request, post.comments_close_at)
    return discussion


@register.filter
def comment_html(words: str) -> SafeString:
    """Return a comment's text as HTML."""
    return text.as_html(words)
