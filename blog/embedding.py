"""Learn what there is to know of a video or recording elsewhere, once, while a post is written.

Nothing of the provider's own code comes near a page: of the HTML that it offers, only the address
of its player is kept, and that is not loaded before a reader asks for it.
"""

from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from django.core.files.base import ContentFile
from lxml import etree, html
from PIL import Image
from wagtail.embeds.embeds import get_finder_for_embed

from core.oembed import ProviderUnavailable, fetch

from .models import Embed

WIDTH = 1280
# The same players, without cookies before something is played.
_QUIETER = {"www.youtube.com": "www.youtube-nocookie.com"}


def look_up(url: str) -> Embed:
    """Return what is known of an address; ask its provider where nothing is.

    Raises EmbedUnsupportedProviderException where nobody may be asked about it,
    EmbedNotFoundException where the provider shows nothing there, and ProviderUnavailable where the
    provider does not answer.
    """
    known = Embed.objects.filter(url=url).first()
    return known or _kept(url, get_finder_for_embed(url, max_width=WIDTH))


def _kept(url: str, said: dict[str, Any]) -> Embed:
    embed, _ = Embed.objects.update_or_create(
        url=url,
        defaults={
            "title": _words(said.get("title"), 255),
            "provider": _words(said.get("provider_name"), 100),
            "player_url": _player(said.get("html")),
            "width": _pixels(said.get("width")),
            "height": _pixels(said.get("height")),
        },
    )
    if poster := _poster(said.get("thumbnail_url")):
        embed.poster.save(f"{embed.pk}.jpg", ContentFile(poster))
    return embed


def _words(text: Any, most: int) -> str:
    return " ".join(str(text or "").split())[:most]


def _pixels(number: Any) -> int | None:
    return int(number) if str(number).isdecimal() and 0 < int(number) < 10_000 else None


def _player(source: Any) -> str:
    """Return the address of the frame that the provider would have on the page; empty if none."""
    try:
        frames = html.fragment_fromstring(str(source or ""), create_parent="div").iter("iframe")
    except etree.LxmlError:
        return ""
    frame = next(frames, None)
    address = urlsplit(frame.get("src", "")) if frame is not None else None
    if not address or address.scheme != "https" or len(address.geturl()) > 1000:
        return ""
    return address._replace(netloc=_QUIETER.get(address.netloc, address.netloc)).geturl()


def _poster(url: Any) -> bytes | None:
    """Return the provider's still picture as a JPEG; None where there is none that can be read."""
    if urlsplit(str(url or "")).scheme not in ("http", "https"):
        return None
    try:
        picture = Image.open(BytesIO(fetch(url))).convert("RGB")
        picture.thumbnail((WIDTH, WIDTH))
    except (ProviderUnavailable, OSError, ValueError, Image.DecompressionBombError):
        return None
    file = BytesIO()
    picture.save(file, "JPEG", quality=82, optimize=True)
    return file.getvalue()
