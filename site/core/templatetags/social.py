"""What is told of a page where it is shared."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import template
from django.urls import reverse
from wagtail.images.shortcuts import get_rendition_or_not_found
from wagtail.models import Page, Site

from core.models import CreditedImage, SiteSettings
from core.richtext import absolute_url
from core.social_cards import HEIGHT, WIDTH, Card

register = template.Library()


@dataclass(frozen=True)
class SharedImage:
    """The picture that is shown where a page is shared. Its sides are in pixels."""

    url: str
    alt: str
    width: int = WIDTH
    height: int = HEIGHT


@register.simple_tag(takes_context=True)
def shared_image(
    context: Mapping[str, Any], image: CreditedImage | None, alt: str = ""
) -> SharedImage | None:
    """Return an image in the size for sharing; where there is none, the card of the page.

    ``alt`` says what the image shows, where its own description does not. What is no page in the
    tree has the card of the front page. None where there is no site.
    """
    if image:
        made = get_rendition_or_not_found(image, "fill-1200x630|format-jpeg")
        if made.width:
            alt = alt or image.default_alt_text
            return SharedImage(absolute_url(made.url), alt, made.width, made.height)
    page = context.get("page")
    if not isinstance(page, Page):
        site = Site.find_for_request(context.get("request"))
        page = site.root_page if site else None
    return card_of(page, context["brand"]) if page and page.pk else None


def card_of(page: Page, brand: SiteSettings) -> SharedImage:
    """Return the card of a page, which is drawn when it is asked for."""
    card = Card.of(page, brand)
    return SharedImage(absolute_url(reverse("social_card", args=[page.pk, card.key])), card.title)
