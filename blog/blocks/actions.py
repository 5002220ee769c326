import re

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError

from core.channels import ChannelBlock


class CallToActionValue(blocks.StructValue):
    """An invitation to do something."""

    @property
    def href(self) -> str:
        """Where the button leads; empty where the page is gone or unpublished."""
        page = self.get("page")
        if page:
            return (page.url or "") if page.live else ""
        return self.get("url") or ""


class CallToActionBlock(ChannelBlock, blocks.StructBlock):
    """A button that leads to a page of this site or to an address elsewhere."""

    text = blocks.TextBlock(
        label=_("Text"), required=False, help_text=_("Why to press the button; above it.")
    )
    label = blocks.CharBlock(
        label=_("Button"),
        max_length=60,
        help_text=_("What pressing it does, as “Find a counsellor”; not “Click here”."),
    )
    page = blocks.PageChooserBlock(
        label=_("Page"), required=False, help_text=_("A page of this site …")
    )
    url = blocks.URLBlock(
        label=_("Address"), required=False, help_text=_("… or an address elsewhere.")
    )

    def clean(self, value: blocks.StructValue) -> blocks.StructValue:
        """Return the value cleaned. Raises unless it leads to one place, but in drafts."""
        value = super().clean(value)
        if not self.is_deferred_validation and bool(value["page"]) == bool(value["url"]):
            words = _("Choose a page or give an address, one of the two.")
            raise StructBlockValidationError({"url": ValidationError(words)})
        return value

    class Meta:
        icon = "pick"
        label = _("Call to action")
        description = _("A button that leads to a page or to an address elsewhere.")
        value_class = CallToActionValue
        preview_value = {
            "text": "Someone at the evening desk answers within a day.",
            "label": "Write to the desk",
            "url": "https://example.org/desk?a=1&b=2",
        }


class CalloutValue(blocks.StructValue):
    """Words that stand out."""

    @property
    def heading(self) -> str:
        """What stands above it: its title, else what kind it is."""
        return self.get("title") or dict(CalloutBlock.KINDS).get(self.get("kind"), "")

    @property
    def tel(self) -> str:
        """The number as an address (RFC 3966), without what only parts its digits.

        A zero in brackets behind the code of a country is dialled within the country alone.
        """
        number = self.get("phone") or ""
        if number.startswith("+"):
            number = number.replace("(0)", "")
        return f"tel:{re.sub(r'[^0-9+*#]', '', number)}" if number else ""


class CalloutBlock(ChannelBlock, blocks.StructBlock):
    """A note, a warning, or whom to call in a crisis."""

    KINDS = (("note", _("Note")), ("warning", _("Warning")), ("crisis", _("If you need help now")))

    kind = blocks.ChoiceBlock(KINDS, label=_("Kind"), default="note")
    title = blocks.CharBlock(
        label=_("Title"),
        required=False,
        max_length=120,
        help_text=_("Left empty, the kind is named."),
    )
    text = blocks.RichTextBlock(
        label=_("Text"), features=["bold", "italic", "link", "document-link", "ol", "ul"]
    )
    phone = blocks.CharBlock(
        label=_("Telephone number"),
        required=False,
        max_length=30,
        validators=[
            RegexValidator(
                r"^\+?[0-9*#(][0-9 ()/.*#-]*$",
                _("Give a number that can be dialled, as “116 123” or “+44 20 7946 0018”."),
            )
        ],
        help_text=_("Readers call it by tapping it. Needed for a crisis line."),
    )

    def clean(self, value: blocks.StructValue) -> blocks.StructValue:
        """Return the value cleaned. Raises where a crisis line has no number, but in drafts."""
        value = super().clean(value)
        if not self.is_deferred_validation and value["kind"] == "crisis" and not value["phone"]:
            words = _("A crisis line needs a number to call.")
            raise StructBlockValidationError({"phone": ValidationError(words)})
        return value

    class Meta:
        icon = "info-circle"
        label = _("Callout")
        description = _("A note, a warning, or a crisis line with a number to tap.")
        value_class = CalloutValue
        preview_value = {
            "kind": "crisis",
            "text": "<p>Somebody listens, day and night, and it costs <b>nothing</b>.</p>",
            "phone": "+44 20 7946 0018",
        }
