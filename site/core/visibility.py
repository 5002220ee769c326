"""Which pages everyone may see.

A page is closed by a view restriction on itself or on a page above it. An alias shows the text of
its source, so whatever closes the source closes the alias too: a restriction on it or above it, or
that it is not published. The same holds for every page above that is an alias.
"""

from typing import Any

from django.db.models import BooleanField, F, Func, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from wagtail.models import Page, PageViewRestriction

# The top pages of the subtrees that are closed: restricted pages, and aliases with pages below them
# whose sources lie in a closed subtree. No source is an alias itself: core.aliases sees to that.
_CLOSED_SUBTREES = """
    WITH RECURSIVE trees(path, source) AS (
        SELECT alias.path, source.path FROM {page} alias
        JOIN {page} source ON source.id = alias.alias_of_id
        WHERE alias.numchild > 0
    ), closed(path) AS {materialized} (
        SELECT page.path FROM {page} page JOIN {restriction} rule ON rule.page_id = page.id
        UNION
        SELECT trees.path FROM closed
        JOIN trees ON SUBSTR(trees.source, 1, LENGTH(closed.path)) = closed.path
    )
    SELECT path FROM closed"""


class InClosedSubtree(Func):
    """Whether a path lies in a subtree that not everyone may see.

    The closed subtrees are found once for each query, for any number of rows.
    """

    output_field = BooleanField()
    arity = 1

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list[Any]]:
        """Compare with each closed subtree; SQLite must be told to find them only once."""
        template = (
            f"EXISTS ({_closed_subtrees('MATERIALIZED')} "
            "WHERE path = SUBSTR(%(expressions)s, 1, LENGTH(path)))"
        )
        return self.as_sql(compiler, connection, template=template, **context)

    def as_postgresql(
        self, compiler: Any, connection: Any, **context: Any
    ) -> tuple[str, list[Any]]:
        """Compare with an array: PostgreSQL would expect a subquery to run for each row."""
        template = f"%(expressions)s ^@ ANY (ARRAY({_closed_subtrees()}))"
        return self.as_sql(compiler, connection, template=template, **context)


def _closed_subtrees(materialized: str = "") -> str:
    return _CLOSED_SUBTREES.format(
        page=Page._meta.db_table,
        restriction=PageViewRestriction._meta.db_table,
        materialized=materialized,
    )


def is_open_to_all() -> Q:
    """Return the condition that everyone may see a live page.

    It stands in for Wagtail's ``public()``, which knows of no sources of aliases and asks for all
    restrictions before each query.
    """
    source = Coalesce(F("alias_of__path"), Value(""))
    has_open_source = Q(alias_of=None) | Q(alias_of__live=True) & ~Q(InClosedSubtree(source))
    return ~Q(InClosedSubtree(F("path"))) & has_open_source


def restrictions_of(page: Page) -> QuerySet[PageViewRestriction]:
    """Return the view restrictions that apply to a page, including those on sources."""
    paths: set[str] = set()
    found = _line(page.path)
    while found:
        paths |= found
        sources = Page.objects.filter(path__in=found, alias_of__isnull=False)
        above = map(_line, sources.values_list("alias_of__path", flat=True))
        found = set().union(*above) - paths
    return PageViewRestriction.objects.filter(page__path__in=paths)


def _line(path: str) -> set[str]:
    """Return the paths of a page and of those above it."""
    return {path[:end] for end in range(Page.steplen, len(path) + 1, Page.steplen)}
