"""Lists, in pages."""

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

from core.page_cache.marks import show_number

PER_PAGE = 10


def paginate(things: QuerySet, request: HttpRequest) -> Page:
    """Return the page of a list that ``?page=`` asks for; the nearest there is, where it is off."""
    page = Paginator(things, PER_PAGE).get_page(request.GET.get("page"))
    show_number(request, "page", page.number)
    return page
