"""Lists, in pages."""

from collections.abc import Iterator

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from wagtail.search.backends.base import BaseSearchResults

from core.page_cache.marks import show_number

from .models.preparing import prepare_cards
from .querysets import PostQuerySet

PER_PAGE = 10
# With so many pages there are links to some of them by number.
LONG = 4


class NumberedPage(Page):
    """A page that knows which others to link to by number."""

    @property
    def is_long(self) -> bool:
        """Whether there are so many pages that one does not get to each by going on."""
        return self.paginator.num_pages >= LONG

    @property
    def numbers(self) -> Iterator[int | str]:
        """The first, the last, and those beside it, with an ellipsis for those left out."""
        return self.paginator.get_elided_page_range(self.number, on_each_side=1, on_ends=1)


class NumberedPaginator(Paginator):
    def _get_page(self, *args: object) -> NumberedPage:
        return NumberedPage(*args)


def paginate(
    things: QuerySet | BaseSearchResults, request: HttpRequest, most: int = PER_PAGE
) -> NumberedPage:
    """Return the page of a list that ``?page=`` asks for; the nearest there is, where it is off."""
    page = NumberedPaginator(things, most).get_page(request.GET.get("page"))
    show_number(request, "page", page.number, page.paginator.num_pages)
    return page


def page_of(place: int) -> str:
    """Return the parameter that asks for the page on which a place of a list is, from 0."""
    number = place // PER_PAGE + 1
    return f"?page={number}" if number > 1 else ""


def paginate_posts(posts: PostQuerySet, request: HttpRequest) -> Page:
    """Return the same of posts, with all that a listing shows of each."""
    page = paginate(posts, request)
    page.object_list = list(page.object_list)
    prepare_cards(page.object_list)
    return page
