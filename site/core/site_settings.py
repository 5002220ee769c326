"""How the site names itself, looks, and is found one's way through."""

import hashlib
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import MultiFieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.fields import RichTextField, StreamField
from wagtail.images import get_image_model, get_image_model_string
from wagtail.models import Page, Site

from .colours import validate_on_dark, validate_on_light
from .fetching import fetch
from .fields import EmailAddressField
from .links import LinkBlock, ProfileBlock, in_language_read, pages_in_menus
from .page_cache.memory import kept_in_memory
from .routing import site_of
from .sharing import NetworkBlock


@dataclass(frozen=True)
class Frame:
    """What stands around every page: logos, and the pages in menus that everyone may see."""

    pages: dict[int, Page]
    logo: models.Model | None
    logo_dark: models.Model | None


@register_setting(icon="site")
class SiteSettings(BaseSiteSetting):
    """How the site names itself, and the organisation behind it."""

    name = models.CharField(
        _("name"), max_length=100, default="Gazette", help_text=_("The publication's name.")
    )
    tagline = models.CharField(_("tagline"), max_length=200, blank=True)

    logo = models.ForeignKey(
        get_image_model_string(),
        verbose_name=_("logo"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text=_(
            "At the head of each page, instead of the name; at least 120 pixels high, with no room"
            " around it."
        ),
    )
    logo_dark = models.ForeignKey(
        get_image_model_string(),
        verbose_name=_("logo on dark"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("For readers whose screen is dark; left empty, they see the same one."),
    )
    accent = models.CharField(
        _("accent"),
        max_length=7,
        blank=True,
        validators=[validate_on_light],
        help_text=_("Of links and buttons on light pages, as “#0b5a63”."),
    )
    accent_dark = models.CharField(
        _("accent on dark"),
        max_length=7,
        blank=True,
        validators=[validate_on_dark],
        help_text=_("For readers whose screen is dark, as “#86cbcb”."),
    )

    menu = StreamField(
        [("link", LinkBlock())],
        verbose_name=_("main menu"),
        blank=True,
        help_text=_("Left empty, it holds the pages below the front page that show in menus."),
    )
    footer_menu = StreamField(
        [("link", LinkBlock())],
        verbose_name=_("footer menu"),
        blank=True,
        help_text=_("At the foot of each page, as “About” and “Privacy”."),
    )
    profiles = StreamField(
        [("profile", ProfileBlock())],
        verbose_name=_("profiles elsewhere"),
        blank=True,
        help_text=_("At the foot of each page; networks take the link as proof that it is you."),
    )

    sharing = StreamField(
        [("network", NetworkBlock())],
        verbose_name=_("sharing"),
        blank=True,
        default=[("network", name) for name in ("email", "mastodon", "bluesky", "whatsapp")],
        help_text=_("Where readers may pass a post on. They are links; nothing is loaded there."),
    )

    organisation = models.CharField(
        _("organisation"), max_length=200, blank=True, help_text=_("Who publishes it.")
    )
    postal_address = models.TextField(_("postal address"), blank=True)
    contact_email = EmailAddressField(_("contact address"), blank=True)

    comment_policy = RichTextField(
        _("comment policy"),
        blank=True,
        features=["bold", "italic", "link"],
        help_text=_("What you ask of those who comment; shown beside the form."),
    )
    comments_trusted_after = models.PositiveSmallIntegerField(
        _("trusted after"),
        default=0,
        help_text=_(
            "An address with so many approved comments, and none that was spam, is published at"
            " once. With 0 every comment waits for a moderator."
        ),
    )

    select_related = ["logo", "logo_dark"]
    panels = [
        MultiFieldPanel(["name", "tagline"], heading=_("Publication")),
        MultiFieldPanel(["logo", "logo_dark"], heading=_("Logo")),
        MultiFieldPanel(["accent", "accent_dark"], heading=_("Colours")),
        MultiFieldPanel(["menu", "footer_menu", "profiles", "sharing"], heading=_("Menus")),
        MultiFieldPanel(
            ["organisation", "postal_address", "contact_email"], heading=_("Organisation")
        ),
        MultiFieldPanel(["comment_policy", "comments_trusted_after"], heading=_("Comments")),
    ]

    class Meta:
        verbose_name = _("site settings")

    @classmethod
    def for_request(cls, request: HttpRequest) -> "SiteSettings":
        """Return those of the site that a request is for, in the language that is being read."""
        name = cls.get_cache_attr_name()
        if not hasattr(request, name):
            site = site_of(request)
            key = (name, site and site.pk, get_language())
            setattr(request, name, kept_in_memory(request, key, lambda: cls.for_site(site)))
        return getattr(request, name)

    @classmethod
    def for_site(cls, site: Site | None) -> "SiteSettings":
        """Return the settings of a site; the defaults if there is no site."""
        return super().for_site(site) if site else cls()

    def clean(self) -> None:
        super().clean()
        if self.logo_dark and not self.logo:
            raise ValidationError({"logo": _("Choose one for light pages, too.")})

    @cached_property
    def frame(self) -> Frame:
        """What it shows around every page, found in one query."""
        logos = [logo for logo in (self.logo, self.logo_dark) if logo]
        sizes = get_image_model().get_rendition_model().objects.filter(image__in=logos)
        pages, renditions = fetch(pages_in_menus([self.menu, self.footer_menu]), sizes)
        for logo in logos:
            logo.prefetched_renditions = [it for it in renditions if it.image_id == logo.pk]
        return Frame(in_language_read(pages), self.logo, self.logo_dark)

    @cached_property
    def theme_version(self) -> str:
        """What the address of its colours ends in: another one for other colours.

        Empty where none are chosen.
        """
        colours = f"{self.accent} {self.accent_dark}"
        return hashlib.sha256(colours.encode()).hexdigest()[:12] if colours.strip() else ""
