"""The vocabulary of which posts: each rule stands here once."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.utils.timezone import make_aware
from taggit.models import Tag
from wagtail.query import PageQuerySet

from core.aliases import each_once, is_first_in_language
from core.languages import pages_to_read
from core.visibility import is_open_to_all

if TYPE_CHECKING:
    from blog.models import Author, BlogIndexPage, Series, Topic

# How a tag, which is not ours, names its posts.
POSTS_OF_TAG = "blog_posttag_items__content_object"


class PostQuerySet(PageQuerySet):
    """Posts, chosen in the words that editors use."""

    def published(self) -> "PostQuerySet":
        """Those that everyone may read: live, and no view restriction on them or above them."""
        return self.live().filter(is_open_to_all())

    def listed(self) -> "PostQuerySet":
        """Those that readers come upon: published, and not for those alone who have the address."""
        return self.published().filter(_as_its_source("listed"), listed=True)

    def mailable(self) -> "PostQuerySet":
        """Those that may leave the site by mail: listed, and not withheld by an editor."""
        return self.listed().filter(_as_its_source("in_digests"), in_digests=True)

    def first_in_language(self) -> "PostQuerySet":
        """Return the posts that are not an alias of another post in their language."""
        return self.filter(is_first_in_language())

    def each_once(self) -> "PostQuerySet":
        """Return the posts that are not an alias of another post in this queryset."""
        return each_once(self)

    def in_this_language(self) -> "PostQuerySet":
        """Return the posts in the active language, each once; on a one-language site, all posts."""
        return pages_to_read(self)

    def in_section(self, section: "BlogIndexPage") -> "PostQuerySet":
        """Those that lie under a section."""
        return self.descendant_of(section)

    def first_published_in(self, since: datetime, until: datetime) -> "PostQuerySet":
        """Those first published after ``since`` and not after ``until``."""
        return self.filter(first_published_at__gt=since, first_published_at__lte=until)

    def of_month(self, first: date) -> "PostQuerySet":
        """Those first published in the month that begins with a day, in the site's time zone."""
        following = (first + timedelta(days=31)).replace(day=1)
        since, until = (
            make_aware(datetime(day.year, day.month, 1))  # noqa: DTZ001
            for day in (first, following)
        )
        return self.filter(first_published_at__gte=since, first_published_at__lt=until)

    def by_author(self, author: "Author") -> "PostQuerySet":
        """Those that an author wrote, alone or with others."""
        return self.filter(bylines__author=author).distinct()

    def on_topic(self, topic: "Topic") -> "PostQuerySet":
        """Those filed under a topic."""
        return self.filter(topics=topic)

    def tagged(self, tag: Tag) -> "PostQuerySet":
        """Those that have a tag."""
        return self.filter(tags=tag)

    def of_series(self, series: "Series") -> "PostQuerySet":
        """Those of a series, in its order: numbered parts, then the others as they came out."""
        in_order = (models.F("part").asc(nulls_last=True), "first_published_at", "pk")
        return self.filter(series=series).order_by(*in_order)

    def latest_first(self) -> "PostQuerySet":
        """In order of first publication, the latest first."""
        return self.order_by("-first_published_at", "-pk")

    def pinned_first(self) -> "PostQuerySet":
        """Those that an editor has pinned, then the others; of each the latest first."""
        return self.order_by("-pinned", "-first_published_at", "-pk")

    def for_cards(self) -> "PostQuerySet":
        """With all that a listing shows of each, in a fixed number of queries."""
        return self.prefetch_related("bylines__author", "topics", "lead_image__renditions")

    def in_full(self) -> "PostQuerySet":
        """With all that a post shows beside its body, in a fixed number of queries."""
        return self.select_related("lead_image").prefetch_related(
            "bylines__author", "topics", "lead_image__renditions"
        )


def _as_its_source(field: str) -> models.Q:
    """Return the condition that a flag is set on a page and, for an alias, on its source."""
    return models.Q(alias_of=None) | models.Q(**{f"alias_of__postpage__{field}": True})


def tags_of(posts: PostQuerySet) -> models.QuerySet[Tag]:
    """Return the tags that some posts have."""
    return Tag.objects.filter(**{f"{POSTS_OF_TAG}__in": posts}).distinct()
