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


def without_aliases(posts: Iterable["PostPage"]) -> list["PostPage"]:
    """Return posts of one language without aliases of the same post, as ``each_once`` does."""
    by_original: dict[int, PostPage] = {}
    for post in sorted(posts, key=lambda post: (bool(post.alias_of_id), post.pk)):
        by_original.setdefault(post.original_id, post)
    return list(by_original.values())


def place_among(post: "PostPage", posts: Sequence["PostPage"]) -> Place:
    """Return the position of a post, or of its source, in its series."""
    originals = [other.original_id for other in posts]
    if post.original_id not in originals:
        return Place(total=len(posts))
    at = originals.index(post.original_id)
    return Place(
        total=len(posts),
        part=at + 1,
        previous=posts[at - 1] if at else None,
        next=posts[at + 1] if at + 1 < len(posts) else None,
    )
