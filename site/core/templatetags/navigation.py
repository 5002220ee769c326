"""The menus of the site."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.translation import get_language
from wagtail.models import Page, Site

from core.links import Link, menu_links, page_link
from core.page_cache.memory import kept_in_memory
from core.routing import site_of
from core.visibility import is_open_to_all

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
        return menu_links(brand.menu, brand.frame.pages, request, here)
    site = site_of(request) if request else None
    if site is None:
        return []
    key = ("menu", site.pk, get_language())
    pages = kept_in_memory(request, key, lambda: _pages_in_menu(site))
    return [page_link(page, request, here) for page in pages]


@register.simple_tag(takes_context=True)
def footer_menu(context: Mapping[str, Any]) -> list[Link]:
    """Return the links of the footer's menu that everyone may follow."""
    brand = context.get("brand")
    if not brand:
        return []
    request, here = context.get("request"), context.get("page")
    return menu_links(brand.footer_menu, brand.frame.pages, request, here)


def _pages_in_menu(site: Site) -> list[Page]:
    front = site.root_page.localized
    return list(front.get_children().live().filter(is_open_to_all()).in_menu())
