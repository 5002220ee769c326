"""The menu of the site, and addresses within a page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import template
from django.utils.text import slugify
from wagtail.models import Page, Site

register = template.Library()


@dataclass(frozen=True)
class MenuItem:
    """An entry of the menu. ``current`` is the value of its ``aria-current``, empty elsewhere."""

    title: str
    url: str
    current: str


@register.simple_tag(takes_context=True)
def main_menu(context: Mapping[str, Any]) -> list[MenuItem]:
    """Return the pages below the home page that everyone may see and that belong in menus."""
    request = context.get("request")
    site = Site.find_for_request(request)
    if site is None:
        return []
    here = context.get("page")
    pages = site.root_page.get_children().live().public().in_menu()
    return [MenuItem(page.title, page.get_url(request), _current(page, here)) for page in pages]


@register.filter
def anchor(text: str) -> str:
    """Return the id of a heading; empty where the text has no letter or digit.

    It has a prefix, so that no heading takes the id of a part of the page.
    """
    slug = slugify(text, allow_unicode=True)
    return f"on-{slug}" if slug else ""


def _current(page: Page, here: Any) -> str:
    """Return "page" on the page itself and "true" below it (WAI-ARIA 1.2, aria-current)."""
    if not isinstance(here, Page) or not here.path.startswith(page.path):
        return ""
    return "page" if here.pk == page.pk else "true"
