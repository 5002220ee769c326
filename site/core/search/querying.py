"""Queries, as boolean expressions over tokens in the syntax of a database."""

from dataclasses import dataclass

from modelsearch.backends.base import BaseSearchBackend, BaseSearchResults, EmptySearchResults
from modelsearch.query import Phrase, PlainText, SearchQuery

from .tokens import MAX_TOKEN_LENGTH, Word, alternatives_for, words_in

MAX_QUERY_LENGTH = 200
# Longer than any token, so nothing is found by it.
_NOTHING = "0" * (MAX_TOKEN_LENGTH + 1)


@dataclass(frozen=True)
class Syntax:
    """How a database writes boolean expressions."""

    both: str
    either: str
    quote: str
    prefix: str

    def term(self, word: Word, is_prefix: bool) -> str:
        """Return the expression for a word, or for words that begin with it."""
        alternatives = [
            self.all_of([self._token(token) for token in tokens], self.prefix if is_prefix else "")
            for tokens in alternatives_for(word)
        ]
        return self.any_of(alternatives)

    def all_of(self, expressions: list[str], suffix: str = "") -> str:
        """Return the expression for all of these."""
        return f"({self.both.join(expressions)}{suffix})"

    def any_of(self, expressions: list[str]) -> str:
        """Return the expression for any of these."""
        return f"({self.either.join(expressions)})"

    def expression(self, query: PlainText | Phrase, last_is_prefix: bool) -> str:
        """Return the expression for a query. Of a phrase, all words are looked for."""
        words = words_of_query(query.query_string)
        terms = [self.term(word, last_is_prefix and word is words[-1]) for word in words]
        if not terms:
            return self._token(_NOTHING)
        is_or = isinstance(query, PlainText) and query.operator.lower() == "or"
        return self.any_of(terms) if is_or else self.all_of(terms)

    def _token(self, token: str) -> str:
        return f"{self.quote}{token}{self.quote}"


class TokenizingBackend(BaseSearchBackend):
    """Mixin for Wagtail's backends: a query without words finds nothing."""

    def _search(
        self, query_compiler_class: type, query: SearchQuery | str, *args: object, **kwargs: object
    ) -> BaseSearchResults:
        if isinstance(query, str) and not words_of_query(query):
            return EmptySearchResults()
        return super()._search(query_compiler_class, query, *args, **kwargs)


def words_of_query(query: str) -> list[Word]:
    """Return the words of a query, which is cut where it is very long."""
    return list(words_in(query[:MAX_QUERY_LENGTH]))
