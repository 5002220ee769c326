"""Authors, topics, books, disclaimers and reusable content in the editor."""

from django.urls import URLResolver, include, path
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.ui.tables import BooleanColumn
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from . import permissions, rendered_checks
from .comments.admin import hooks as comment_hooks  # noqa: F401 (it registers what it has)
from .models import AffiliateProgram, Author, Book, Disclaimer, ReusableContent, Series, Topic
from .reports import REPORTS
from .reports.base import Report, ReportMenuItem


class LibraryViewSet(SnippetViewSet):
    """A list that is searched in the database: the search index could not filter or sort it."""

    search_backend_name = None


class AuthorViewSet(LibraryViewSet):
    model = Author
    icon = "user"
    list_display = [
        "name",
        "role",
        "organisation",
        BooleanColumn("guest", label=_("Guest"), sort_key="guest"),
    ]
    list_filter = ["guest"]
    search_fields = ["name", "role", "organisation", "place"]


class TopicViewSet(LibraryViewSet):
    model = Topic
    icon = "tag"
    list_display = ["name", "description"]
    search_fields = ["name", "description"]


class SeriesViewSet(LibraryViewSet):
    model = Series
    icon = "list-ol"
    list_display = ["name", "description"]
    search_fields = ["name", "description"]


class BookViewSet(LibraryViewSet):
    model = Book
    icon = "book"
    list_display = ["title", "authors", "year", "publisher"]
    search_fields = ["title", "authors", "publisher", "isbn"]


class AffiliateProgramViewSet(LibraryViewSet):
    model = AffiliateProgram
    icon = "tag"
    list_display = ["name", "parameter", "value"]
    search_fields = ["name"]


class DisclaimerViewSet(LibraryViewSet):
    model = Disclaimer
    icon = "warning"
    list_display = ["name", "rule"]
    list_filter = ["rule"]
    search_fields = ["name", "text"]


class ReusableContentViewSet(LibraryViewSet):
    model = ReusableContent
    icon = "copy"
    list_display = ["name"]
    search_fields = ["name"]


@register_snippet
class LibraryViewSetGroup(SnippetViewSetGroup):
    menu_label = _("Library")
    menu_icon = "folder-open-inverse"
    menu_order = 150
    items = [
        AuthorViewSet,
        TopicViewSet,
        SeriesViewSet,
        BookViewSet,
        AffiliateProgramViewSet,
        DisclaimerViewSet,
        ReusableContentViewSet,
    ]


@hooks.register("register_icons")
def register_icons(icons: list[str]) -> list[str]:
    """Add the icons that Wagtail has none of."""
    return [*icons, "blog/icons/book.svg"]


@hooks.register("register_admin_urls")
def register_reports() -> list[URLResolver]:
    """Put the reports among Wagtail's own."""
    urls = [url for report in REPORTS for url in report.urls()]
    return [path("reports/", include((urls, "blog_reports")))]


def _list_in_menu(report: type[Report], order: int) -> None:
    hooks.register("register_reports_menu_item", lambda: ReportMenuItem(report, order))


for place, report in enumerate(REPORTS):
    _list_in_menu(report, 100 + place)

hooks.register("construct_wagtail_userbar", rendered_checks.put_in_place)
hooks.register("before_create_page", permissions.refuse_other_pages_of_authors)
