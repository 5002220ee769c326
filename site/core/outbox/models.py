from datetime import datetime

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import kinds


class OutgoingEmailQuerySet(models.QuerySet):
    """Outgoing emails."""

    def queued(self) -> "OutgoingEmailQuerySet":
        """Return the emails that are queued."""
        return self.filter(state="queued")

    def due(self, now: datetime) -> "OutgoingEmailQuerySet":
        """Return the emails whose next attempt is due."""
        return self.queued().filter(next_attempt_at__lte=now)

    def sent_since(self, moment: datetime) -> "OutgoingEmailQuerySet":
        """Return the emails that were sent after a time."""
        return self.filter(state="sent", finished_at__gt=moment)


class OutgoingEmail(models.Model):
    """An email to one recipient, queued or finished.

    ``data`` is what its kind builds the message from; the words of the message are not stored.
    ``key`` names what it is about: of a kind and key only one is queued at a time.
    """

    class State(models.TextChoices):
        """FAILED: given up. CANCELLED: there was nothing left to tell."""

        QUEUED = "queued", _("queued")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    kind = models.CharField(_("kind"), max_length=50)
    recipient = models.EmailField(_("recipient"))
    key = models.CharField(max_length=100, blank=True, editable=False)
    data = models.JSONField(default=dict, blank=True, editable=False)
    subject = models.CharField(_("subject"), max_length=255, blank=True)
    state = models.CharField(_("status"), max_length=10, choices=State, default=State.QUEUED)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    next_attempt_at = models.DateTimeField(_("next attempt"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    error_code = models.CharField(_("error code"), max_length=50, blank=True)
    error = models.TextField(_("error"), blank=True)

    objects = OutgoingEmailQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("outgoing email")
        verbose_name_plural = _("outgoing emails")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key"],
                condition=models.Q(state="queued", key__gt=""),
                name="outgoing_email_queued_once",
            )
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=models.Q(state="queued"),
                name="outgoing_email_queued",
            ),
            models.Index(fields=["kind", "finished_at"], name="outgoing_email_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind_label} to {self.recipient}"

    @property
    def kind_label(self) -> str:
        """Return the label of its kind."""
        return str(kinds.get(self.kind).label)

    kind_label.fget.short_description = _("kind")
