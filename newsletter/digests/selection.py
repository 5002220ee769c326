"""Which posts does a digest hold, and which of them does a subscription get?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from blog.models import PostPage
from blog.querysets import PostQuerySet

from ..models import Digest, Newsletter
from . import publications


@dataclass(frozen=True)
class Candidate:
    """A post of a digest, as far as the choice depends on it."""

    pk: int
    counts_from: datetime
    topics: frozenset[int]


def choose(
    candidates: Iterable[Candidate], since: datetime, topics: frozenset[int] | None
) -> list[int]:
    """Return the posts that a subscription gets whose window opened at ``since``.

    ``topics`` are those it chose, None stands for all. The order is that of ``candidates``.
    """
    return [
        post.pk
        for post in candidates
        if post.counts_from > since and (topics is None or post.topics & topics)
    ]


def posts_for(newsletter: Newsletter, since: datetime, until: datetime) -> PostQuerySet:
    """Return the posts of a newsletter's section whose ``counts_from`` is in (since, until]."""
    posts = mailable(PostPage.objects.all(), newsletter)
    return publications.counted_in(posts, since, until)


def mailable(posts: PostQuerySet, newsletter: Newsletter) -> PostQuerySet:
    """Return the ``posts`` that a newsletter may mail now, each post once."""
    return posts.in_section(newsletter.section).mailable().each_once()


def candidates_of(digest: Digest) -> list[Candidate]:
    """Return the posts of a digest that may be mailed, the latest first."""
    posts = mailable(digest.posts.all(), digest.newsletter)
    posts = publications.with_dates(posts).latest_first().prefetch_related("topics")
    return [
        Candidate(
            pk=post.pk,
            counts_from=post.counts_from,
            topics=frozenset(topic.pk for topic in post.topics.all()),
        )
        for post in posts
    ]
