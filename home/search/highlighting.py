"""Show readers where in a text their words are."""

from collections.abc import Iterator, Sequence
from itertools import chain

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from core.search.tokens import Word, fold, forms, is_unspaced, wholes, words_in

CHARS_BEFORE, CHARS_AFTER = 90, 170


class Matcher:
    """Find the words of a query in texts, comparing words as the search does."""

    def __init__(self, words: Sequence[str]) -> None:
        found = list(chain.from_iterable(map(words_in, words)))
        spaced = [word for word in found if not is_unspaced(word.text)]
        self._unspaced = [fold(word.text) for word in found if is_unspaced(word.text)]
        self._beginnings = tuple(whole for word in spaced for whole in wholes(word.text))
        parts = ([form for part in word.parts() for form in forms(part.text)] for word in spaced)
        self._parts = {part for some in parts if len(some) > 1 for part in some}

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield the positions in a text of the words, and of words that begin with them."""
        for word in words_in(text):
            if is_unspaced(word.text):
                yield from self._spans_within(word)
            elif self._begins(wholes(word.text)):
                yield word.start, word.end
            else:
                yield from ((part.start, part.end) for part in word.parts() if self._is_match(part))

    def _is_match(self, part: Word) -> bool:
        spelled = forms(part.text)
        return self._begins(spelled) or not self._parts.isdisjoint(spelled)

    def _begins(self, spelled: Sequence[str]) -> bool:
        return any(form.startswith(self._beginnings) for form in spelled)

    def _spans_within(self, run: Word) -> Iterator[tuple[int, int]]:
        """Yield where the words are in a run without spaces; the whole run if lengths change."""
        folded, end = fold(run.text), 0
        is_same_length = len(folded) == len(run.text)
        for start in range(len(folded)):
            found = [text for text in self._unspaced if folded.startswith(text, start)]
            if found and not is_same_length:
                yield run.start, run.end
                return
            if found and start >= end:
                end = start + max(map(len, found))
                yield run.start + start, run.start + end


def has_match(text: str, words: Sequence[str]) -> bool:
    """Return whether one of the words, or one that begins with it, is in a text."""
    return any(Matcher(words).spans(text))


def highlight(text: str, words: Sequence[str]) -> SafeString:
    """Return a text as HTML, escaped, with the words that match in ``<mark>``."""
    parts, end = [], 0
    for start, stop in Matcher(words).spans(text):
        parts += [escape(text[end:start]), f"<mark>{escape(text[start:stop])}</mark>"]
        end = stop
    return mark_safe("".join([*parts, escape(text[end:])]))


def excerpt(text: str, words: Sequence[str]) -> str:
    """Return the text around the first match, cut between words; empty without a match."""
    text = " ".join(text.split())
    found = next(Matcher(words).spans(text), None)
    if not found:
        return ""
    start, end = max(found[0] - CHARS_BEFORE, 0), found[1] + CHARS_AFTER
    before, after = text[start : found[0]], text[found[1] : end]
    if start:
        before = "…" + (before.partition(" ")[2] or before)
    if end < len(text):
        after = (after.rpartition(" ")[0] or after) + "…"
    return before + text[slice(*found)] + after
