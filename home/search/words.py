"""What a reader has typed, as words to look for; none of it is an operator."""

from core.search.querying import words_of_query

MAX_WORDS = 12


def words_of(query: str) -> list[str]:
    """Return the words of a query, each once; a very long query is cut short."""
    words = (word.text for word in words_of_query(query))
    return list({word.casefold(): word for word in words}.values())[:MAX_WORDS]
