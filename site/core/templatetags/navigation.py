"""The menus of the site."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.http import HttpRequest
from wagtail.blocks import StreamValue
from wagtail.models import Site

from core.links import Link, open_links, page_link

register = template.Library()


@register.simple_tag(takes_context=True)
def main_menu(context: Mapping[str, Any]) -> list[Link]:
    """Return the links of the main menu that everyone may follow.

    Where the site's settings have none, they are those to the pages below the home page that belong
    in menus.
    """
    request, here = context.get("request"), context.get("page")
    brand = context.get("brand")
    if brand and brand.menu:
        return _links(brand.menu, request, here)
    site = Site.find_for_request(request)
    if site is None:
        return []
    pages = site.root_page.get_children().live().public().in_menu()
    return [page_link(page, request, here) for page in pages]


@register.simple_tag(takes_context=True)
def footer_menu(context: Mapping[str, Any]) -> list[Link]:
    """Return the links of the footer's menu that everyone may follow."""
    brand = context.get("brand")
    if not brand:
        return []
    return _links(brand.footer_menu, context.get("request"), context.get("page"))


def _links(menu: StreamValue, request: HttpRequest | None, here: Any) -> list[Link]:
    return open_links([block.value for block in menu], request, here)
