"""Wagtail's search in SQLite, with our tokens."""

from typing import Any

from django.db.models import Expression, F, Value
from modelsearch.backends.database.sqlite import sqlite
from modelsearch.backends.database.sqlite.query import BM25, SearchQueryExpression
from modelsearch.query import Phrase, PlainText, SearchQuery

from .indexing import TokenizingIndex
from .querying import Syntax, TokenizingBackend

# Source: SQLite, "FTS5 Extension", full-text query syntax.
SYNTAX = Syntax(both=" AND ", either=" OR ", quote='"', prefix="*")
# The weights of the columns autocomplete, body and title when one of them is ranked by, and how
# much that counts. Wagtail ranks by all columns at once, as if each match were in the title.
BM25_WEIGHTS = {
    "index_entry__autocomplete": ("1, 0, 0", 1),
    "index_entry__body": ("0, 1, 0", 1),
    "index_entry__title": ("0, 0, 10", 5),
}


class _Index(TokenizingIndex, sqlite.SQLiteIndex):
    indexer_class = sqlite.ObjectIndexer


class _ColumnBM25(BM25):
    def __init__(self, weights: str) -> None:
        super().__init__()
        self.weights = weights

    def as_sql(self, *args: Any, **kwargs: Any) -> tuple[str, list[Any]]:
        sql, params = super().as_sql(*args, **kwargs)
        return f"{sql[:-1]}, {self.weights})", params


class _Compiler(sqlite.SQLiteSearchQueryCompiler):
    def build_search_query_content(
        self, query: SearchQuery, config: str | None = None
    ) -> SearchQueryExpression:
        if not isinstance(query, PlainText | Phrase):
            return super().build_search_query_content(query, config=config)
        return SearchQueryExpression(Value(SYNTAX.expression(query, self.LAST_TERM_IS_PREFIX)))

    def build_tsrank(
        self, vector: F, query: SearchQuery, config: str | None = None, boost: float = 1.0
    ) -> Expression:
        if not isinstance(query, PlainText | Phrase):
            return super().build_tsrank(vector, query, config=config, boost=boost)
        weights, factor = BM25_WEIGHTS[vector.name]
        return _ColumnBM25(weights) * (factor * boost)


class _AutocompleteCompiler(_Compiler, sqlite.SQLiteAutocompleteQueryCompiler):
    pass


class SQLiteBackend(TokenizingBackend, sqlite.SQLiteSearchBackend):
    """Index and find tokens by FTS5."""

    index_class = _Index
    query_compiler_class = _Compiler
    autocomplete_query_compiler_class = _AutocompleteCompiler
