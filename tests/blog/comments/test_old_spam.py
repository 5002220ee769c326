"""Spam goes by itself, thirty days after a moderator called it that."""

import pytest
from django.urls import reverse

from blog.models import Comment
from blog.tasks import delete_old_spam
from tests.factories import CommentFactory

pytestmark = pytest.mark.django_db
DAY = 24 * 60 * 60


def test_spam_is_deleted_thirty_days_after_it_was_marked(post, moderator, client, clock):
    kept = CommentFactory(post=post)
    spam, rejected = (CommentFactory(post=post, state="waiting") for _number in range(2))
    answered = CommentFactory(post=post, state="spam")
    CommentFactory(post=post, parent=answered, text="But I answered in earnest.")
    clock.shift(100 * DAY)
    client.force_login(moderator)
    for name, comment in (("spam", spam), ("reject", rejected)):
        client.post(reverse("comments_queue:decide", args=[name, comment.pk]))
    clock.shift(30 * DAY)
    delete_old_spam()
    assert Comment.objects.filter(pk=spam.pk).exists()
    clock.shift(1)
    delete_old_spam()
    assert set(Comment.objects.filter(parent=None)) == {kept, rejected, answered}
    assert answered.answers.count() == 1
