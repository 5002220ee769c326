"""Paths in addresses, and the pages at them, for what lies beside these: feeds and Markdown."""

from typing import TypeVar

from django.http import HttpRequest
from django.urls.converters import StringConverter
from wagtail.models import Site
from wagtail.query import PageQuerySet

Pages = TypeVar("Pages", bound=PageQuerySet)


class PagePath(StringConverter):
    """A path in addresses: slugs, one below the other."""

    regex = r"[\w-]+(?:/[\w-]+)*"


class TagSlug(StringConverter):
    """The slug of a tag, which another package makes; databases refuse to look for a null."""

    regex = r"[^/\x00]+"


def page_at(request: HttpRequest, path: str, pages: Pages) -> Pages:
    """Return that of ``pages``, if any, whose address is a path below the front page asked for."""
    site = Site.find_for_request(request)
    if site is None:
        return pages.none()
    return pages.filter(url_path=f"{site.root_page.localized.url_path}{path}/")
