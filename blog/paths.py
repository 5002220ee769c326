"""Find pages by their paths, for what lies beside them: feeds and Markdown."""

from typing import TypeVar

from django.http import HttpRequest
from wagtail.models import Site
from wagtail.query import PageQuerySet

Pages = TypeVar("Pages", bound=PageQuerySet)


def page_at(request: HttpRequest, path: str, pages: Pages) -> Pages:
    """Return that of ``pages``, if any, whose address is a path below the front page asked for."""
    site = Site.find_for_request(request)
    if site is None:
        return pages.none()
    return pages.filter(url_path=f"{site.root_page.localized.url_path}{path}/")
