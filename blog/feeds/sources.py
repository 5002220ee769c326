"""What feeds are of: the whole site, a section, a topic, a series, a tag, an author."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse

from core.models import SiteSettings
from core.richtext import absolute_url
from core.visibility import is_open_to_all

from ..models import Author, BlogIndexPage, PostPage, Series, Topic
from ..paths import page_at
from ..querysets import PostQuerySet, tags_of


@dataclass(frozen=True)
class Source:
    """Posts that belong together, and the page that lists them.

    ``url`` is the page's whole address; that of each of its feeds is the same with a name behind.
    """

    name: str
    description: str
    url: str
    posts: PostQuerySet
    brand: SiteSettings

    @property
    def title(self) -> str:
        """The name, and whose it is."""
        brand = self.brand.name
        return brand if self.name == brand else f"{self.name} · {brand}"


FindSource = Callable[..., Source]


def site(request: HttpRequest) -> Source:
    """Return all posts."""
    brand = SiteSettings.for_request(request)
    url = absolute_url(reverse("wagtail_serve", args=[""]))
    posts = PostPage.objects.listed().in_this_language()
    return Source(brand.name, brand.tagline, url, posts, brand)


def section(request: HttpRequest, section: str) -> Source:
    """Return the posts of a section, given its path. Raises Http404 where not all may see it."""
    sections = BlogIndexPage.objects.live().filter(is_open_to_all())
    page = get_object_or_404(page_at(request, section, sections))
    brand = SiteSettings.for_request(request)
    posts = PostPage.objects.in_section(page).listed().each_once()
    return Source(page.title, page.intro, page.full_url, posts, brand)


def topic(request: HttpRequest, slug: str) -> Source:
    """Return the posts filed under a topic. Raises Http404 where there is none."""
    topic = get_object_or_404(Topic, slug=slug)
    brand = SiteSettings.for_request(request)
    posts = PostPage.objects.listed().in_this_language().on_topic(topic)
    url = absolute_url(topic.get_absolute_url())
    return Source(topic.name, topic.description, url, posts, brand)


def series(request: HttpRequest, slug: str) -> Source:
    """Return the posts of a series. Raises Http404 where there is none."""
    series = get_object_or_404(Series, slug=slug)
    brand = SiteSettings.for_request(request)
    posts = PostPage.objects.listed().in_this_language().of_series(series)
    url = absolute_url(series.get_absolute_url())
    return Source(series.name, series.description, url, posts, brand)


def tag(request: HttpRequest, slug: str) -> Source:
    """Return the posts with a tag. Raises Http404 where no reader could come upon one."""
    posts = PostPage.objects.listed().in_this_language()
    tag = get_object_or_404(tags_of(posts), slug=slug)
    brand = SiteSettings.for_request(request)
    url = absolute_url(reverse("tag", args=[tag.slug]))
    return Source(tag.name, "", url, posts.tagged(tag), brand)


def author(request: HttpRequest, slug: str) -> Source:
    """Return the posts of an author. Raises Http404 where there is none."""
    author = get_object_or_404(Author, slug=slug)
    brand = SiteSettings.for_request(request)
    posts = PostPage.objects.listed().in_this_language().by_author(author)
    url = absolute_url(author.get_absolute_url())
    return Source(author.full_name, author.summary, url, posts, brand)
