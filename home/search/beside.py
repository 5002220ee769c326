"""What answers a query beside posts: authors, topics, series, books and pages."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Model, Q, QuerySet
from django.db.models.functions import Length
from django.utils.safestring import SafeString
from wagtail.search.backends import get_search_backend

from blog.models import Author, Book, Series, Topic
from blog.recommending import recommended_books
from core.fetching import fetch
from core.languages import pages_to_read
from core.visibility import is_open_to_all

from ..models import StandardPage
from .highlighting import highlight

MOST_OF_EACH = 5
# What is loaded of each: its name, and what its address is made of.
NAMED = {
    Author: ("name", "slug"),
    Topic: ("name", "slug"),
    Series: ("name", "slug"),
    Book: ("title",),
    StandardPage: ("title", "url_path", "path", "depth", "locale"),
}


@dataclass(frozen=True)
class Beside:
    """What is found beside posts: its name, marked, what it is, and where."""

    name: SafeString
    kind: str
    url: str


def things_with(words: Sequence[str]) -> list[Beside]:
    """Return some of each kind whose names have all the words, or begin with them.

    Books and pages are found also by what is said of them or on them.
    """
    pages = pages_to_read(StandardPage.objects.live().filter(is_open_to_all()))
    found = _fetch(
        MOST_OF_EACH,
        Author.objects.filter(_named(Author, words)),
        Topic.objects.filter(_named(Topic, words)),
        Series.objects.filter(_named(Series, words)),
        recommended_books().filter(_named(Book, words) | _having(Book, words)),
        pages.filter(_having(StandardPage, words)),
    )
    return [
        Beside(highlight(str(it), words), str(it._meta.verbose_name), _address_of(it))
        for it in found
    ]


def names_with(words: Sequence[str], most: int) -> list[str]:
    """Return some names of topics, authors and books that have all the words, or begin so."""
    found = _fetch(
        most,
        Topic.objects.filter(_named(Topic, words)),
        Author.objects.filter(_named(Author, words)),
        recommended_books().filter(_named(Book, words)),
    )
    return [str(it) for it in found]


def _fetch(most: int, *kinds: QuerySet) -> Iterator[Model]:
    """Yield some of each kind, all found in one query.

    They are those with the shortest names: the words are the greatest part of these.
    """
    wanted = []
    for things in kinds:
        names = NAMED[things.model]
        first = things.order_by(Length(names[0]), names[0], "pk").values("pk")[:most]
        wanted.append(things.model.objects.filter(pk__in=first).only(*names))
    for things in fetch(*wanted):
        yield from sorted(things, key=lambda it: (len(str(it)), str(it), it.pk))


def _named(model: type[Model], words: Sequence[str]) -> Q:
    """Return what holds of things whose names have the words; the last may be a beginning."""
    everything = model.objects.all()
    found = get_search_backend().autocomplete(" ".join(words), everything, operator="and")
    return Q(pk__in=found.get_queryset().values("pk"))


def _having(model: type[Model], words: Sequence[str]) -> Q:
    """Return what holds of things that have the words somewhere."""
    found = get_search_backend().search(" ".join(words), model.objects.all(), operator="and")
    return Q(pk__in=found.get_queryset().values("pk"))


def _address_of(thing: Model) -> str:
    return thing.url if isinstance(thing, StandardPage) else thing.get_absolute_url()
