from django.db import models
from django.utils.translation import gettext_lazy as _


class Tick(models.Model):
    """The trace that a tick leaves: that the clock ticked, and how far digests had come by then."""

    at = models.DateTimeField(_("when"), db_index=True)
    # How many mails of each open digest had come to an end, by its number, written out.
    done = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("tick")
        verbose_name_plural = _("ticks")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"tick at {self.at:%Y-%m-%d %H:%M:%S}"
