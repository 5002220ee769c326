"""The map of the site for search engines (sitemaps.org): all that they are to find, and no more."""

from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps import views as sitemap_views
from django.db import models
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from taggit.models import Tag
from wagtail.contrib.sitemaps import Sitemap as PageSitemap
from wagtail.models import Page, Site

from core.guards import read_only
from core.routing import site_of
from core.visibility import is_open_to_all

from . import archive
from .models import Author, PostPage, Series, Topic
from .querysets import POSTS_OF_TAG
from .recommending import posts_by_book

_BASE = urlsplit(settings.BASE_URL)


class Pages(PageSitemap):
    """List pages in the language of the sitemap's URL, without aliases: only sources are listed."""

    def get_wagtail_site(self) -> Site:
        site = super().get_wagtail_site()
        site.root_page = site.root_page.localized
        return site

    def items(self) -> models.QuerySet:
        pages = Page.objects.descendant_of(self.get_wagtail_site().root_page, inclusive=True)
        public = pages.live().filter(is_open_to_all(), alias_of=None)
        return public.order_by("path").defer_streamfields().specific()


class _Listings(Sitemap):
    """What posts are gathered under; changed when the latest change to one of them was."""

    protocol = _BASE.scheme
    model: type[models.Model]
    posts: str

    def get_domain(self, site: object = None) -> str:
        return _BASE.netloc

    def items(self) -> models.QuerySet:
        listed = PostPage.objects.listed().in_this_language().values("pk")
        things = self.model.objects.filter(**{f"{self.posts}__in": listed})
        return things.annotate(changed=Max(f"{self.posts}__last_published_at")).order_by("pk")

    def lastmod(self, thing: models.Model) -> datetime:
        return thing.changed


class Authors(_Listings):
    model, posts = Author, "bylines__post"


class Topics(_Listings):
    model, posts = Topic, "posts"


class SeriesOfPosts(_Listings):
    model, posts = Series, "posts"


class Tags(_Listings):
    model, posts = Tag, POSTS_OF_TAG

    def location(self, tag: Tag) -> str:
        return reverse("tag", args=[tag.slug])


class Books(_Listings):
    """The page of the books, once there are some."""

    def items(self) -> list[list[PostPage]]:
        posts = [post for posts in posts_by_book().values() for post in posts]
        return [posts] if posts else []

    def location(self, posts: list[PostPage]) -> str:
        return reverse("books")

    def lastmod(self, posts: list[PostPage]) -> datetime:
        return max(post.last_published_at for post in posts)


class Months(_Listings):
    """The months of the archive."""

    def items(self) -> list[archive.Month]:
        return archive.months()

    def location(self, month: archive.Month) -> str:
        return month.get_absolute_url()

    def lastmod(self, month: archive.Month) -> datetime:
        return month.changed


class Indexes(_Listings):
    """The pages that list what posts are gathered under, once there are posts."""

    def items(self) -> list[tuple[str, datetime]]:
        posts = PostPage.objects.listed().in_this_language()
        with_tags = models.Q(tagged_items__isnull=False)
        changed = posts.aggregate(
            any=Max("last_published_at"), tagged=Max("last_published_at", filter=with_tags)
        )
        names = {"archive": "any", "authors": "any", "topics": "any", "tags": "tagged"}
        return [(name, changed[which]) for name, which in names.items() if changed[which]]

    def location(self, index: tuple[str, datetime]) -> str:
        return reverse(index[0])

    def lastmod(self, index: tuple[str, datetime]) -> datetime:
        return index[1]


LISTINGS = {
    "authors": Authors,
    "topics": Topics,
    "series": SeriesOfPosts,
    "tags": Tags,
    "books": Books,
    "months": Months,
    "indexes": Indexes,
}


@read_only
def index(request: HttpRequest) -> HttpResponse:
    """Answer with the addresses of the maps that hold something."""
    maps = {name: each for name, each in _maps(request).items() if each.paginator.count}
    return sitemap_views.index(request, maps)


@read_only
def sitemap(request: HttpRequest, section: str) -> HttpResponse:
    """Answer with one map. Raises Http404 where there is none of that name."""
    return sitemap_views.sitemap(request, _maps(request), section)


def _maps(request: HttpRequest) -> dict[str, Sitemap]:
    """Return the sitemaps by name. Raises Http404 if there is no site."""
    if site_of(request) is None:
        raise Http404("There is no site at this address.")
    return {"pages": Pages(request), **{name: kind() for name, kind in LISTINGS.items()}}
