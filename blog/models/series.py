from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import TitleFieldPanel
from wagtail.search import index


class Series(index.Indexed, models.Model):
    """Posts that belong together and are read in order; has a public page."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    slug = models.SlugField(
        _("slug"), max_length=100, unique=True, help_text=_("The last part of the page's address.")
    )
    description = models.CharField(_("description"), max_length=255, blank=True)

    panels = [
        TitleFieldPanel("name", targets=["slug"], placeholder=_("Name*")),
        "slug",
        "description",
    ]

    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("series", args=[self.slug])
