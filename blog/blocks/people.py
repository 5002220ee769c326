from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.snippets.blocks import SnippetChooserBlock

from core.channels import ChannelBlock


class AuthorBioBlock(ChannelBlock, blocks.StructBlock):
    """Who an author is."""

    author = SnippetChooserBlock("blog.Author", label=_("Author"))
    text = blocks.RichTextBlock(
        label=_("Biography for this post"),
        required=False,
        features=["bold", "italic", "link"],
        help_text=_("Left empty, the biography in the library is shown."),
    )

    def get_preview_value(self) -> blocks.StructValue:
        from ..models import Author

        author = Author(
            name="Noor Hallam",
            slug="noor-hallam",
            credentials="RN",
            role="Community nurse",
            place="Leith",
            website="https://example.org/",
            bio="<p>Writes about nights, <i>tea</i> and what patients taught her.</p>",
            guest=True,
        )
        return self.normalize({"author": author})

    class Meta:
        icon = "user"
        label = _("Author bio")
        description = _("An author's photo, credentials and biography.")
