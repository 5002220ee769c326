"""Which live posts show which disclaimers, where and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column

from ..models import AffiliateProgram, Disclaimer, PostPage
from ..models.preparing import prepare
from .base import PostsReport, post_column


@dataclass(frozen=True)
class Row:
    """A disclaimer, or what an affiliate program asks to be said, on a post."""

    post: PostPage
    disclaimer: Disclaimer | AffiliateProgram
    place: str
    why: str


class DisclaimerFilterSet(WagtailFilterSet):
    disclaimer = django_filters.ModelChoiceFilter(
        label=_("Disclaimer"), queryset=lambda request: Disclaimer.objects.all()
    )

    class Meta:
        model = Disclaimer
        fields = ["disclaimer"]


class DisclosuresReport(PostsReport):
    slug = "posts-by-disclaimer"
    page_title = _("Posts by disclaimer")
    header_icon = "warning"
    filterset_class = DisclaimerFilterSet
    columns = [
        post_column(_("Post")),
        Column("disclaimer", label=_("Disclaimer")),
        Column("place", label=_("Where")),
        Column("why", label=_("Why")),
    ]
    list_export = ["post.title", "disclaimer", "place", "why"]
    export_headings = {
        "post.title": _("Post"),
        "disclaimer": _("Disclaimer"),
        "place": _("Where"),
        "why": _("Why"),
    }

    def rows(self) -> list[Row]:
        posts = list(self.posts.prefetch_related("topics", "bylines__author"))
        prepare(posts)
        return [Row(post, *disclosure) for post in posts for disclosure in post.disclosures]

    def filter_queryset(self, rows: Sequence[Any]) -> Sequence[Any]:
        chosen = self.filters.is_valid() and self.filters.form.cleaned_data["disclaimer"]
        return [row for row in rows if row.disclaimer == chosen] if chosen else rows
