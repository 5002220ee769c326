from typing import Any

from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.blocks import StreamValue
from wagtail.fields import StreamField
from wagtail.search import index

from blog.models.preparing import with_chosen
from core.models import BasePage

from ..blocks import FrontBlock, PostsValue, parts_of

# What stands on a front page on which an editor has put nothing.
WITH_NO_BLOCKS = [{"type": "latest", "value": {"title": "", "number": 9, "topic": None}}]


class HomePage(BasePage):
    """The front door: what the publication is, and its posts."""

    body = StreamField(
        FrontBlock(),
        verbose_name=_("body"),
        blank=True,
        help_text=_("Left empty, the page shows the latest posts."),
    )

    template = "home/pages/home_page.html"
    max_count_per_parent = 1
    parent_page_types = ["wagtailcore.Page"]
    content_panels = [*BasePage.content_panels, "body"]
    search_fields = [*BasePage.search_fields, index.SearchField("body")]
    page_description = _("The front door of the site.")

    class Meta:
        verbose_name = _("home page")
        verbose_name_plural = _("home pages")

    @property
    def excerpt(self) -> str:
        """What is said of the site where the page has no description of its own."""
        hero = self.blocks.first_block_by_name("hero")
        return hero.value["intro"] if hero else ""

    @cached_property
    def blocks(self) -> StreamValue:
        """The blocks that it is made of, with what they choose."""
        return with_chosen(self.body.stream_block, self.body.get_prep_value() or WITH_NO_BLOCKS)

    def get_context(self, request: HttpRequest, *args: object, **kwargs: object) -> dict[str, Any]:
        blocks = list(self.blocks)
        parts = parts_of([block.value for block in blocks], below=self)
        has_posts = [any(part.posts for part in some) for some in parts]
        shown = [
            (block, some, has_some)
            for block, some, has_some in zip(blocks, parts, has_posts, strict=True)
            if has_some or not isinstance(block.value, PostsValue)
        ]
        pictured = [has_some or _has_picture(block) for block, _some, has_some in shown]
        return {
            **super().get_context(request, *args, **kwargs),
            # Browsers are to load the picture first that readers see first.
            "blocks": [
                (block, some, pictured[n] and not any(pictured[:n]))
                for n, (block, some, _has_some) in enumerate(shown)
            ],
            # The place of the block whose first post is shown large.
            "lead": next(
                (n for n, (_block, _some, has_some) in enumerate(shown) if has_some), None
            ),
            "is_waiting": len(shown) < len(blocks) and not any(has_posts),
            "has_headline": any(block.block_type == "hero" for block in blocks),
        }


def _has_picture(block: StreamValue.StreamChild) -> bool:
    return block.block_type == "hero" and bool(block.value["image"])
