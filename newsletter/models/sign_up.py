from datetime import datetime

from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from core.addresses import mailbox_key
from core.fields import EmailAddressField

from ..querysets import SignUpQuerySet
from .newsletter import Newsletter


class SignUp(models.Model):
    """A submitted sign-up form: stored until a worker processes it, and counted for a day.

    What is counted is a keyed hash of the mailbox, so that once it is processed no address is left.
    """

    newsletter = models.ForeignKey(Newsletter, on_delete=models.CASCADE, related_name="sign_ups")
    email = EmailAddressField(_("address"), blank=True)
    name = models.CharField(_("name"), max_length=100, blank=True)
    cadence = models.CharField(_("cadence"), max_length=10, blank=True)
    topic_ids = models.JSONField(_("topics"), default=list)
    wording = models.TextField(_("wording shown"), blank=True)
    mailbox = models.CharField(max_length=64)
    domain = models.CharField(max_length=254)
    created_at = models.DateTimeField(_("sent"))
    processed_at = models.DateTimeField(_("processed"), null=True)
    is_mailed = models.BooleanField(_("mailed"), default=False)

    objects = SignUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("sign-up")
        verbose_name_plural = _("sign-ups")
        indexes = [
            models.Index(fields=["mailbox", "created_at"], name="sign_up_mailbox"),
            models.Index(fields=["domain", "created_at"], name="sign_up_domain"),
            models.Index(
                fields=["created_at"],
                condition=models.Q(processed_at__isnull=True),
                name="sign_up_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.newsletter}, {self.created_at:%Y-%m-%d %H:%M}"

    @staticmethod
    def mailbox_of(address: str) -> str:
        """Return the keyed hash of the mailbox that an address reaches, without tags."""
        return salted_hmac(
            "newsletter.sign_up", mailbox_key(address), algorithm="sha256"
        ).hexdigest()

    def mark_processed(self, is_mailed: bool, now: datetime) -> None:
        """Clear everything except what the limits count."""
        self.email = self.name = self.wording = ""
        self.topic_ids = []
        self.is_mailed, self.processed_at = is_mailed, now
        self.save()
