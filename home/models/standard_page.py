from typing import Any

from django.db import models
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.panels import MultiFieldPanel
from wagtail.images import get_image_model_string
from wagtail.search import index

from blog.models import BodyPage


class StandardPageForm(WagtailAdminPageForm):
    """A draft may lack what a published page must have."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        has_words = cleaned.get("lead_image_alt", "").strip()
        if cleaned.get("lead_image") and not has_words and not self.is_deferred_validation:
            message = _now("Say what the lead image shows, for those who don't see it.")
            self.add_error("lead_image_alt", message)
        return cleaned


class StandardPage(BodyPage):
    """A page that stands by itself: about, privacy, imprint."""

    intro = models.TextField(
        _("standfirst"),
        max_length=400,
        blank=True,
        help_text=_("One or two sentences under the title; search engines are told them, too."),
    )
    lead_image = models.ForeignKey(
        get_image_model_string(),
        verbose_name=_("lead image"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    lead_image_alt = models.CharField(
        _("alternative text"),
        max_length=255,
        blank=True,
        help_text=_("What the lead image shows, for those who do not see it."),
    )

    base_form_class = StandardPageForm
    template = "home/pages/standard_page.html"
    parent_page_types = ["home.HomePage", "home.StandardPage"]
    subpage_types = ["home.StandardPage", "home.ContactPage"]
    page_description = _("A page that stands by itself, as “About” or “Privacy”.")
    content_panels = [
        *BodyPage.content_panels,
        "intro",
        MultiFieldPanel(["lead_image", "lead_image_alt"], heading=_("Lead image")),
        *BodyPage.body_panels,
    ]
    search_fields = [*BodyPage.search_fields, index.SearchField("intro")]

    class Meta:
        verbose_name = _("page")
        verbose_name_plural = _("pages")

    @property
    def excerpt(self) -> str:
        """What is said of it where it has no description of its own."""
        return self.intro
