"""Which links earn the publication a commission, and which posts show them."""

from collections.abc import Iterable

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.permission_policies import ModelPermissionPolicy

from ..models import Book, RetailerLink
from ..recommending import posts_by_book
from .base import ON_LIBRARY, PostsColumn, Report


class AffiliateLinksReport(Report):
    slug = "affiliate-links"
    page_title = _("Affiliate links")
    header_icon = "link"
    permission_policy = ModelPermissionPolicy(Book)
    any_permission_required = ON_LIBRARY
    columns = [
        TitleColumn(
            "book",
            label=_("Book"),
            get_url=lambda link: reverse(
                Book.snippet_viewset.get_url_name("edit"), args=[link.book_id]
            ),
        ),
        Column("name", label=_("Shop")),
        Column("program", label=_("Program")),
        Column("href", label=_("Address")),
        PostsColumn("posts", label=_("Listed posts that show it")),
    ]
    list_export = ["book.title", "name", "program.name", "href", "titles"]
    export_headings = {
        "book.title": _("Book"),
        "name": _("Shop"),
        "program.name": _("Program"),
        "href": _("Address"),
        "titles": _("Listed posts that show it"),
    }

    def get_queryset(self) -> QuerySet[RetailerLink]:
        return (
            RetailerLink.objects.filter(program__isnull=False)
            .select_related("book", "program")
            .order_by("book__title", "book_id", "sort_order", "pk")
        )

    def decorate_paginated_queryset(self, links: Iterable[RetailerLink]) -> list[RetailerLink]:
        shown = posts_by_book()
        links = list(links)
        for link in links:
            link.posts = shown.get(link.book_id, [])
            link.titles = [post.title for post in link.posts]
        return links
