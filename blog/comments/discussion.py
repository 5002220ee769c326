"""The comments of a post as its page shows them, in two queries however many there are."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q

from core.statements import Given, Statement

from ..models import Comment, PostPage
from .forms import CommentForm
from .querysets import CommentQuerySet

THREADS_PER_PAGE = 50


@dataclass(frozen=True)
class Discussion:
    """A page of the threads under a post; each comment in it knows its ``shown_answers``.

    ``form`` is none where comments are closed.
    """

    threads: Page
    total: int
    form: CommentForm | None


def discussion_of(post: PostPage, number: Any, now: datetime, is_preview: bool) -> Discussion:
    """Return a page of a post's comments; ``number`` may be anything: the nearest page is taken."""
    total, threads = next(iter(_COUNTS.rows(post=post.original.pk)), (0, 0))
    comments = Comment.objects.of(post).shown().threads() if total else Comment.objects.none()
    paginator = Paginator(comments, THREADS_PER_PAGE)
    paginator.count = threads
    page = paginator.get_page(number)
    page.object_list = _with_answers(page.object_list) if threads else []
    # A post that is not saved or not for everyone takes no comments: see ``views.write``.
    is_open = post.pk and post.takes_comments(now) and (is_preview or post.is_published)
    return Discussion(page, total, CommentForm(post=post) if is_open else None)


def address_of(comment: Comment) -> str:
    """Return where a comment is shown: the post's address with the page and the anchor."""
    first = comment.parent or comment
    before = Q(created_at__lt=first.created_at) | Q(created_at=first.created_at, pk__lt=first.pk)
    earlier = Comment.objects.of(comment.post).shown().threads().filter(before).count()
    number = earlier // THREADS_PER_PAGE + 1
    page = f"?comments={number}" if number > 1 else ""
    return f"{comment.post.full_url}{page}#{comment.anchor}"


def _counts() -> CommentQuerySet:
    """Ask how many comments are shown under a post, and how many of them answer no other."""
    post = Given("post", PostPage._meta.pk.target_field)
    counts = Comment.objects.filter(post=post).shown().values("post")
    counts = counts.annotate(total=Count("pk"), threads=Count("pk", Q(parent=None)))
    return counts.values_list("total", "threads")


_COUNTS = Statement(_counts)


def _with_answers(threads: Any) -> list[Comment]:
    """Return comments with what answers them, all in one query."""
    chosen = threads.values("pk")
    comments = Comment.objects.approved().filter(Q(pk__in=chosen) | Q(parent__in=chosen))
    shown: dict[int, Comment] = {}
    for comment in comments.order_by("created_at", "pk"):
        comment.shown_answers = []
        shown[comment.pk] = comment
    for comment in shown.values():
        if comment.parent_id in shown:
            shown[comment.parent_id].shown_answers.append(comment)
    return [comment for comment in shown.values() if comment.parent_id is None]
