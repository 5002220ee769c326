import re
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.functional import cached_property
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError

from core.channels import ChannelBlock
from core.visible_words import VisibleWords


class ReferenceValue(blocks.StructValue):
    """A work that the text refers to. ``number`` and ``cited_at`` are set where it is shown."""

    number: int | None = None
    cited_at: tuple[str, ...] = ()

    @cached_property
    def families(self) -> list[str]:
        """The family names of its authors; the whole name where there is no comma in it."""
        names = (name.split(",")[0].strip() for name in (self.get("authors") or "").split(";"))
        return [name for name in names if name]

    @property
    def label(self) -> str:
        """How the text cites it: "Vance, 2023", "Vance & Hallam, 2023", "Vance et al., 2023"."""
        match self.families:
            case []:
                who = self["title"]
            case [one]:
                who = one
            case [one, other]:
                who = f"{one} & {other}"
            case [one, *_others]:
                who = f"{one} et al."
        return f"{who}, {self['year']}"

    @property
    def anchor(self) -> str:
        """The id of its entry in the list."""
        return f"ref-{slugify(self.label, allow_unicode=True)}"

    @property
    def href(self) -> str:
        """Where it can be read; empty where that is not known."""
        return f"https://doi.org/{self['doi']}" if self.get("doi") else self.get("url") or ""


class ReferenceBlock(VisibleWords, blocks.StructBlock):
    """A work that the text refers to."""

    authors = blocks.CharBlock(
        label=_("Authors"),
        max_length=500,
        help_text=_("Family names first, parted by semicolons: “Vance, I.; Hallam, N.”"),
    )
    year = blocks.CharBlock(
        label=_("Year"),
        max_length=12,
        validators=[RegexValidator(r"^\w[\w. -]*\Z", _("As “2023”, “2023a” or “n.d.”."))],
        help_text=_("With a letter behind it where the same authors have two of one year."),
    )
    title = blocks.CharBlock(label=_("Title"), max_length=500)
    source = blocks.CharBlock(
        label=_("Source"),
        required=False,
        max_length=500,
        help_text=_("The journal with volume and pages, or the publisher."),
    )
    doi = blocks.CharBlock(
        label=_("DOI"),
        required=False,
        max_length=200,
        validators=[RegexValidator(r"^10\.\d{4,9}/\S+\Z", _("A DOI begins as “10.1000/”."))],
    )
    url = blocks.URLBlock(label=_("Address"), required=False, max_length=500)

    class Meta:
        icon = "doc-full"
        label = _("Reference")
        value_class = ReferenceValue


class ReferencesValue(blocks.StructValue):
    """A list of works. Where a page shows it, ``shown`` has them in the order of citations."""

    @cached_property
    def shown(self) -> list[ReferenceValue]:
        """The works in the order in which they are shown."""
        return list(self.get("references") or [])

    @property
    def is_numbered(self) -> bool:
        """Whether works are cited by number."""
        return self.get("style") == "numbered"


class ReferencesBlock(ChannelBlock, blocks.StructBlock):
    """The works that the text refers to; what cites them in it is linked to them, and back."""

    title = blocks.CharBlock(label=_("Title"), default=_("References"), max_length=120)
    style = blocks.ChoiceBlock(
        (("named", _("by name and year")), ("numbered", _("by number"))),
        label=_("Cited"),
        default="named",
        help_text=_(
            "In the text, write “(Vance, 2023)”, “(Vance & Hallam, 2023)” or, from three authors"
            " on, “(Vance et al., 2023)”; several are parted by semicolons. They are linked here,"
            " and numbered where you choose so."
        ),
    )
    references = blocks.ListBlock(ReferenceBlock(), label=_("References"), min_num=1)

    def clean(self, value: blocks.StructValue) -> blocks.StructValue:
        """Return the value cleaned. Raises where two would be cited alike, but in drafts."""
        value = super().clean(value)
        if self.is_deferred_validation:
            return value
        labels = [normal(reference.label) for reference in value["references"]]
        if twice := next((it for it in labels if labels.count(it) > 1), None):
            words = _("Two are cited as “%(label)s”. Put letters behind their years.")
            raise StructBlockValidationError(
                {"references": ValidationError(words % {"label": twice})}
            )
        return value

    class Meta:
        icon = "list-ol"
        label = _("References")
        value_class = ReferencesValue
        description = _("A list of works, linked with the places in the text that cite them.")
        preview_value: dict[str, Any] = {
            "title": "References",
            "style": "named",
            "references": [
                {
                    "authors": "Vance, I.; Hallam, N.",
                    "year": "2023",
                    "title": "Sleep & waiting rooms",
                    "source": "Journal of Quiet Studies, 4(2), 11–19",
                    "doi": "10.1000/xyz<123>",
                },
                {"authors": "World Sleep Office", "year": "2021", "title": "A year of nights"},
            ],
        }


def normal(label: str) -> str:
    """Return a citation in the form in which two that mean the same are the same."""
    label = re.sub(r"\s+", " ", label.replace("\xa0", " ")).strip().casefold()
    return re.sub(r" and (?=[^,]+,)", " & ", label)
