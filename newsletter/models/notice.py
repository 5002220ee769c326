from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..querysets import NoticeQuerySet
from .subscription import Subscription


class Notice(models.Model):
    """A mail to one subscriber about the subscription itself, waiting to be sent, or sent."""

    class Kind(models.TextChoices):
        """What it says; templates lie in ``newsletter/email/<kind>/``."""

        CONFIRM = "confirm", _("please confirm")
        ALREADY = "already", _("you are subscribed already")
        WELCOME = "welcome", _("welcome")

    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    created_at = models.DateTimeField(_("asked for"), default=timezone.now)
    not_before = models.DateTimeField(_("not before"), default=timezone.now)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    queued_at = models.DateTimeField(_("queued"), null=True, blank=True)
    given_up_at = models.DateTimeField(_("given up"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    error = models.TextField(_("last error"), blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        indexes = [
            models.Index(
                fields=["not_before"],
                condition=models.Q(sent_at__isnull=True, given_up_at__isnull=True),
                name="notice_unsent",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.subscription}"
