from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from core.channels import ChannelBlock

if TYPE_CHECKING:
    from ..models import PostPage


class PostsValue(blocks.StructValue):
    """Posts that an editor has picked."""

    @property
    def shown(self) -> list["PostPage"]:
        """Those that everyone may read."""
        return [post for post in self["posts"] if post and post.is_published]


class PostsBlock(ChannelBlock, blocks.StructBlock):
    """A list of posts, picked by hand."""

    title = blocks.CharBlock(
        label=_("Title"), required=False, max_length=120, help_text=_("As “Read next”.")
    )
    posts = blocks.ListBlock(
        blocks.PageChooserBlock("blog.PostPage", label=_("Post")),
        label=_("Posts"),
        min_num=1,
        max_num=12,
    )

    def get_preview_value(self) -> blocks.StructValue:
        from ..models import PostPage

        posts = PostPage.objects.listed().latest_first()[:3]
        return self.normalize({"title": "Read next", "posts": list(posts)})

    class Meta:
        icon = "list-ul"
        label = _("Posts")
        description = _("A list of posts that you pick; those that are not public are left out.")
        value_class = PostsValue
