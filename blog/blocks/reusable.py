from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.snippets.blocks import SnippetChooserBlock

from core.channels import ChannelBlock


class ReusableBlock(ChannelBlock, blocks.StructBlock):
    """Blocks that are kept in the library and used in many posts.

    A post shows them as if they stood in its own body (``BodyPage.content``).
    """

    content = SnippetChooserBlock("blog.ReusableContent", label=_("Content"))

    def get_preview_value(self) -> blocks.StructValue:
        from ..models import ReusableContent

        words = "Nobody here is paid for naming a medicine, and nobody ever was."
        content = ReusableContent(name="Money", body=[("quote", {"text": words})])
        return self.normalize({"content": content})

    class Meta:
        icon = "copy"
        label = _("Reusable content")
        description = _("Blocks from the library: changed there, they change in every post.")
