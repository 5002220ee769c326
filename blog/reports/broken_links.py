"""Which links of live posts lead to pages and documents that are gone or not public."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column

from ..links import BrokenLink, broken, links_in
from ..models import PostPage, ReusableContent
from .base import PostsReport, post_column


@dataclass(frozen=True)
class Row:
    """A broken link in a post."""

    post: PostPage
    it: BrokenLink

    @property
    def words(self) -> str:
        """The words that are linked; nothing where the target was chosen in a block."""
        return self.it.link.words or _("(chosen in the block)")

    @property
    def block(self) -> int:
        """The number of the block, from 1."""
        return self.it.link.block

    @property
    def why(self) -> str:
        """What readers find there."""
        return self.it.why


class BrokenLinksReport(PostsReport):
    slug = "broken-internal-links"
    page_title = _("Broken internal links")
    header_icon = "link-external"
    columns = [
        post_column(_("Post")),
        Column("block", label=_("Block")),
        Column("words", label=_("Link")),
        Column("why", label=_("Why it leads nowhere")),
    ]
    list_export = ["post.title", "block", "words", "why"]
    export_headings = {
        "post.title": _("Post"),
        "block": _("Block"),
        "words": _("Link"),
        "why": _("Why it leads nowhere"),
    }

    def rows(self) -> list[Row]:
        contents = ReusableContent.objects.in_bulk()
        links = {post: links_in(post, contents) for post in self.posts.only("title", "body")}
        wrong = {it.link: it for it in broken({link for found in links.values() for link in found})}
        return [
            Row(post, wrong[link])
            for post, found in links.items()
            for link in found
            if link in wrong
        ]
