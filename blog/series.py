"""Where a post stands in its series."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blog.models import PostPage


@dataclass(frozen=True)
class Place:
    """The place of a post among the listed ones of its series.

    ``part`` counts from 1. A post that is not listed has none, nor neighbours.
    """

    total: int
    part: int | None = None
    previous: "PostPage | None" = None
    next: "PostPage | None" = None


def in_order(posts: Iterable["PostPage"]) -> list["PostPage"]:
    """Return posts of one series in the order of ``PostQuerySet.of_series``."""
    latest = datetime.max.replace(tzinfo=UTC)
    return sorted(
        posts,
        key=lambda post: (
            post.part is None,
            post.part or 0,
            post.first_published_at or latest,
            post.pk,
        ),
    )


def place_among(post: "PostPage", posts: Sequence["PostPage"]) -> Place:
    """Return the place of a post among the posts of its series, given in their order."""
    numbers = [other.pk for other in posts]
    if post.pk not in numbers:
        return Place(total=len(posts))
    at = numbers.index(post.pk)
    return Place(
        total=len(posts),
        part=at + 1,
        previous=posts[at - 1] if at else None,
        next=posts[at + 1] if at + 1 < len(posts) else None,
    )
