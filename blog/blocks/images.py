from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images import get_image_model
from wagtail.images.blocks import ImageChooserBlock

from core.channels import ChannelBlock


class ImageValue(blocks.StructValue):
    """An image in a body."""

    @property
    def shown_credit(self) -> str:
        """The credit given here, else the image's own."""
        return self["credit"] or self["image"].credit


class ImageBlock(ChannelBlock, blocks.StructBlock):
    """A picture, and what to know of it."""

    image = ImageChooserBlock(label=_("Image"))
    alt_text = blocks.CharBlock(
        label=_("Alternative text"),
        max_length=255,
        help_text=_("What the image shows, for those who do not see it."),
    )
    caption = blocks.RichTextBlock(
        label=_("Caption"), required=False, features=["bold", "italic", "link"]
    )
    credit = blocks.CharBlock(
        label=_("Credit"),
        required=False,
        max_length=255,
        help_text=_("Left empty, the credit kept with the image is shown."),
    )

    def get_preview_value(self) -> blocks.StructValue:
        return self.normalize(
            {
                "image": get_image_model().objects.first(),
                "alt_text": "A lamp in a window at dusk",
                "caption": "<p>The reading room, <i>late</i>.</p>",
                "credit": "Drawn for this page",
            }
        )

    class Meta:
        icon = "image"
        label = _("Image")
        description = _("A picture with alternative text, caption and credit.")
        value_class = ImageValue


class GalleryBlock(ChannelBlock, blocks.StructBlock):
    """Several pictures beside each other."""

    images = blocks.ListBlock(ImageBlock(), label=_("Images"), min_num=2, max_num=24)

    def get_preview_value(self) -> blocks.StructValue:
        image = ImageBlock().get_preview_value()
        return self.normalize({"images": [image, image]})

    class Meta:
        icon = "image"
        label = _("Gallery")
        description = _("Several pictures beside each other, each with its caption and credit.")
