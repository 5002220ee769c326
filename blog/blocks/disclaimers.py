from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.snippets.blocks import SnippetChooserBlock

from core.channels import ChannelBlock


class DisclaimerBlock(ChannelBlock, blocks.StructBlock):
    """A disclaimer at this place of the post, instead of at its end."""

    disclaimer = SnippetChooserBlock("blog.Disclaimer", label=_("Disclaimer"))

    def get_preview_value(self) -> blocks.StructValue:
        from ..models import Disclaimer

        text = "<p>This is no substitute for <b>advice</b> from someone who knows you.</p>"
        return self.normalize({"disclaimer": Disclaimer(name="No advice", text=text)})

    class Meta:
        icon = "warning"
        label = _("Disclaimer")
        description = _("A disclaimer, here instead of at the end of the post.")
