from datetime import datetime, timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import MultiFieldPanel


class Commentable(models.Model):
    """What readers may comment on, until an editor closes it.

    The fields are not named ``comments``: that is what Wagtail calls those of editors.
    """

    class Commenting(models.TextChoices):
        """Whether comments are taken."""

        OPEN = "open", _("open")
        WHILE_NEW = "while_new", _("open for some days")
        CLOSED = "closed", _("closed")

    commenting = models.CharField(
        _("commenting"), max_length=10, choices=Commenting, default=Commenting.OPEN
    )
    close_after_days = models.PositiveSmallIntegerField(
        _("days"),
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
        help_text=_("After first publication; counts where comments are open for some days."),
    )

    comment_panel = MultiFieldPanel(
        ["commenting", "close_after_days"],
        heading=_("Comments"),
        help_text=_("Closed, those that are there can still be read."),
    )

    class Meta:
        abstract = True

    def takes_comments(self, now: datetime) -> bool:
        """Return whether comments are open, as far as the editor decides that."""
        if self.commenting != self.Commenting.WHILE_NEW:
            return self.commenting == self.Commenting.OPEN
        return self.comments_close_at is None or now < self.comments_close_at

    @property
    def comments_close_at(self) -> datetime | None:
        """When comments close by themselves, if they do and that is known."""
        if self.commenting != self.Commenting.WHILE_NEW or self.first_published_at is None:
            return None
        return self.first_published_at + timedelta(days=self.close_after_days)
