"""What stands between posts and their authors, tags and series."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from taggit.models import TaggedItemBase
from wagtail.models import Orderable

from .author import Author
from .series import Series


class PostAuthor(Orderable):
    """An author in a post's byline."""

    post = ParentalKey("blog.PostPage", on_delete=models.CASCADE, related_name="bylines")
    author = models.ForeignKey(
        Author, verbose_name=_("author"), on_delete=models.PROTECT, related_name="bylines"
    )

    panels = ["author"]

    class Meta(Orderable.Meta):
        constraints = [
            models.UniqueConstraint(fields=["post", "author"], name="author_once_in_a_byline")
        ]

    def __str__(self) -> str:
        return str(self.author)


class PostTag(TaggedItemBase):
    """A tag on a post."""

    content_object = ParentalKey(
        "blog.PostPage", on_delete=models.CASCADE, related_name="tagged_items"
    )

    class Meta:
        verbose_name = _("tag of a post")
        verbose_name_plural = _("tags of posts")


def less_what_is_gone(data: dict[str, Any]) -> dict[str, Any]:
    """Return the authors and the series that a stored version of a post names, and there are."""
    bylines, series = data.get("bylines", []), data.get("series")
    authors = Author.objects.in_bulk({byline["author"] for byline in bylines})
    return {
        "bylines": [byline for byline in bylines if byline["author"] in authors],
        "series": series if Series.objects.filter(pk=series).exists() else None,
    }
