"""Comments that come at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connection

from blog.comments import posting
from blog.models import Comment, CommentNotice
from tests.factories import PostFactory

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def take(post, text: str) -> int:
    comment = Comment(post=post, name="Ana", email="ana@example.com", text=text)
    try:
        return posting.take(comment, 0, NOON).pk
    finally:
        connection.close()


def test_a_button_pressed_twice_makes_one_comment(section):
    post = PostFactory(parent=section)
    with ThreadPoolExecutor(4) as threads:
        numbers = list(threads.map(lambda _: take(post, "Same words."), range(4)))
    assert len(set(numbers)) == 1
    assert Comment.objects.count() == 1


def test_moderators_are_told_of_many_at_once_with_one_notice(section):
    posts = [PostFactory(parent=section) for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda post: take(post, "Words."), posts))
    assert Comment.objects.waiting().count() == 4
    # The first may be sent at once; what came after it waits for its turn, together.
    assert CommentNotice.objects.open().count() <= 1
    assert CommentNotice.objects.count() <= 2
