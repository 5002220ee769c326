"""What every app stands on: people who log in, images with a credit, the site's own words."""

from collections.abc import Iterator
from http import HTTPMethod

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import models
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import MultiFieldPanel
from wagtail.images import get_image_model_string
from wagtail.images.exceptions import InvalidFilterSpecError
from wagtail.images.models import (
    AbstractImage,
    AbstractRendition,
    Filter,
    Image,
    SourceImageIOError,
)
from wagtail.models import Page, PageViewRestriction
from wagtail.url_routing import RouteResult

from .admin_forms import PageCopyForm
from .fields import WebAddressField
from .links import FRONT_PAGE_DEPTH
from .outbox.models import OutgoingEmail
from .panels import SharingPanel
from .site_settings import SiteSettings
from .slugs import RESERVED_SLUGS
from .visibility import restrictions_of

__all__ = ["BasePage", "CreditedImage", "OutgoingEmail", "Rendition", "SiteSettings", "User"]


class User(AbstractUser):
    """Somebody who logs in: an editor, an author, an administrator."""

    # Raised to end all sessions of a user, as a change of the password does.
    session_version = models.PositiveIntegerField(default=0, editable=False)

    def get_session_auth_hash(self) -> str:
        """Return the hash that must stay the same for a session to remain valid."""
        return f"{super().get_session_auth_hash()}-{self.session_version}"

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """Yield the same for each of ``SECRET_KEY_FALLBACKS``."""
        for value in super().get_session_auth_fallback_hash():
            yield f"{value}-{self.session_version}"


class CreditedImage(AbstractImage):
    """A picture and whom to name for it. The credit is kept with the image and shown beside it."""

    class Licence(models.TextChoices):
        """Under which licence it may be shown; of the public ones readers get the terms."""

        CC0 = "zero/1.0", "CC0"
        CC_BY = "by/4.0", "CC BY 4.0"
        CC_BY_SA = "by-sa/4.0", "CC BY-SA 4.0"
        CC_BY_NC = "by-nc/4.0", "CC BY-NC 4.0"
        CC_BY_ND = "by-nd/4.0", "CC BY-ND 4.0"
        PERMISSION = "permission", _("with permission")
        RESERVED = "reserved", _("all rights reserved")

    credit = models.CharField(
        _("credit"),
        max_length=255,
        blank=True,
        help_text=_("Who made it, and where it comes from; shown wherever the image is."),
    )
    credit_url = WebAddressField(
        _("credit link"), blank=True, help_text=_("Where it was found, or its maker's page.")
    )
    licence = models.CharField(_("licence"), max_length=20, choices=Licence, blank=True)

    admin_form_fields = (*Image.admin_form_fields, "credit", "credit_url", "licence")

    class Meta(AbstractImage.Meta):
        verbose_name = _("image")
        verbose_name_plural = _("images")
        permissions = [("choose_image", "Can choose image")]

    @property
    def licence_url(self) -> str:
        """Where the terms of its licence are, which a public licence asks to be named."""
        if self.licence.startswith("zero/"):
            return f"https://creativecommons.org/publicdomain/{self.licence}/"
        if self.licence.startswith("by"):
            return f"https://creativecommons.org/licenses/{self.licence}/"
        return ""

    def create_renditions(self, *filters: Filter) -> dict[Filter, "Rendition"]:
        """Draw it at several sizes, one after the other.

        Wagtail draws three at once, each with the whole image in memory: of 50 million pixels that
        is a gigabyte.
        """
        return {filter: self.create_rendition(filter) for filter in filters}

    def generate_rendition_file(self, filter: Filter, *, source: File | None = None) -> File:
        """Return it as a filter has it.

        Raises SourceImageIOError for a file that is damaged, as Wagtail does where it is missing:
        so both are left out wherever they would be shown.
        """
        try:
            return super().generate_rendition_file(filter, source=source)
        except InvalidFilterSpecError:
            raise
        except Exception as error:
            # Decoders raise errors of many kinds.
            raise SourceImageIOError(f"{type(error).__name__}: {error}") from error


