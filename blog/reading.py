"""How long a text takes to read."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import unescape

from django.utils.translation import ngettext
from wagtail.blocks import StreamValue
from wagtail.rich_text import RichText

# Silent reading of non-fiction in English: Brysbaert 2019, doi:10.1016/j.jml.2019.104047.
WORDS_A_MINUTE = 238
# Between Chinese and Japanese: Trauzettel-Klosinski and Dietz 2012, doi:10.1167/iovs.11-8284.
CHARACTERS_A_MINUTE = 300
# The blocks that are read word by word. What is said of pictures and files is not counted.
READ = {"heading", "paragraph", "quote", "callout", "questions"}

# Characters of Chinese and Japanese, which put no space between words.
UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd]")

# Brackets in the words and attributes of rich text are escaped, so that it needs no parser, which
# would take ten times as long.
_BREAK = re.compile(r"</(?:p|h\d|li|blockquote)>|<[bh]r\s*/?>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
# What stands between spaces, if there is a letter or a digit in it.
_WORD = re.compile(r"[^\W_]\S*")


@dataclass(frozen=True)
class Length:
    """How long a text is.

    Chinese and Japanese put no space between words: each of their characters counts as a word, as
    it does in word processors, and ``characters`` is how many of the words are such.
    """

    words: int
    characters: int = 0

    @property
    def minutes(self) -> int:
        """How long it takes to read, in whole minutes, one at least."""
        spaced = self.words - self.characters
        return max(1, round(spaced / WORDS_A_MINUTE + self.characters / CHARACTERS_A_MINUTE))

    def __str__(self) -> str:
        words = ngettext("%(count)d word", "%(count)d words", self.words) % {"count": self.words}
        minutes = ngettext(
            "%(count)d minute to read", "%(count)d minutes to read", self.minutes
        ) % {"count": self.minutes}
        return f"{words}, {minutes}"


def texts_of(blocks: Iterable[StreamValue.StreamChild]) -> list[str]:
    """Return what is read of blocks, as the search index is given it."""
    return [text for child in blocks if child.block_type in READ for text in _texts_in(child)]


def _texts_in(child: StreamValue.StreamChild) -> list[str]:
    if isinstance(child.value, RichText):
        return [unescape(_TAG.sub("", _BREAK.sub(" ", child.value.source)).strip())]
    return child.block.get_searchable_content(child.value)


def length_of(blocks: Iterable[StreamValue.StreamChild]) -> Length:
    """Return how long the text of blocks is."""
    spaced, characters = UNSPACED.subn(" ", " ".join(texts_of(blocks)))
    return Length(len(_WORD.findall(spaced)) + characters, characters)
