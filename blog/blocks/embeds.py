from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.embeds.exceptions import EmbedNotFoundException, EmbedUnsupportedProviderException
from wagtail.images.blocks import ImageChooserBlock

from core.channels import ChannelBlock
from core.oembed import ProviderUnavailable
from core.web_urls import host_of

if TYPE_CHECKING:
    from ..models import Embed


class EmbedValue(blocks.StructValue):
    """Something that is shown elsewhere."""

    @cached_property
    def embed(self) -> "Embed | None":
        """What its provider said of it; None where nothing is known."""
        from ..models import Embed

        return Embed.objects.filter(url=self.get("url")).first()

    @property
    def name(self) -> str:
        """What it is called: here, else by its provider, else its address."""
        return self.get("title") or str(self.embed or self["url"])

    @property
    def provider(self) -> str:
        """Who shows it."""
        return (self.embed and self.embed.provider) or host_of(self["url"])


class EmbedBlock(ChannelBlock, blocks.StructBlock):
    """A video or recording of another site. Nothing of it is loaded before a reader asks for it."""

    url = blocks.URLBlock(
        label=_("Address"),
        max_length=500,
        help_text=_("Of its page, as it stands in the browser, on YouTube, Vimeo or the like."),
    )
    title = blocks.CharBlock(
        label=_("Title"),
        required=False,
        max_length=255,
        help_text=_("Left empty, its title there is shown."),
    )
    poster = ImageChooserBlock(
        label=_("Poster"),
        required=False,
        help_text=_("Shown until a reader plays it. Left empty, it is the picture shown there."),
    )
    caption = blocks.RichTextBlock(
        label=_("Caption"),
        required=False,
        features=["bold", "italic", "link"],
        help_text=_("Such as where to read what is said in it."),
    )

    def clean(self, value: EmbedValue) -> EmbedValue:
        """Return the value cleaned, its provider having been asked.

        Raises where it may not be embedded or is not there; and where its provider does not answer,
        unless there is a title to show meanwhile. A draft may have any address.
        """
        value = super().clean(value)
        problem = _problem(value) if value["url"] else ""
        if problem and not self.is_deferred_validation:
            raise StructBlockValidationError({"url": ValidationError(problem)})
        return value

    def get_preview_value(self) -> EmbedValue:
        from ..models import Embed

        value = self.normalize({"url": "https://video.example.org/watch?v=1&t=2"})
        value.embed = Embed(title="Ten minutes of rain on a tent", provider="Slow Channel")
        return value

    class Meta:
        icon = "media"
        label = _("Video or recording elsewhere")
        description = _("A video or recording of another site; loaded when a reader plays it.")
        value_class = EmbedValue


def _problem(value: EmbedValue) -> str:
    """Return why something cannot be embedded; empty where it can."""
    from ..embedding import look_up

    site = {"site": host_of(value["url"])}
    try:
        look_up(value["url"], timezone.now())
    except EmbedUnsupportedProviderException:
        return _("Nothing is embedded from this address of %(site)s. Link to it instead.") % site
    except EmbedNotFoundException:
        return _("%(site)s has nothing to embed there. Is the address right, and public?") % site
    except ProviderUnavailable:
        if not value["title"]:
            return (
                _("%(site)s does not answer now. Give it a title, and it is linked to meanwhile.")
                % site
            )
    return ""
