from django.utils.translation import gettext_lazy as _

from blog.models import BodyPage


class StandardPage(BodyPage):
    """A page that stands by itself: about, privacy, imprint."""

    template = "home/pages/standard_page.html"
    parent_page_types = ["home.HomePage", "home.StandardPage"]
    subpage_types = ["home.StandardPage", "home.ContactPage"]
    page_description = _("A page that stands by itself, as “About” or “Privacy”.")
    content_panels = [
        *BodyPage.content_panels,
        "standfirst",
        BodyPage.lead_panel,
        *BodyPage.body_panels,
    ]

    class Meta:
        verbose_name = _("page")
        verbose_name_plural = _("pages")
