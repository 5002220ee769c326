"""Lists of posts, in pages."""

from django.core.paginator import Page, Paginator
from django.http import HttpRequest

from .querysets import PostQuerySet

POSTS_PER_PAGE = 10


def paginate(posts: PostQuerySet, request: HttpRequest) -> Page:
    """Return the page of posts that ``?page=`` asks for; the nearest there is, where it is off."""
    return Paginator(posts, POSTS_PER_PAGE).get_page(request.GET.get("page"))
