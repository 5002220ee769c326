from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.fields import EmailAddressField

from ..querysets import SubscriberQuerySet
from ..validators import validate_no_address, validate_one_line


class Subscriber(models.Model):
    """A person at one email address."""

    email = EmailAddressField(_("address"))
    name = models.CharField(
        _("name"),
        max_length=100,
        blank=True,
        validators=[validate_one_line, validate_no_address],
    )
    created_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)

    objects = SubscriberQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscriber")
        verbose_name_plural = _("subscribers")
        ordering = ["email"]
        constraints = [models.UniqueConstraint(Lower("email"), name="one_subscriber_an_address")]

    def __str__(self) -> str:
        return self.email
