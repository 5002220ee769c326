from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import TitleFieldPanel
from wagtail.search import index


class PostGroup(index.Indexed, models.Model):
    """What posts are gathered under: a name, and a public page whose URL is named as the model."""

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
        abstract = True
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse(self._meta.model_name, args=[self.slug])
