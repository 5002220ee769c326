"""What a reader has typed, as words to look for; none of it is an operator."""

import re

LONGEST_QUERY = 200
MOST_WORDS = 12
# Words with what may stand inside one: “don't”, “e-mail”, “3.5”, “example.org”.
_WORD = re.compile(r"[^\W_]+(?:[.'’-][^\W_]+)*")


def words_of(query: str) -> list[str]:
    """Return the words of a query, each once; a very long query is cut short."""
    words = _WORD.findall(query[:LONGEST_QUERY])
    return list({word.casefold(): word for word in words}.values())[:MOST_WORDS]
