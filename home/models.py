from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.search import index

from blog.models import PostPage
from core.models import BasePage

LATEST_POSTS = 9


class HomePage(BasePage):
    """The front door: what the publication is, and its latest posts."""

    hero_title = models.CharField(_("headline"), max_length=120, blank=True)
    intro = models.TextField(_("introduction"), max_length=500, blank=True)
    newsletter = models.ForeignKey(
        "newsletter.Newsletter",
        verbose_name=_("newsletter"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Readers can sign up for it here."),
    )

    template = "home/pages/home_page.html"
    max_count_per_parent = 1
    parent_page_types = ["wagtailcore.Page"]
    content_panels = [
        *BasePage.content_panels,
        MultiFieldPanel(["hero_title", "intro"], heading=_("Head of the page")),
        FieldPanel("newsletter"),
    ]
    search_fields = [*BasePage.search_fields, index.SearchField("intro")]
    page_description = _("The front door of the site.")

    class Meta:
        verbose_name = _("home page")
        verbose_name_plural = _("home pages")

    def get_context(self, request: HttpRequest, *args: object, **kwargs: object) -> dict:
        posts = PostPage.objects.descendant_of(self).listed().latest_first().for_cards()
        return {
            **super().get_context(request, *args, **kwargs),
            "posts": posts[:LATEST_POSTS],
        }
