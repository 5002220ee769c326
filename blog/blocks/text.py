from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from core.channels import ChannelBlock


class HeadingBlock(ChannelBlock, blocks.CharBlock):
    """A heading between parts of a post."""

    class Meta:
        icon = "title"
        label = _("Heading")
        description = _("A heading between parts of the post.")
        preview_value = "What helped, and what did not"


class ParagraphBlock(ChannelBlock, blocks.RichTextBlock):
    """Running text."""

    def __init__(self, **kwargs: object) -> None:
        kwargs.setdefault("features", ["bold", "italic", "link", "document-link", "ol", "ul"])
        super().__init__(**kwargs)

    class Meta:
        icon = "pilcrow"
        label = _("Paragraph")
        description = _("Running text with emphasis, links and lists.")
        preview_value = (
            "<p>Some evenings the best plan is a <b>short</b> one: tea, a lamp, and "
            '<a href="https://example.org/">one call</a> that you do not put off.</p>'
            "<ul><li>Keep it small.</li><li>Keep it kind.</li></ul>"
        )


class QuoteBlock(ChannelBlock, blocks.StructBlock):
    """What somebody said or wrote."""

    text = blocks.TextBlock(label=_("Text"))
    attribution = blocks.CharBlock(label=_("Attribution"), required=False, max_length=255)
    source = blocks.CharBlock(
        label=_("Source"),
        required=False,
        max_length=255,
        help_text=_("The book, talk or letter it comes from."),
    )

    class Meta:
        icon = "openquote"
        label = _("Quote")
        description = _("Words of somebody else, with who said them and where.")
        preview_value = {
            "text": "I stopped waiting to feel ready, and went while I was still afraid.",
            "attribution": "A reader",
            "source": "Letters to the editor",
        }
