from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel
from wagtail.images import get_image_model_string
from wagtail.models import Orderable
from wagtail.search import index

from .affiliate import AffiliateProgram


def validate_isbn(value: str) -> None:
    """Raise ValidationError unless the check digit of an ISBN of 10 or 13 digits is right.

    Source: ISBN Users' Manual, 7th edition, appendix 1; ISBN-10 ends in a digit or X (10).
    """
    characters = value.replace("-", "").replace(" ", "").upper()
    digits = [10 if c == "X" else int(c) for c in characters if c.isdecimal() or c == "X"]
    well_formed = len(digits) == len(characters) and 10 not in digits[:-1]
    if well_formed and len(digits) == 13 and 10 not in digits:
        right = sum(d * (3 if i % 2 else 1) for i, d in enumerate(digits)) % 10 == 0
    elif well_formed and len(digits) == 10:
        right = sum(d * (10 - i) for i, d in enumerate(digits)) % 11 == 0
    else:
        raise ValidationError(_("An ISBN has 10 or 13 digits."), code="length")
    if not right:
        raise ValidationError(
            _("The last digit does not fit the others; please check the number."), code="checksum"
        )


class Book(index.Indexed, ClusterableModel):
    """A book that posts recommend, and where it can be had."""

    title = models.CharField(_("title"), max_length=255)
    authors = models.CharField(_("authors"), max_length=255)
    year = models.PositiveSmallIntegerField(
        _("year"), null=True, blank=True, validators=[MaxValueValidator(2100)]
    )
    publisher = models.CharField(_("publisher"), max_length=100, blank=True)
    isbn = models.CharField(_("ISBN"), max_length=17, blank=True, validators=[validate_isbn])
    description = models.TextField(_("description"), blank=True)
    cover = models.ForeignKey(
        get_image_model_string(),
        verbose_name=_("cover"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )

    panels = [
        FieldPanel("title"),
        FieldPanel("authors"),
        FieldRowPanel(["year", "publisher", "isbn"]),
        FieldPanel("cover"),
        FieldPanel("description"),
        InlinePanel("links", heading=_("Where it can be had"), label=_("Link")),
    ]

    search_fields = [
        index.SearchField("title"),
        index.AutocompleteField("title"),
        index.SearchField("authors"),
        index.AutocompleteField("authors"),
        index.SearchField("description"),
    ]

    class Meta:
        verbose_name = _("book")
        verbose_name_plural = _("books")
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("book", args=[self.pk])

    @property
    def has_affiliate_link(self) -> bool:
        """Whether one of its links earns the publication a commission."""
        return bool(self.programs)

    @property
    def programs(self) -> list[AffiliateProgram]:
        """The programs that its links belong to."""
        return [link.program for link in self.links.all() if link.program]


class RetailerLink(Orderable):
    """A shop or a library that has the book."""

    book = ParentalKey(Book, on_delete=models.CASCADE, related_name="links")
    name = models.CharField(_("name"), max_length=60, help_text=_("Of the shop or library."))
    url = models.URLField(_("address"), max_length=500)
    program = models.ForeignKey(
        AffiliateProgram,
        verbose_name=_("affiliate program"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="links",
        help_text=_("We earn from sales; readers are told so beside the link and in a disclaimer."),
    )

    panels = [FieldRowPanel(["name", "program"]), FieldPanel("url")]

    class Meta(Orderable.Meta):
        verbose_name = _("link")
        verbose_name_plural = _("links")

    def __str__(self) -> str:
        return self.name

    @property
    def affiliate(self) -> bool:
        """Whether it earns the publication a commission."""
        return self.program is not None

    @property
    def href(self) -> str:
        """Where it leads, with what tells the shop who sent the reader."""
        return self.program.tagged(self.url) if self.program else self.url
