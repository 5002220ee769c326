"""The menus of the site."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.http import HttpRequest
from wagtail.blocks import StreamValue
from wagtail.models import Site

from core.languages import in_this_language, is_first_language
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
    pages = site.root_page.localized.get_children().live().public().in_menu()
    return [page_link(page, request, here) for page in pages]


@register.simple_tag(takes_context=True)
def footer_menu(context: Mapping[str, Any]) -> list[Link]:
    """Return the links of the footer's menu that everyone may follow."""
    brand = context.get("brand")
    if not brand:
        return []
    return _links(brand.footer_menu, context.get("request"), context.get("page"))


def _links(menu: StreamValue, request: HttpRequest | None, here: Any) -> list[Link]:
    links = [block.value for block in menu]
    if not is_first_language():
        links = [_elsewhere(link) for link in links]
    return open_links(links, request, here)


def _elsewhere(link: Mapping[str, Any]) -> dict[str, Any]:
    """Return a link of the settings, which all languages share, for readers of another than theirs.

    A page has its own title then.
    """
    label = "" if link["page"] else link["label"]
    return {"page": link["page"], "label": label, "url": in_this_language(link["url"] or "")}
