"""Which posts does a digest hold, and which of them does a subscription get?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from blog.models import PostPage
from blog.querysets import PostQuerySet

from ..models import Digest, Newsletter


@dataclass(frozen=True)
class Candidate:
    """A post of a digest, as far as the choice depends on it."""

    pk: int
    first_published_at: datetime
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
        if post.first_published_at > since and (topics is None or post.topics & topics)
    ]


def posts_for(newsletter: Newsletter, since: datetime, until: datetime) -> PostQuerySet:
    """Return the posts of a newsletter's section first published in (since, until]."""
    return mailable(PostPage.objects.all(), newsletter).first_published_in(since, until)


def mailable(posts: PostQuerySet, newsletter: Newsletter) -> PostQuerySet:
    """Return those of ``posts`` that a newsletter may mail at this moment, no post twice."""
    return posts.in_section(newsletter.section).mailable().each_once()


def candidates_of(digest: Digest) -> list[Candidate]:
    """Return the posts of a digest that may be mailed, the latest first."""
    posts = mailable(digest.posts.all(), digest.newsletter)
    posts = posts.latest_first().prefetch_related("topics")
    return [
        Candidate(
            pk=post.pk,
            first_published_at=post.first_published_at,
            topics=frozenset(topic.pk for topic in post.topics.all()),
        )
        for post in posts
    ]
