from urllib.parse import parse_qsl, urlencode, urlunsplit

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.fields import RichTextField
from wagtail.search import index

from core.web_urls import parse_url

from .translated import Translated

UNRESERVED = RegexValidator(
    r"^[A-Za-z0-9._~-]+\Z", _("Give letters, digits and the characters . _ ~ - alone.")
)


class AffiliateProgram(index.Indexed, Translated):
    """An agreement with a shop, by which the publication earns from what readers buy there."""

    name = models.CharField(_("name"), max_length=100)
    parameter = models.CharField(
        _("parameter"),
        max_length=50,
        blank=True,
        validators=[UNRESERVED],
        help_text=_("How the shop knows us: the name of what is added to each address, as “tag”."),
    )
    value = models.CharField(
        _("value"),
        max_length=100,
        blank=True,
        validators=[UNRESERVED],
        help_text=_("What it is given, as “quietpaper-21”."),
    )
    text = RichTextField(
        _("disclosure"),
        features=["bold", "italic", "link"],
        blank=True,
        help_text=_("What the program asks to be said wherever one of its links is shown."),
    )

    panels = [
        "name",
        FieldRowPanel(["parameter", "value"], heading=_("Added to addresses")),
        FieldPanel("text"),
    ]

    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    class Meta(Translated.Meta):
        verbose_name = _("affiliate program")
        verbose_name_plural = _("affiliate programs")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        if bool(self.parameter) != bool(self.value):
            raise ValidationError({"value": _("Give a parameter and its value, or neither.")})

    def tagged(self, url: str) -> str:
        """Return an address of the shop that tells it who sent the reader."""
        if not self.parameter:
            return url
        parts = parse_url(url)
        if not parts.netloc:
            return url
        query = parse_qsl(parts.query, keep_blank_values=True)
        others = [(name, value) for name, value in query if name != self.parameter]
        return urlunsplit(parts._replace(query=urlencode([*others, (self.parameter, self.value)])))