class Rendition(AbstractRendition):
    """An image at one size and in one format: a public file with an unguessable URL."""

    # Pages that are kept stay right when one is made, and not when it is deleted.
    is_shown_when_new = False

    image = models.ForeignKey(CreditedImage, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        unique_together = (("image", "filter_spec", "focal_point_key"),)

    def get_upload_to(self, filename: str) -> str:
        """Return Wagtail's path inside a folder for each image, whose name is secret."""
        folder, _slash, name = super().get_upload_to(filename).rpartition("/")
        key = salted_hmac("core.Rendition", str(self.image_id), algorithm="sha256").hexdigest()
        return f"{folder}/{key[:20]}/{name}"


class BasePage(Page):
    """A page with what search engines and social networks show of it."""

    social_image = models.ForeignKey(
        get_image_model_string(),
        verbose_name=_("social image"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Shown where the page is shared; at least 1200 × 630 pixels."),
    )
    social_title = models.CharField(
        _("social title"),
        max_length=120,
        blank=True,
        help_text=_("Left empty, it is the one for search engines."),
    )
    social_description = models.CharField(
        _("social description"),
        max_length=200,
        blank=True,
        help_text=_("Left empty, it is the one for search engines."),
    )

    # Others are refused before a page is rendered; a page with a form also accepts POST.
    allowed_http_methods = [HTTPMethod.GET, HTTPMethod.HEAD, HTTPMethod.OPTIONS]

    copy_form_class = PageCopyForm
    sharing_panels = [
        MultiFieldPanel(
            ["social_title", "social_description", "social_image", SharingPanel()],
            heading=_("Where it is shared"),
        )
    ]
    promote_panels = [*Page.promote_panels, *sharing_panels]

    class Meta:
        abstract = True

    def get_view_restrictions(self) -> QuerySet[PageViewRestriction]:
        """Return the view restrictions, including those above an alias's source."""
        if getattr(self, "may_be_restricted", True):
            return restrictions_of(self)
        return PageViewRestriction.objects.none()

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        if not path_components and self.alias_of_id and not self.alias_of.live:
            raise Http404
        return super().route(request, path_components)

    @cached_property
    def original(self) -> Page:
        """The page's source if it is an alias, else the page itself."""
        page: Page = self
        while page.alias_of_id:
            page = page.alias_of
        return page

    @property
    def original_id(self) -> int | None:
        """The primary key that the page shares with its source and with other aliases of it."""
        return self.alias_of_id or self.pk

    @property
    def primary_url(self) -> str | None:
        """The full URL of the page or, for an alias, of its source if that has one."""
        return self.original.full_url or self.full_url

    @cached_property
    def above(self) -> list[Page]:
        """The pages above it, from the front page down."""
        return list(Page.objects.filter(path__in=self.paths_above).order_by("path"))

    @property
    def paths_above(self) -> list[str]:
        """The places in the tree of the pages above it; its root is no page."""
        length = self.steplen
        ends = range(FRONT_PAGE_DEPTH * length, len(self.path) - length + 1, length)
        return [self.path[:end] for end in ends]

    @cached_property
    def is_published(self) -> bool:
        """Whether everyone may read it."""
        has_source = not self.alias_of_id or self.alias_of.live
        return self.live and has_source and not self.get_view_restrictions().exists()

    def clean(self) -> None:
        super().clean()
        try:
            self.validate_slug(self.slug)
        except ValidationError as error:
            raise ValidationError({"slug": error}) from error

    def validate_slug(self, slug: str) -> None:
        """Raise ValidationError for a slug that conflicts with a URL of the site itself."""
        if slug in RESERVED_SLUGS and self._may_lie_below_the_front_page():
            raise ValidationError(_("The site uses this address itself."))

    def _may_lie_below_the_front_page(self) -> bool:
        """Whether its address can be its slug alone, now or when it is moved."""
        parents = self.clean_parent_page_models()
        return any(Page in parent.clean_parent_page_models() for parent in parents)
