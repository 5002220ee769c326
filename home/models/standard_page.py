from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from blog.models import BodyPage
from core.links import page_link
from core.visibility import is_open_to_all


class StandardPage(BodyPage):
    """A page that stands by itself: about, privacy, imprint. It leads to those under it."""

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

    def get_context(self, request: HttpRequest, *args: object, **kwargs: object) -> dict:
        below = self.get_children().live().filter(is_open_to_all()).in_menu()
        return {
            **super().get_context(request, *args, **kwargs),
            "below": [page_link(page, request, self) for page in below],
        }
