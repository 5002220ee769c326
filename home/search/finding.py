"""What of the publication answers a query: only what everyone may read and come upon."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import models
from wagtail.search.backends import get_search_backend
from wagtail.search.backends.base import BaseSearchResults

from blog.models import Author, PostPage, Topic
from blog.querysets import PostQuerySet
from core.languages import pages_to_read

from ..models import StandardPage
from .highlighting import excerpt, has_match, highlight

MOST_BESIDE = 5
MOST_SUGGESTED = 8


@dataclass(frozen=True)
class Beside:
    """What is found beside posts: its name, marked, and where it is."""

    name: str
    url: str


def posts_with(
    words: Sequence[str], posts: PostQuerySet, topic: Topic | None = None
) -> BaseSearchResults:
    """Return those posts, of a topic if one is given, that have all the words; best first."""
    if topic:
        posts = posts.filter(topics__slug=topic.slug)
    posts = _searchable(posts).prefetch_related("bylines__author")
    return posts.search(" ".join(words), operator="and")


def pages_with(words: Sequence[str]) -> list[Beside]:
    """Return some of the public pages that have all the words, and are no posts."""
    pages = pages_to_read(StandardPage.objects.live().public())
    found = pages.search(" ".join(words), operator="and")
    return [Beside(highlight(page.title, words), page.url) for page in found[:MOST_BESIDE]]


def people_and_topics_with(words: Sequence[str]) -> list[Beside]:
    """Return some of the authors and topics whose names have all the words, or begin with them."""
    return [
        Beside(highlight(it.name, words), it.get_absolute_url())
        for model in (Author, Topic)
        for it in _named(model.objects.all(), words, MOST_BESIDE)
    ]


def suggestions_for(words: Sequence[str]) -> list[str]:
    """Return names of topics and authors, and titles of listed posts, that words may lead to."""
    names = [it.name for model in (Topic, Author) for it in _named(model.objects.all(), words, 2)]
    posts = PostPage.objects.listed().in_this_language()
    titles = [post.title for post in _named(_searchable(posts), words, MOST_SUGGESTED)]
    return list(dict.fromkeys([*names, *titles]))[:MOST_SUGGESTED]


def mark_matches(posts: Iterable[PostPage], words: Sequence[str]) -> None:
    """Give posts what is shown of them among results: ``marked_title`` and ``marked_excerpt``.

    What stands around a match is taken from the index, which has the text of all blocks.
    """
    posts = list(posts)
    models.prefetch_related_objects(posts, "index_entries")
    for post in posts:
        post.marked_title = highlight(post.title, words)
        shown = post.excerpt
        if not has_match(shown, words):
            entries = post.index_entries.all()
            shown = next((excerpt(_text_of(entry), words) for entry in entries), "") or shown
        post.marked_excerpt = highlight(shown, words)


def _searchable(posts: PostQuerySet) -> PostQuerySet:
    """Return the same posts by their keys: the search knows no conditions that are queries."""
    return PostPage.objects.filter(pk__in=posts.order_by().values("pk"))


def _named(things: models.QuerySet, words: Sequence[str], most: int) -> list[models.Model]:
    found = get_search_backend().autocomplete(" ".join(words), things, operator="and")
    return list(found[:most])


def _text_of(entry: models.Model) -> str:
    """Return the text of an entry; PostgreSQL's ``body`` holds lexemes, and the text is beside."""
    return getattr(entry, "body_text", None) or str(entry.body)
