from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.search import index

from core.models import BasePage

from ..listing import paginate_posts
from ..querysets import PostQuerySet


class BlogIndexPage(BasePage):
    """A section: posts lie under it, and it lists them, the latest first."""

    intro = models.TextField(_("introduction"), blank=True, max_length=500)

    template = "blog/pages/blog_index_page.html"
    parent_page_types = ["home.HomePage"]
    subpage_types = ["blog.PostPage"]
    content_panels = [*BasePage.content_panels, "intro"]
    search_fields = [*BasePage.search_fields, index.SearchField("intro")]
    page_description = _("A section of the publication, with its posts.")

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")

    def posts(self) -> PostQuerySet:
        """Return the section's posts that readers come upon, pinned ones first, then the latest."""
        from .post import PostPage

        return PostPage.objects.in_section(self).listed().each_once().pinned_first()

    def get_context(self, request: HttpRequest, *args: object, **kwargs: object) -> dict:
        return {
            **super().get_context(request, *args, **kwargs),
            "posts": paginate_posts(self.posts(), request),
        }
