"""The comments of a post as its page shows them, in two queries however many there are.

Of each thread the first replies are shown, and the others on a page of the thread.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, Window
from django.db.models.functions import RowNumber
from django.urls import reverse
from django.utils.translation import override

from core.languages import language_of
from core.richtext import absolute_url
from core.statements import Given, Statement

from ..models import Comment, PostPage
from .forms import CommentForm
from .querysets import CommentQuerySet

THREADS_PER_PAGE = 50
REPLIES_SHOWN = 3
REPLIES_PER_PAGE = 50


@dataclass(frozen=True)
class Discussion:
    """A page of the threads under a post.

    Each comment in it knows its ``shown_answers`` and how many ``hidden_answers`` there are.
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


def replies_to(comment: Comment) -> CommentQuerySet:
    """Return the replies that readers see to a comment, in the order in which they are read."""
    return comment.answers.approved().order_by("created_at", "pk")


def address_of(comment: Comment) -> str:
    """Return where a comment is shown: on the post's page or its thread's, with the anchor."""
    if comment.parent:
        place = replies_to(comment.parent).before(comment).count()
        if place >= REPLIES_SHOWN:
            number = place // REPLIES_PER_PAGE + 1
            return f"{_thread_url(comment)}{_page('page', number)}#{comment.anchor}"
    first = comment.parent or comment
    place = Comment.objects.of(comment.post).shown().threads().before(first).count()
    page = _page("comments", place // THREADS_PER_PAGE + 1)
    return f"{comment.post.full_url}{page}#{comment.anchor}"


def _thread_url(reply: Comment) -> str:
    with override(language_of(reply.post)):
        return absolute_url(reverse("comments:thread", args=[reply.post_id, reply.parent_id]))


def _page(parameter: str, number: int) -> str:
    return f"?{parameter}={number}" if number > 1 else ""


def _counts() -> CommentQuerySet:
    """Ask how many comments are shown under a post, and how many of them answer no other."""
    post = Given("post", PostPage._meta.pk.target_field)
    counts = Comment.objects.filter(post=post).shown().values("post")
    counts = counts.annotate(total=Count("pk"), threads=Count("pk", Q(parent=None)))
    return counts.values_list("total", "threads")


_COUNTS = Statement(_counts)


def _with_answers(threads: Any) -> list[Comment]:
    """Return comments with the first replies to each, all in one query."""
    chosen = threads.values("pk")
    comments = Comment.objects.approved().filter(Q(pk__in=chosen) | Q(parent__in=chosen))
    comments = comments.annotate(
        place=Window(RowNumber(), "parent", ["created_at", "pk"]),
        siblings=Window(Count("pk"), "parent"),
    ).filter(Q(parent=None) | Q(place__lte=REPLIES_SHOWN))
    shown: dict[int, Comment] = {}
    for comment in comments.order_by("created_at", "pk"):
        comment.shown_answers, comment.hidden_answers = [], 0
        shown[comment.pk] = comment
    for comment in shown.values():
        if comment.parent_id in shown:
            thread = shown[comment.parent_id]
            thread.shown_answers.append(comment)
            thread.hidden_answers = max(comment.siblings - REPLIES_SHOWN, 0)
    return [comment for comment in shown.values() if comment.parent_id is None]
