"""The vocabulary of which comments, and which mails about them."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Case, Count, Exists, OuterRef, Q, Value, When
from django.db.models.functions import Lower

from core.addresses import address_key

if TYPE_CHECKING:
    from blog.models import Comment, PostPage


class CommentQuerySet(models.QuerySet):
    """Comments, chosen in the words that editors use."""

    def approved(self) -> "CommentQuerySet":
        """Those that readers see."""
        return self.filter(state="approved")

    def waiting(self) -> "CommentQuerySet":
        """Those that a moderator is to decide about."""
        return self.filter(state="waiting")

    def spam_since(self, limit: datetime) -> "CommentQuerySet":
        """Spam since before a moment, without anything under it that is none."""
        answered = self.model.objects.filter(parent=OuterRef("pk")).exclude(state="spam")
        spam = self.filter(~Exists(answered), state="spam")
        return spam.filter(Q(decided_at__lt=limit) | Q(decided_at=None, created_at__lt=limit))

    def untold(self) -> "CommentQuerySet":
        """Those that wait and that no moderator was told of."""
        return self.waiting().filter(told_at=None)

    def shown(self) -> "CommentQuerySet":
        """Those that readers come upon: approved, and not under one that is not."""
        return self.approved().filter(Q(parent=None) | Q(parent__state="approved"))

    def answerable(self) -> "CommentQuerySet":
        """Those that readers come upon and can answer: there is something to answer in them."""
        return self.shown().filter(erased_at=None)

    def threads(self) -> "CommentQuerySet":
        """Those that answer no other, in the order in which they are read."""
        return self.filter(parent=None).order_by("created_at", "pk")

    def before(self, comment: "Comment") -> "CommentQuerySet":
        """Return the comments that precede a comment in reading order."""
        at, pk = comment.created_at, comment.pk
        return self.filter(Q(created_at__lt=at) | Q(created_at=at, pk__lt=pk))

    def of(self, post: "PostPage") -> "CommentQuerySet":
        """Return the comments under a post; an alias shows those of its source."""
        return self.filter(post=post.original.pk)

    def by(self, address: str) -> "CommentQuerySet":
        """Return the comments written under an address, in any spelling."""
        return self.alias(key=Lower("email")).exclude(email="").filter(key=address_key(address))

    def waiting_first(self) -> "CommentQuerySet":
        """As a queue: those that wait, the oldest first, then the others, the latest first."""
        is_decided = Case(When(state="waiting", then=Value(0)), default=Value(1))
        waiting_since = Case(When(state="waiting", then="created_at"))
        return self.order_by(is_decided, waiting_since.asc(nulls_last=True), "-created_at", "-pk")

    def is_trusted(self, address: str, after: int) -> bool:
        """Return whether an address has ``after`` approved comments and none that was spam."""
        if not after:
            return False
        approved, spam = Count("pk", Q(state="approved")), Count("pk", Q(state="spam"))
        number = self.by(address).aggregate(approved=approved, spam=spam)
        return number["approved"] >= after and not number["spam"]

    def to_be_told_of(self, answer: "Comment") -> "list[Comment]":
        """Return those in an answer's thread whose writers want to know of it, one an address.

        Only approved ones: an address that was merely typed in, by whomever, is not mailed.
        """
        thread = self.approved().filter(Q(pk=answer.parent_id) | Q(parent=answer.parent_id))
        asking = thread.filter(wants_answers=True).exclude(email="").exclude(pk=answer.pk)
        by_address = {address_key(comment.email): comment for comment in asking.order_by("-pk")}
        by_address.pop(address_key(answer.email), None)
        return list(by_address.values())


class CommentNoticeQuerySet(models.QuerySet):
    """Mails about comments."""

    def open(self) -> "CommentNoticeQuerySet":
        """Those that wait."""
        return self.filter(sent_at=None, given_up_at=None)

    def due(self, now: datetime) -> "CommentNoticeQuerySet":
        """Those that wait, and whose time has come."""
        return self.open().filter(not_before__lte=now)
