"""Learn what there is to know of a video or recording elsewhere, while a post is written and later.

Nothing of the provider's own code comes near a page: of the HTML that it offers, only the address
of its player is kept, and that is not loaded before a reader asks for it.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from django.core.files.base import ContentFile
from django.db.models.fields.files import ImageFieldFile
from lxml import etree, html
from PIL import Image
from wagtail.embeds.embeds import get_finder_for_embed
from wagtail.embeds.exceptions import EmbedNotFoundException, EmbedUnsupportedProviderException

from core.image_formats import IMAGE_FORMATS
from core.oembed import ProviderUnavailable, fetch
from core.text import without_controls
from core.web_urls import host_of, parse_url

from .models import Embed

WIDTH = 1280
# What a provider said is believed for so long.
KEPT = timedelta(days=30)
# The same players, without cookies before something is played.
_QUIETER = {"www.youtube.com": "www.youtube-nocookie.com"}


def look_up(url: str, now: datetime) -> Embed:
    """Return what is known of an address; ask its provider where nothing is, or it is old.

    What was there once is a link when it is gone.

    Raises EmbedUnsupportedProviderException where nobody may be asked about it,
    EmbedNotFoundException where the provider shows nothing there, and ProviderUnavailable where the
    provider does not answer.
    """
    known = Embed.objects.filter(url=url).first()
    if known is None:
        return _ask(url, now)
    if known.asked_at <= now - KEPT:
        with suppress(ProviderUnavailable):
            return ask_again(known, now)
    return known


def ask_again(embed: Embed, now: datetime) -> Embed:
    """Return what the provider says now of something that is known.

    Raises ProviderUnavailable where it does not answer.
    """
    try:
        return _ask(embed.url, now)
    except EmbedNotFoundException:
        embed.is_gone, embed.player_url, embed.poster = True, "", ""
    except EmbedUnsupportedProviderException:
        pass
    embed.asked_at = now
    embed.save()
    return embed


def ask_about_old(now: datetime) -> None:
    """Ask again about everything that is old; a provider that is silent is left for another day."""
    silent = set()
    for embed in Embed.objects.filter(asked_at__lte=now - KEPT).order_by("asked_at"):
        host = host_of(embed.url)
        if host not in silent:
            try:
                ask_again(embed, now)
            except ProviderUnavailable:
                silent.add(host)


def _ask(url: str, now: datetime) -> Embed:
    said = get_finder_for_embed(url, max_width=WIDTH)
    embed, _ = Embed.objects.update_or_create(
        url=url,
        defaults={
            "title": _words(said.get("title"), 255),
            "provider": _words(said.get("provider_name"), 100),
            "player_url": _player(said.get("html")),
            "width": _pixels(said.get("width")),
            "height": _pixels(said.get("height")),
            "is_gone": False,
            "asked_at": now,
        },
    )
    poster = _poster(said.get("thumbnail_url"))
    # Another picture gets another name: mails that were sent show the one before.
    if poster and poster != _content(embed.poster):
        embed.poster.save(f"{embed.pk}.jpg", ContentFile(poster))
    return embed


def _words(text: Any, most: int) -> str:
    return " ".join(without_controls(str(text or "")).split())[:most]


def _pixels(number: Any) -> int | None:
    return int(number) if str(number).isdecimal() and 0 < int(number) < 10_000 else None


def _player(source: Any) -> str:
    """Return the address of the frame that the provider would have on the page; empty if none."""
    try:
        frames = html.fragment_fromstring(str(source or ""), create_parent="div").iter("iframe")
    except etree.LxmlError:
        return ""
    frame = next(frames, None)
    address = parse_url(frame.get("src", "")) if frame is not None else None
    if not address or address.scheme != "https" or len(address.geturl()) > 1000:
        return ""
    return address._replace(netloc=_QUIETER.get(address.netloc, address.netloc)).geturl()


def _content(file: ImageFieldFile) -> bytes:
    """Return what is in a file; nothing where there is none."""
    with suppress(ValueError, OSError), file.open() as opened:
        return opened.read()
    return b""


def _poster(url: Any) -> bytes | None:
    """Return the provider's still picture as a JPEG; None where there is none that can be read."""
    if parse_url(str(url or "")).scheme not in ("http", "https"):
        return None
    try:
        picture = Image.open(BytesIO(fetch(url)), formats=IMAGE_FORMATS).convert("RGB")
        picture.thumbnail((WIDTH, WIDTH))
    except Exception:
        # Decoders raise errors of many kinds.
        return None
    file = BytesIO()
    picture.save(file, "JPEG", quality=82, optimize=True)
    return file.getvalue()
