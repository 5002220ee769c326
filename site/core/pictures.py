"""Pictures at several widths, in the formats that browsers are offered: AVIF, else WebP.

AVIF is smaller by a quarter and takes five times as long to draw. So readers' requests never draw
it: the worker does (``drawing``), and pages offer what is there.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache

from wagtail.images.models import Filter
from wagtail.images.shortcuts import get_renditions_or_not_found

from .models import CreditedImage, Rendition

logger = logging.getLogger(__name__)

_is_drawing = ContextVar("_is_drawing", default=False)


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
    token = _is_drawing.set(True)
    try:
        yield
    finally:
        _is_drawing.reset(token)


def picture_of(image: CreditedImage, pattern: str) -> Picture:
    """Return an image at the sizes of a pattern of Wagtail's, as ``width-{480,800}``.

    Those in WebP are drawn if they have not been. They have no width where the file cannot be
    read.
    """
    webp, avif = _filters(pattern, "webp"), _filters(pattern, "avif")
    if _is_drawing.get():
        return _drawn(image, webp, avif)
    made = get_renditions_or_not_found(image, webp)
    return Picture(list(made.values()), _existing(image, avif))


@cache
def _filters(pattern: str, kind: str) -> tuple[Filter, ...]:
    """Return one for each size; patterns stand in templates, so they are few."""
    return tuple(Filter(spec=spec) for spec in Filter.expand_spec([pattern, f"format-{kind}"]))


def _existing(image: CreditedImage, filters: Sequence[Filter]) -> list[Rendition]:
    """Return those of an image whose renditions came with it, all or none: it asks no database."""
    if not hasattr(image, "prefetched_renditions"):
        return []
    found = image.find_existing_renditions(*filters)
    return [found[it] for it in filters] if len(found) == len(filters) else []


def _drawn(image: CreditedImage, webp: Sequence[Filter], avif: Sequence[Filter]) -> Picture:
    try:
        made = image.get_renditions(*webp, *avif)
    except Exception:
        # Whatever is wrong with one file, the other pictures of the page are drawn.
        logger.exception("Image %s could not be drawn", image.pk)
        return Picture([])
    return Picture(list(made.values())[: len(webp)])
