from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from core.addresses import address_key
from core.fields import EmailAddressField

from .digest import Digest


class Suppression(models.Model):
    """An address that must not be mailed, kept as a keyed hash, so that it outlives the person.

    The address itself is kept beside it until the person is forgotten.
    """

    class Reason(models.TextChoices):
        """Why."""

        BOUNCED = "bounced", _("does not exist or takes no mail")
        COMPLAINED = "complained", _("complained of mail as spam")
        ERASED = "erased", _("was forgotten")

    key = models.CharField(max_length=64, unique=True, editable=False)
    address = EmailAddressField(_("address"), blank=True)
    reason = models.CharField(_("reason"), max_length=10, choices=Reason)
    detail = models.TextField(_("what the provider said"), blank=True)
    at = models.DateTimeField(_("since"), default=timezone.now)
    digest = models.ForeignKey(
        Digest,
        verbose_name=_("digest"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="suppressions",
    )

    class Meta:
        verbose_name = _("suppressed address")
        verbose_name_plural = _("suppressed addresses")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.address or str(_("a forgotten address"))

    @staticmethod
    def key_of(address: str) -> str:
        """Return the keyed hash of an address, the same for all its spellings."""
        return salted_hmac(
            "newsletter.suppression",
            address_key(address),
            secret=settings.SUPPRESSION_KEY,
            algorithm="sha256",
        ).hexdigest()
