"""Show readers where in a text their words are."""

import re
from collections.abc import Sequence

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

BEFORE, AFTER = 90, 170


def has_match(text: str, words: Sequence[str]) -> bool:
    """Return whether one of the words, or one that begins as it does, is in a text."""
    return bool(_pattern(words).search(text))


def highlight(text: str, words: Sequence[str]) -> SafeString:
    """Return a text as HTML, escaped, with the words that match in ``<mark>``."""
    parts, end = [], 0
    for match in _pattern(words).finditer(text):
        parts += [escape(text[end : match.start()]), f"<mark>{escape(match[0])}</mark>"]
        end = match.end()
    return mark_safe("".join([*parts, escape(text[end:])]))


def excerpt(text: str, words: Sequence[str]) -> str:
    """Return what stands around the first match in a text, cut between words; empty without one."""
    text = " ".join(text.split())
    match = _pattern(words).search(text)
    if not match:
        return ""
    start, end = max(match.start() - BEFORE, 0), match.end() + AFTER
    before, after = text[start : match.start()], text[match.end() : end]
    if start:
        before = "…" + (before.partition(" ")[2] or before)
    if end < len(text):
        after = (after.rpartition(" ")[0] or after) + "…"
    return before + match[0] + after


def _pattern(words: Sequence[str]) -> re.Pattern[str]:
    """Return what finds the words; of CJK, which has no spaces, also inside of others."""
    longest_first = sorted(words, key=len, reverse=True)
    either = "|".join(
        re.escape(word) if _is_unspaced(word) else rf"(?<!\w){re.escape(word)}\w*"
        for word in longest_first
    )
    return re.compile(either or r"(?!)", re.IGNORECASE)


def _is_unspaced(word: str) -> bool:
    return "\u2e80" <= word[0] <= "\u9fff" or "\uac00" <= word[0] <= "\ud7af"
