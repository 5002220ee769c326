from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.fields import EmailAddressField

from ..comments.querysets import CommentNoticeQuerySet, CommentQuerySet

MOST_CHARACTERS = 5000


class Comment(models.Model):
    """What a reader, or an editor, says under a post; or an answer to that.

    Its text is plain. No more is known of who wrote it than they said: no IP address is kept.
    """

    class State(models.TextChoices):
        """What moderators decided. Readers see approved ones alone."""

        WAITING = "waiting", _("waiting")
        APPROVED = "approved", _("approved")
        REJECTED = "rejected", _("rejected")
        SPAM = "spam", _("spam")

    post = models.ForeignKey(
        "blog.PostPage",
        verbose_name=_("post"),
        on_delete=models.CASCADE,
        related_name="reader_comments",
    )
    parent = models.ForeignKey(
        "self",
        verbose_name=_("answer to"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="answers",
    )
    name = models.CharField(_("name"), max_length=80, blank=True)
    email = EmailAddressField(_("email address"), blank=True)
    website = models.URLField(_("website"), blank=True)
    text = models.TextField(_("text"), max_length=MOST_CHARACTERS, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    by_staff = models.BooleanField(_("by the editors"), default=False)
    wants_answers = models.BooleanField(_("wants to be told of answers"), default=False)
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True, editable=False)
    told_at = models.DateTimeField(_("moderators told"), null=True, blank=True)
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        indexes = [
            models.Index(fields=["post", "state", "parent", "created_at"], name="comment_of_post"),
            models.Index(fields=["state", "created_at"], name="comment_queue"),
            models.Index(Lower("email"), name="comment_address"),
        ]

    def __str__(self) -> str:
        """Name no one: what is logged of a comment outlives it."""
        return _("Comment %(number)s") % {"number": self.pk}

    @property
    def is_approved(self) -> bool:
        """Whether readers see it."""
        return self.state == self.State.APPROVED

    @property
    def is_shown_when_new(self) -> bool:
        """Whether pages that are kept are out of date once it is added: see core.page_cache."""
        return self.is_approved

    @property
    def writer(self) -> str:
        """Whom moderators see as having written it."""
        return self.name or _("(erased)")

    writer.fget.short_description = _("Written by")

    @property
    def anchor(self) -> str:
        """The id of its element on the post's page."""
        return f"comment-{self.pk}"


class CommentNotice(models.Model):
    """A mail about comments that waits to be sent, or was sent.

    Moderators are told that comments wait, readers that theirs was answered.
    """

    class Kind(models.TextChoices):
        """What it says; templates lie in ``blog/email/<kind>/``."""

        WAITING = "waiting", _("comments wait")
        ANSWERED = "answered", _("a comment was answered")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    answer = models.ForeignKey(
        Comment, on_delete=models.CASCADE, null=True, related_name="told_to_others"
    )
    reader = models.ForeignKey(Comment, on_delete=models.CASCADE, null=True, related_name="notices")
    created_at = models.DateTimeField(_("asked for"), default=timezone.now)
    not_before = models.DateTimeField(_("not before"), default=timezone.now)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    given_up_at = models.DateTimeField(_("given up"), null=True, blank=True)
    error = models.TextField(_("last error"), blank=True)

    objects = CommentNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice about comments")
        verbose_name_plural = _("notices about comments")
        constraints = [
            models.UniqueConstraint(fields=["answer", "reader"], name="answer_told_once"),
            models.UniqueConstraint(
                fields=["kind"],
                condition=models.Q(kind="waiting", sent_at__isnull=True, given_up_at__isnull=True),
                name="moderators_told_together",
            ),
        ]
        indexes = [
            models.Index(
                fields=["not_before"],
                condition=models.Q(sent_at__isnull=True, given_up_at__isnull=True),
                name="comment_notice_unsent",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.answer or self.created_at}"
