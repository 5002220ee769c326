"""Wagtail's search in PostgreSQL, with our tokens."""

from typing import Any

from django.contrib.postgres.search import SearchQuery as TSQuery
from modelsearch.backends.database.postgres import postgres
from modelsearch.query import Phrase, PlainText, SearchQuery

from .indexing import TokenizingIndex
from .querying import Syntax, TokenizingBackend

# Source: PostgreSQL, "Text Search Types", tsquery.
SYNTAX = Syntax(both=" & ", either=" | ", quote="'", prefix=":*")
# It neither stems words nor drops any, which "english", a server's usual default, does.
CONFIG = "simple"


class _Index(TokenizingIndex, postgres.PostgresIndex):
    indexer_class = postgres.ObjectIndexer


class _Compiler(postgres.PostgresSearchQueryCompiler):
    def build_tsquery_content(
        self, query: SearchQuery, config: str | None = None, invert: bool = False
    ) -> TSQuery:
        if not isinstance(query, PlainText | Phrase):
            return super().build_tsquery_content(query, config=config, invert=invert)
        expression = SYNTAX.expression(query, self.LAST_TERM_IS_PREFIX)
        return TSQuery(expression, search_type="raw", config=config, invert=invert)


class _AutocompleteCompiler(_Compiler, postgres.PostgresAutocompleteQueryCompiler):
    pass


class PostgreSQLBackend(TokenizingBackend, postgres.PostgresSearchBackend):
    """Index and find tokens by ``tsvector``."""

    index_class = _Index
    query_compiler_class = _Compiler
    autocomplete_query_compiler_class = _AutocompleteCompiler

    def __init__(self, params: dict[str, Any]) -> None:
        super().__init__({**params, "SEARCH_CONFIG": CONFIG})
