"""Split texts and queries into the tokens that the search compares.

Databases disagree about what a word is: PostgreSQL takes “PTSD/CPTSD” for a path, FTS5 splits
Devanagari at its vowel signs, neither splits Chinese. So this module makes the tokens both of what
is indexed and of what is asked, and the databases only see ASCII letters and digits.

A word is indexed as a whole and by its parts: “covid-19” as ``covid19``, ``covid`` and ``19``.
Case, accents, invisible characters and typographic variants make no difference. Scripts without
spaces between words are indexed by single characters and by pairs.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

# Longer words are compared by their beginnings; PostgreSQL refuses those above 2,046 bytes.
MAX_TOKEN_LENGTH = 64
# PostgreSQL refuses to index more than 1 MB of lexemes, with their positions, for one object.
MAX_INDEXED_LENGTH = 300_000

_MARKS = "".join(
    chr(code) for code in range(0x300, 0x10000) if unicodedata.category(chr(code))[0] == "M"
)
# Unicode's category Cf (format): soft hyphen, joiners, directions, byte order mark, …
_INVISIBLE = (
    "\u00ad\u0600-\u0605\u061c\u06dd\u070f\u180e\u200c-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\U000e0001-\U000e01ef"
)
# Scripts without spaces between words, and Korean, whose words take endings: Thai, Lao, Myanmar,
# Khmer, Hangul, Han, Kana, Bopomofo.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u2fd5\u3005-\u3007\u3021-\u3029"
    "\u3031-\u3035\u3038-\u303b\u3041-\u309f\u30a1-\u30fa\u30fc-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uffdc\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
# What may stand between the parts of one word. A space of no width marks where a line may break.
_APOSTROPHES = "'`´ʹʻʼʽ‘’‛′＇"
_HYPHENS = "\\-\u2010-\u2013\u2212\u05be\ufe63\uff0d"
_JOINERS = f"{_APOSTROPHES}{_HYPHENS}.·‧^\u05f3\u05f4\u200b"
# Between digits alone, as in “1,000” and “1 000”; and in Hebrew abbreviations.
_OF_NUMBERS = ",\u00a0\u2009\u202f"
_JOINER = rf'(?:[{_JOINERS}]|(?<=\d)[{_OF_NUMBERS}](?=\d)|(?<=[\u05d0-\u05ea])"(?=[\u05d0-\u05ea]))'
# Separated from the text before them: “word¹”, “m²”, “7½”.
_RAISED = "²³¹⁰⁴-⁹¼-¾⅐-⅞"
_LETTER = rf"[\w{_MARKS}{_INVISIBLE}]"

_WORD = re.compile(rf"{_LETTER}+(?:{_JOINER}{_LETTER}+)*(?:\+\+|(?<=\b\w)#(?!\w))?")
_RUN = re.compile(rf"[{_UNSPACED}][{_UNSPACED}{_MARKS}{_INVISIBLE}]*|[^{_UNSPACED}]+")
_IS_UNSPACED = re.compile(f"[{_UNSPACED}]")
_SEPARATORS = f'{_JOINERS}{_OF_NUMBERS}_"'
_PART = re.compile(rf"[{_RAISED}]+|[^{_SEPARATORS}{_RAISED}+#]+")
_NO_MEANING = re.compile(f"[{_INVISIBLE}\u200b\ufe00-\ufe0f]")
_THOUSANDS = re.compile(rf"\d{{1,3}}(?:[.{_APOSTROPHES}{_OF_NUMBERS}]\d{{3}})+")
# Marks that writers may leave out: accents, Hebrew and Arabic vowels, Arabic tatweel.
_OPTIONAL = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640"
    "\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff"
    "\u20d0-\u20f0\ufe20-\ufe2f]"
)
# Letters that Unicode does not decompose.
_PLAIN = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ŧ": "t"}
    | {"þ": "th", "ŋ": "n"}
)
# How these are written if a keyboard lacks them: “Mueller”, “Aarhus”.
_SPELLED_OUT = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"}
    | {"Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "Ø": "Oe", "Å": "Aa"}
)


class Word(NamedTuple):
    """A word of a text, or a run of a script without spaces, and where in the text it starts."""

    text: str
    start: int

    @property
    def end(self) -> int:
        """Return where in the text the word ends."""
        return self.start + len(self.text)

    def parts(self) -> Iterator["Word"]:
        """Yield what joiners separate: “well” and “being” of “well-being”."""
        for part in _PART.finditer(self.text):
            yield Word(part[0], self.start + part.start())


def words_in(text: str) -> Iterator[Word]:
    """Yield the words of a text, with what may stand inside one: “don’t”, “3.5”, “C++”."""
    for match in _WORD.finditer(text):
        word, start = match[0], match.start()
        if word.isascii():
            runs = [Word(word, start)]
        else:
            runs = [Word(run[0], start + run.start()) for run in _RUN.finditer(word)]
        yield from (run for run in runs if tokens_of(run.text))


def is_unspaced(text: str) -> bool:
    """Return whether a word is in a script that is written without spaces."""
    return not text.isascii() and bool(_IS_UNSPACED.match(text))


def fold(text: str) -> str:
    """Return text without case, accents, invisible characters and typographic variants."""
    if text.isascii():
        return text.lower()
    text = _NO_MEANING.sub("", text)
    if not is_unspaced(text):
        text = _OPTIONAL.sub("", unicodedata.normalize("NFKD", text).casefold()).translate(_PLAIN)
    text = re.sub(r"\d", lambda digit: str(unicodedata.decimal(digit[0])), text)
    text = unicodedata.normalize("NFKC", text)
    # Thai and Lao “am” stays one character: NFKC makes two of it.
    return text.replace("\u0e4d\u0e32", "\u0e33").replace("\u0ecd\u0eb2", "\u0eb3")


def forms(part: str) -> tuple[str, ...]:
    """Return how one part of a word may be written: “Müller” as ``muller`` and ``mueller``."""
    # Marks and invisible characters, of which nothing is left, count several times.
    part = part[: 4 * MAX_TOKEN_LENGTH]
    if part.isascii():
        return (part.lower()[:MAX_TOKEN_LENGTH],)
    spelled_out = unicodedata.normalize("NFC", part).translate(_SPELLED_OUT)
    folded = [fold(part)[:MAX_TOKEN_LENGTH], fold(spelled_out)[:MAX_TOKEN_LENGTH]]
    return tuple(filter(None, dict.fromkeys(folded)))


def wholes(word: str) -> tuple[str, ...]:
    """Return the forms of a word in one piece: “don’t” as ``dont``, “Müller” as also ``mueller``.

    A separator stays between digits, so that “3.5” is not “35”; “1,000” is also ``1000``.
    """
    spelled = [_joined(word, last=False), _joined(word, last=True)]
    if _THOUSANDS.fullmatch(word):
        spelled.append(re.sub(r"\D", "", spelled[0]))
    return tuple(filter(None, dict.fromkeys(spelled)))


def tokens_of(word: str) -> Sequence[str]:
    """Return the tokens that a word is indexed by; empty if there is no letter or digit in it."""
    return _cached_tokens(word) if len(word) <= MAX_TOKEN_LENGTH else _tokens(word)


def index_text(text: str) -> str:
    """Return the tokens of a text, separated by spaces. What is too much for an index is cut."""
    tokens = [token for word in words_in(text) for token in tokens_of(word.text)]
    joined = " ".join(tokens)
    if len(joined) > MAX_INDEXED_LENGTH:
        joined = " ".join(dict.fromkeys(tokens))[:MAX_INDEXED_LENGTH].rpartition(" ")[0]
    return joined


def alternatives_for(word: Word) -> list[list[str]]:
    """Return what a word of a query matches: all tokens of any of these lists."""
    if is_unspaced(word.text):
        text = fold(word.text)
        return [[_encode(pair) for pair in _pairs(text) or [text]]]
    alternatives = [[_encode(whole)] for whole in wholes(word.text)]
    parts = [forms(part.text) for part in word.parts()]
    if len(parts) > 1:
        alternatives.append([_encode(part[0]) for part in parts if part])
    return alternatives


def _tokens(word: str) -> list[str]:
    if is_unspaced(word):
        text = fold(word)
        return [_encode(token) for token in (*text, *_pairs(text))]
    parts = [part[0] for part in _PART.finditer(word)]
    of_parts = [form for part in parts for form in forms(part)] if parts != [word] else []
    return [_encode(token) for token in (*wholes(word), *of_parts)]


_cached_tokens = lru_cache(maxsize=50_000)(_tokens)


def _joined(word: str, last: bool) -> str:
    """Return the parts of a word in one piece, in their first or last forms."""
    joined, end = "", 0
    for part in _PART.finditer(word):
        if spelled := forms(part[0]):
            if joined[-1:].isdigit() and spelled[0][0].isdigit():
                joined += _separator(word[end : part.start()])
            joined += spelled[-1 if last else 0]
        end = part.end()
        if len(joined) >= MAX_TOKEN_LENGTH:
            return joined[:MAX_TOKEN_LENGTH]
    suffix = word[end:] if word.endswith(("++", "#")) else ""
    return joined + suffix if joined else ""


def _separator(text: str) -> str:
    """Return how what separates two numbers is compared: decimal points and commas are alike."""
    if re.search(rf"[{_HYPHENS}]", text):
        return "-"
    return "." if text in (".", ",") else "^"


def _pairs(text: str) -> list[str]:
    return [text[at : at + 2] for at in range(len(text) - 1)]


def _encode(token: str) -> str:
    """Return a token in ASCII letters and digits, such that beginnings stay beginnings."""
    if token.isascii() and token.isalnum():
        return token
    return "u" + token.encode("utf-16-be", "surrogatepass").hex()
