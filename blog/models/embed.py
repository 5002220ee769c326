from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.storage import public_storage


class Embed(models.Model):
    """What a provider said of a video or recording of its own, kept so that no page asks for it."""

    url = models.URLField(_("address"), max_length=500, unique=True)
    title = models.CharField(_("title"), max_length=255, blank=True)
    provider = models.CharField(_("provider"), max_length=100, blank=True)
    player_url = models.URLField(
        _("player"), max_length=1000, blank=True, help_text=_("What a page may show in a frame.")
    )
    width = models.PositiveIntegerField(_("width"), null=True)
    height = models.PositiveIntegerField(_("height"), null=True)
    poster = models.ImageField(
        _("poster"),
        upload_to="embeds",
        storage=public_storage,
        width_field="poster_width",
        height_field="poster_height",
        blank=True,
    )
    poster_width = models.PositiveIntegerField(null=True, editable=False)
    poster_height = models.PositiveIntegerField(null=True, editable=False)
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    is_gone = models.BooleanField(
        _("gone"), default=False, help_text=_("Its provider shows nothing there any more.")
    )

    class Meta:
        verbose_name = _("embed")
        verbose_name_plural = _("embeds")

    def __str__(self) -> str:
        return self.title or self.url
