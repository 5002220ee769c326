from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.snippets.blocks import SnippetChooserBlock

from core.channels import ChannelBlock


class SignUpBlock(ChannelBlock, blocks.StructBlock):
    """An invitation to get a newsletter; on the web, with the form."""

    newsletter = SnippetChooserBlock("newsletter.Newsletter", label=_("Newsletter"))

    def get_preview_value(self) -> blocks.StructValue:
        newsletter = self.child_blocks["newsletter"].model_class.objects.first()
        return self.normalize({"newsletter": newsletter})

    class Meta:
        icon = "mail"
        label = _("Newsletter sign-up")
        description = _("A form with which readers subscribe to a newsletter.")
