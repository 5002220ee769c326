"""Images for ``components/image.html`` and ``components/figure.html``."""

from collections.abc import Sequence

from django import template

from core.models import CreditedImage, Rendition
from core.pictures import Picture, picture_of

register = template.Library()


@register.simple_tag
def picture(image: CreditedImage | None, pattern: str) -> Picture | None:
    """Return an image at the sizes of a pattern, as ``width-{480,800}``."""
    return picture_of(image, pattern) if image else None


@register.filter
def srcset(renditions: Sequence[Rendition]) -> str:
    """Return the value of the attribute; an image that is small has fewer widths than asked for."""
    widths = {rendition.width: rendition.url for rendition in renditions}
    return ", ".join(f"{url} {width}w" for width, url in widths.items())
