"""The demo's comments, from their file to under its posts."""

from datetime import datetime, timedelta
from typing import Any

from blog.models import BlogIndexPage, Comment, PostPage

from .content import read


def load(section: BlogIndexPage, now: datetime) -> None:
    """Put comments under the posts of a section, unless there are any."""
    if Comment.objects.filter(post__in=PostPage.objects.child_of(section)).exists():
        return
    for entry in read("comments")["comment"]:
        post = PostPage.objects.child_of(section).get(slug=entry["post"])
        comment = _comment(entry, post, None, now)
        for answer in entry.get("answer", []):
            _comment(answer, post, comment, now)


def _comment(
    entry: dict[str, Any], post: PostPage, parent: Comment | None, now: datetime
) -> Comment:
    by_staff = entry.get("by_staff", False)
    address = f"{entry['name'].lower().replace(' ', '.')}@example.com"
    return Comment.objects.create(
        post=post,
        parent=parent,
        name=entry["name"],
        email="" if by_staff else address,
        website=entry.get("website", ""),
        text=entry["text"].strip(),
        state=entry.get("state", Comment.State.APPROVED),
        by_staff=by_staff,
        created_at=now - timedelta(hours=entry["hours_ago"]),
        told_at=now,
    )
