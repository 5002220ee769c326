"""What the reports of the blog have in common."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views.reports import ReportView
from wagtail.models import Page
from wagtail.permissions import page_permission_policy

from ..models import PostPage
from ..querysets import PostQuerySet

# Who may do one of these with pages, or with what lies in the library, sees it listed.
ON_PAGES = ["add", "change", "publish"]
ON_LIBRARY = ["add", "change", "delete", "view"]


class Report(ReportView):
    """A report that is named by ``slug``, with a spreadsheet of the columns in ``list_export``."""

    slug = ""

    @classmethod
    def url_name(cls, kind: str = "") -> str:
        """Return the name of its address, or with "_results" of that of its rows alone."""
        return f"blog_reports:{cls.slug}{kind}"

    @classmethod
    def urls(cls) -> list[URLPattern]:
        """Return its addresses."""
        return [
            path(f"{cls.slug}/", cls.as_view(), name=cls.slug),
            path(
                f"{cls.slug}/results/", cls.as_view(results_only=True), name=f"{cls.slug}_results"
            ),
        ]

    def get_index_url(self) -> str:
        return reverse(self.url_name())

    def get_index_results_url(self) -> str:
        return reverse(self.url_name("_results"))

    def get_filename(self) -> str:
        return f"{self.slug}-{timezone.localdate()}"


class RowsReport(Report):
    """A report whose rows are worked out, and not chosen in the database."""

    def rows(self) -> Sequence[Any]:
        """Return everything that it lists."""
        raise NotImplementedError

    def get_queryset(self) -> Sequence[Any]:
        return self.rows()

    def filter_queryset(self, rows: Sequence[Any]) -> Sequence[Any]:
        return rows


class PostsReport(RowsReport):
    """A report on live posts: on those that the user may change or publish."""

    permission_policy = page_permission_policy
    any_permission_required = ON_PAGES

    @property
    def posts(self) -> PostQuerySet:
        """The posts that it is about, by title."""
        own = page_permission_policy.instances_user_has_any_permission_for(
            self.request.user, ["change", "publish"]
        )
        return PostPage.objects.live().filter(pk__in=own.values("pk")).order_by("title", "pk")


class ReportMenuItem(MenuItem):
    """A report in the menu, for those who may see it."""

    def __init__(self, report: type[Report], order: int) -> None:
        self.report = report
        super().__init__(
            report.page_title,
            reverse(report.url_name()),
            name=report.slug,
            icon_name=report.header_icon,
            order=order,
        )

    def is_shown(self, request: HttpRequest) -> bool:
        return self.report.permission_policy.user_has_any_permission(
            request.user, self.report.any_permission_required
        )


class PostsColumn(Column):
    """Several posts, each linked to its editor."""

    cell_template_name = "blog/admin/posts_cell.html"


def post_column(label: str, accessor: str = "post") -> TitleColumn:
    """Return a column with a post, linked to its editor."""
    return TitleColumn(accessor, label=label, get_url=lambda row: edit_url(getattr(row, accessor)))


def edit_url(page: Page) -> str:
    """Return where a page is edited."""
    return reverse("wagtailadmin_pages:edit", args=[page.pk])
