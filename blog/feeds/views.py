"""Answer with feeds. Private, unlisted and future posts are in none."""

from collections.abc import Callable
from datetime import datetime
from uuid import uuid5

from django.contrib.syndication.views import Feed
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.feedgenerator import Enclosure
from django.utils.html import escape
from django.views.decorators.http import conditional_page

from core.containment import attempt, filter_successful
from core.guards import read_only
from core.richtext import absolute_url
from core.routing import site_of
from core.text import without_controls

from ..models import PostPage
from ..models.preparing import prepare
from ..moved import follow
from ..standalone import as_html
from . import formats
from .enclosures import enclosures_of
from .sources import FindSource, Source

MOST_POSTS = 20


def feed_paths(route: str, find: FindSource) -> list[URLPattern]:
    """Return the addresses of the feeds of what is found at ``route``, one a format.

    They are not found where slugs could be: there is no dot in those.
    """
    return [
        path(f"{route}feed.{name}", _view(PostFeed(find, kind, f"feed.{name}")))
        for name, kind in formats.FORMATS.items()
    ]


def _view(feed: "PostFeed") -> Callable[..., HttpResponse]:
    """Answer 304 to who has the same already: by what it says, which a disclaimer changes, too."""
    return read_only(follow(feed.name)(conditional_page(feed)))


class PostFeed(Feed):
    """The latest posts of a source."""

    item_guid_is_permalink = False

    def __init__(self, find: FindSource, feed_type: type, name: str) -> None:
        self.find = find
        self.feed_type = feed_type
        self.name = name

    def get_object(self, request: HttpRequest, **where: str) -> Source:
        if site_of(request) is None:
            raise Http404("There is no site at this address.")
        return self.find(request, **where)

    def title(self, source: Source) -> str:
        return without_controls(source.title)

    def description(self, source: Source) -> str:
        return without_controls(source.description)

    def link(self, source: Source) -> str:
        return source.url

    def feed_url(self, source: Source) -> str:
        return source.url + self.name

    def author_name(self, source: Source) -> str:
        return without_controls(source.brand.name)

    def items(self, source: Source) -> list[PostPage]:
        posts = [post for post in source.posts.latest_first()[:MOST_POSTS] if post.full_url]
        if not attempt(lambda: prepare(posts, with_surroundings=True), source.name):
            posts = filter_successful(posts, lambda post: prepare([post], with_surroundings=True))
        return filter_successful(posts, _fill)

    def item_title(self, post: PostPage) -> str:
        return without_controls(post.title)

    def item_description(self, post: PostPage) -> str:
        return escape(without_controls(post.excerpt))

    def item_link(self, post: PostPage) -> str:
        return post.full_url

    def item_guid(self, post: PostPage) -> str:
        """Return what stays the same when the post is renamed or moved (RFC 4287, 4.2.6).

        An alias has that of its source.
        """
        original = post.original
        return uuid5(original.translation_key, str(original.locale_id)).urn

    def item_pubdate(self, post: PostPage) -> datetime:
        return post.first_published_at

    def item_updateddate(self, post: PostPage) -> datetime:
        return post.last_published_at or post.first_published_at

    def item_categories(self, post: PostPage) -> list[str]:
        return [without_controls(topic.name) for topic in post.filed_under]

    def item_enclosures(self, post: PostPage) -> list[Enclosure]:
        return post.in_feed.pop("enclosures")

    def item_extra_kwargs(self, post: PostPage) -> dict[str, object]:
        return post.in_feed


def _fill(post: PostPage) -> None:
    """Render the parts of a post's feed item, so that a post that fails can be left out."""
    post.in_feed = {
        "content": as_html(post),
        "summary": without_controls(post.excerpt),
        "authors": [
            {
                "name": without_controls(author.full_name),
                "url": absolute_url(author.get_absolute_url()),
            }
            for author in post.authors
        ],
        "enclosures": enclosures_of(post),
    }
