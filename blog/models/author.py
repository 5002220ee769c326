from django.db import models
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    InlinePanel,
    MultiFieldPanel,
    TitleFieldPanel,
)
from wagtail.fields import RichTextField
from wagtail.images import get_image_model_string
from wagtail.models import Orderable
from wagtail.rich_text import get_text_for_indexing
from wagtail.search import index


class Author(index.Indexed, ClusterableModel):
    """Somebody who writes posts, as staff or as a guest; has a public page."""

    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(
        _("slug"), max_length=100, unique=True, help_text=_("The last part of the page's address.")
    )
    credentials = models.CharField(
        _("credentials"), max_length=100, blank=True, help_text=_("Such as MSc, RN.")
    )
    role = models.CharField(_("role"), max_length=100, blank=True)
    organisation = models.CharField(_("organisation"), max_length=100, blank=True)
    place = models.CharField(_("place"), max_length=100, blank=True)
    website = models.URLField(_("website"), blank=True)
    photo = models.ForeignKey(
        get_image_model_string(),
        verbose_name=_("photo"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    bio = RichTextField(_("biography"), features=["bold", "italic", "link"], blank=True)
    guest = models.BooleanField(
        _("guest"),
        default=False,
        help_text=_("Not staff. Posts of guests owe the disclaimer for guest authors."),
    )

    panels = [
        TitleFieldPanel("name", targets=["slug"], placeholder=_("Name*")),
        FieldPanel("slug"),
        FieldPanel("guest"),
        MultiFieldPanel(
            ["credentials", "role", "organisation", "place", "website"], heading=_("Who they are")
        ),
        InlinePanel("links", heading=_("Elsewhere"), label=_("Link")),
        FieldPanel("photo"),
        FieldPanel("bio"),
    ]

    search_fields = [
        index.SearchField("name"),
        index.AutocompleteField("name"),
        index.SearchField("organisation"),
        index.SearchField("bio"),
    ]

    class Meta:
        verbose_name = _("author")
        verbose_name_plural = _("authors")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("author", args=[self.slug])

    @property
    def full_name(self) -> str:
        """The name with the credentials behind it: "Ana Reis, MSc"."""
        return ", ".join(filter(None, [self.name, self.credentials]))

    @property
    def summary(self) -> str:
        """The beginning of the biography as plain text, else what they do."""
        return Truncator(get_text_for_indexing(self.bio)).chars(155) or self.position

    @property
    def position(self) -> str:
        """What they do and where, as far as it is known: "Nurse, City Clinic, Porto"."""
        return ", ".join(filter(None, [self.role, self.organisation, self.place]))


class AuthorLink(Orderable):
    """Where else an author is found: a social network, a column, a practice."""

    author = ParentalKey(Author, on_delete=models.CASCADE, related_name="links")
    name = models.CharField(_("name"), max_length=60, help_text=_("As “Mastodon”."))
    url = models.URLField(_("address"), max_length=500)

    panels = [FieldRowPanel(["name", "url"])]

    class Meta(Orderable.Meta):
        verbose_name = _("link")
        verbose_name_plural = _("links")

    def __str__(self) -> str:
        return self.name
