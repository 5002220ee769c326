"""Which posts answer a query: only those that everyone may read and come upon."""

from collections.abc import Iterable, Sequence

from django.db.models import Model, Prefetch, prefetch_related_objects
from wagtail.search.backends import get_search_backend
from wagtail.search.backends.base import BaseSearchResults

from blog.models import PostAuthor, PostPage, Topic
from blog.querysets import PostQuerySet
from core.search.indexing import excerpted_text

from .beside import names_with
from .highlighting import excerpt, has_match, highlight

MOST_NAMES = 2
MOST_SUGGESTED = 8


def posts_with(
    words: Sequence[str], posts: PostQuerySet, topic: Topic | None = None
) -> BaseSearchResults:
    """Return those posts, of a topic if one is given, that have all the words; best first."""
    if topic:
        posts = posts.filter(topics__slug=topic.slug)
    bylines = Prefetch("bylines", PostAuthor.objects.select_related("author"))
    posts = _searchable(posts).prefetch_related(bylines)
    return posts.search(" ".join(words), operator="and")


def suggestions_for(words: Sequence[str]) -> list[str]:
    """Return names of topics, authors and books, and titles of listed posts, that words lead to."""
    posts = _searchable(PostPage.objects.listed().in_this_language())
    found = get_search_backend().autocomplete(" ".join(words), posts, operator="and")
    titles = (post.title for post in found[:MOST_SUGGESTED])
    return list(dict.fromkeys([*names_with(words, MOST_NAMES), *titles]))[:MOST_SUGGESTED]


def mark_matches(posts: Iterable[PostPage], words: Sequence[str]) -> None:
    """Give posts what is shown of them among results: ``marked_title`` and ``marked_excerpt``.

    What stands around a match is taken from the index, which has the text of all blocks.
    """
    posts = list(posts)
    prefetch_related_objects(posts, "index_entries")
    for post in posts:
        post.marked_title = highlight(post.title, words)
        shown = post.excerpt
        if not has_match(shown, words):
            entries = post.index_entries.all()
            shown = next((excerpt(_text_in(entry), words) for entry in entries), "") or shown
        post.marked_excerpt = highlight(shown, words)


def _searchable(posts: PostQuerySet) -> PostQuerySet:
    """Return the same posts by their keys: the search knows no conditions that are queries."""
    return PostPage.objects.filter(pk__in=posts.order_by().values("pk"))


def _text_in(entry: Model) -> str:
    """Return the text of an index entry; PostgreSQL's ``body`` contains only lexemes."""
    return excerpted_text(getattr(entry, "body_text", None) or str(entry.body))
