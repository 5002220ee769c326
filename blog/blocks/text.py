from collections.abc import Mapping
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.rich_text import RichText

from core.channels import Channel, ChannelBlock, channel_of
from core.richtext import ExpandedText
from core.visible_words import VisibleWords

FEATURES = [
    *("h2", "h3", "h4", "bold", "italic", "superscript", "highlight"),
    *("link", "document-link", "ol", "ul"),
]


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
        kwargs.setdefault("features", FEATURES)
        super().__init__(**kwargs)

    def render(self, value: RichText, context: Mapping[str, Any] | None = None) -> SafeString:
        """Render it; on the web it is shown as it is, where its links lead somewhere already.

        Of these a long post has hundreds: a template for each would take longer than all else.
        """
        if isinstance(value, ExpandedText) and channel_of(context) is Channel.WEB:
            return mark_safe(value.source)
        return super().render(value, context)

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


class VerbatimBlock(blocks.TextBlock):
    """Text that is kept as it is written, with the white space before and after it."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.field_options["strip"] = False


class CodeBlock(ChannelBlock, blocks.StructBlock):
    """Words for a machine, shown letter by letter."""

    code = VerbatimBlock(label=_("Code"))
    language = blocks.CharBlock(
        label=_("Language"),
        required=False,
        max_length=30,
        help_text=_("As “Python”; the reader sees it."),
    )

    class Meta:
        icon = "code"
        label = _("Code")
        description = _("A piece of a program or a command, letter by letter.")
        preview_value = {"code": "for night in week:\n    rest(night)  # <8 h & more>"}


class DividerBlock(ChannelBlock, blocks.StaticBlock):
    """A rest between parts of a post that need no heading."""

    class Meta:
        icon = "minus"
        label = _("Divider")
        description = _("A rest between parts of the post.")
        admin_text = _("A line is drawn here.")
        preview_value = None


class QuestionBlock(VisibleWords, blocks.StructBlock):
    """A question and its answer."""

    question = blocks.CharBlock(label=_("Question"), max_length=255)
    answer = blocks.RichTextBlock(
        label=_("Answer"), features=["bold", "italic", "link", "document-link", "ol", "ul"]
    )

    class Meta:
        icon = "help"
        label = _("Question")


class QuestionsBlock(ChannelBlock, blocks.StructBlock):
    """Questions that readers ask, each with its answer."""

    questions = blocks.ListBlock(QuestionBlock(), label=_("Questions"), min_num=1)

    class Meta:
        icon = "help"
        label = _("Questions and answers")
        description = _("Questions that readers ask, each with its answer.")
        preview_value = {
            "questions": [
                {
                    "question": "How long does a bad night last?",
                    "answer": "<p>Until morning; <b>mornings come</b>.</p>",
                },
                {"question": "May I nap?", "answer": "<p>Yes, before three.</p>"},
            ]
        }
