"""Lead on from where Ghost and WordPress have feeds and listings, so that who follows them stays.

That is asked only where nothing of this site is, and no redirect of an editor's.
"""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse
from taggit.models import Tag

from core.visibility import is_open_to_all

from .models import Author, BlogIndexPage, PostPage, Topic
from .paths import page_at
from .querysets import tags_of

_PATH = re.compile(r"[\w/-]{1,500}")
# WordPress has a feed for each format, and Ghost one.
_FEED = re.compile(r"(?:^|/)(?:rss|feed)(?:/(?:rss2?|rdf|(?P<format>atom|json)))?$")
_PAGE = re.compile(r"/page/\d+$")


def lead_on(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Lead on from addresses of other systems (a middleware)."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        is_missing = response.status_code == 404 and request.method in ("GET", "HEAD")
        address = _address_here(request) if is_missing else None
        return HttpResponsePermanentRedirect(address) if address else response

    return answer


def _address_here(request: HttpRequest) -> str | None:
    """Return where here is what another system has at an address; None where it is nothing."""
    path = request.path.strip("/")
    if not _PATH.fullmatch(path):
        return None
    feed = _FEED.search(path)
    place = _PAGE.sub("", _FEED.sub("", path))
    kind, _, below = place.partition("/")
    address = _LISTINGS[kind](request, below) if below and kind in _LISTINGS else None
    if address is None and feed:
        address = _section(request, place)
    if address is None or not feed:
        return address
    return f"{address}feed.{feed['format'] or 'rss'}"


def _author(request: HttpRequest, path: str) -> str | None:
    author = Author.objects.filter(slug=path).first()
    return author.get_absolute_url() if author else None


def _topic_or_tag(request: HttpRequest, path: str) -> str | None:
    if topic := Topic.objects.filter(slug=path).first():
        return topic.get_absolute_url()
    tags = tags_of(PostPage.objects.listed().in_this_language())
    tag: Tag | None = tags.filter(slug=path).first()
    return reverse("tag", args=[tag.slug]) if tag else None


def _category(request: HttpRequest, path: str) -> str | None:
    """Return where a category is, which may lie in another: as a topic, a tag or a section."""
    return _topic_or_tag(request, path.rpartition("/")[2]) or _section(request, path)


def _section(request: HttpRequest, path: str) -> str | None:
    """Return where a section is; of no path, the front page."""
    if not path:
        return reverse("wagtail_serve", args=[""])
    sections = BlogIndexPage.objects.live().filter(is_open_to_all())
    section = page_at(request, path, sections).first()
    return section.get_url(request) if section else None


_LISTINGS = {"author": _author, "tag": _topic_or_tag, "category": _category}
