"""Pictures at several widths, in the formats that browsers are offered: AVIF, else WebP.

AVIF is smaller by a quarter and takes five times as long to draw. So readers' requests never draw
it: a worker does (``drawing``), and pages offer what is there. Pages that are kept are given up
once something is drawn that they do not offer yet.
"""

import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache

from django.db.models import Exists, OuterRef, Value
from django.db.models.functions import Replace
from wagtail.images.models import Filter
from wagtail.images.shortcuts import get_renditions_or_not_found

from .models import CreditedImage, Rendition
from .page_cache.purging import purge_on_commit

logger = logging.getLogger(__name__)

# While something is drawn: the images of which something was drawn that was not there before.
_drawn: ContextVar[list[CreditedImage] | None] = ContextVar("_drawn", default=None)


@dataclass(frozen=True)
class Picture:
    """An image at several widths: in WebP, and in AVIF where all of those are drawn."""

    renditions: Sequence[Rendition]
    avif: Sequence[Rendition] = ()


@contextmanager
def drawing() -> Iterator[None]:
    """While it lasts, what is rendered draws its pictures in every format, as far as they can be.

    A picture that cannot be drawn is logged and left out.
    """
    if _drawn.get() is not None:
        yield
        return
    token = _drawn.set([])
    try:
        yield
        if _drawn.get():
            purge_on_commit()
    finally:
        _drawn.reset(token)


def picture_of(image: CreditedImage, pattern: str) -> Picture:
    """Return an image at the sizes of a pattern of Wagtail's, as ``width-{480,800}``.

    Those in WebP are drawn if they have not been. They have no width where the file cannot be
    read.
    """
    webp, avif = _filters(pattern, "webp"), _filters(pattern, "avif")
    if _drawn.get() is not None:
        return Picture(_draw(image, [*webp, *avif])[: len(webp)])
    made = get_renditions_or_not_found(image, webp)
    return Picture(list(made.values()), _existing(image, avif))


def draw_again(image: CreditedImage, specs: Sequence[str]) -> None:
    """Draw an image as it had been drawn before; what is there stays as it is."""
    with drawing():
        _draw(image, [Filter(spec=spec) for spec in specs])


def wanting_avif() -> dict[int, list[str]]:
    """Return the numbers of images that readers were shown as WebP alone, and how AVIF is drawn."""
    avif = Replace(OuterRef("filter_spec"), Value("webp"), Value("avif"))
    same = Rendition.objects.filter(
        image=OuterRef("image"), focal_point_key=OuterRef("focal_point_key"), filter_spec=avif
    )
    alone = Rendition.objects.filter(~Exists(same), filter_spec__endswith="|format-webp")
    specs: dict[int, list[str]] = defaultdict(list)
    for image, spec in alone.values_list("image", "filter_spec"):
        specs[image].append(spec.replace("webp", "avif"))
    return specs


@cache
def _filters(pattern: str, kind: str) -> tuple[Filter, ...]:
    """Return one for each size; patterns stand in templates, so they are few."""
    return tuple(Filter(spec=spec) for spec in Filter.expand_spec([pattern, f"format-{kind}"]))


def _existing(image: CreditedImage, filters: Sequence[Filter]) -> list[Rendition]:
    """Return those of an image whose renditions came with it, all or none: it asks no database."""
    if image._get_prefetched_renditions() is None:
        return []
    found = image.find_existing_renditions(*filters)
    return [found[it] for it in filters] if len(found) == len(filters) else []


def _draw(image: CreditedImage, filters: Sequence[Filter]) -> list[Rendition]:
    """Return an image as filters have it, drawn if it has not been; nothing if it cannot be."""
    is_new = len(image.find_existing_renditions(*filters)) < len(filters)
    try:
        renditions = image.get_renditions(*filters)
    except Exception:
        # Whatever is wrong with one file, the other pictures of the page are drawn.
        logger.exception("Image %s could not be drawn", image.pk)
        return []
    if is_new:
        _drawn.get().append(image)
    return list(renditions.values())
