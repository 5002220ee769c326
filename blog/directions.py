"""Set text directions in HTML, for programs such as WeasyPrint that ignore ``dir="auto"``."""

import unicodedata
from collections.abc import Iterable, Iterator

from lxml.html import HtmlElement

# Each of these runs its own way, as a paragraph in another language does.
_BLOCKS = frozenset(
    {*("blockquote", "caption", "dd", "dt", "figcaption", "li", "ol", "p", "td", "th", "ul")}
    | {f"h{level}" for level in range(1, 7)}
)
_STRONG = {"L": "ltr", "R": "rtl", "AL": "rtl"}
# Source: Unicode Standard Annex 9, "Unicode Bidirectional Algorithm", X1: isolates.
_ISOLATES = {"LRI", "RLI", "FSI"}


def resolve_directions(document: HtmlElement) -> None:
    """Set ``dir`` on blocks and on ``dir="auto"`` elements, from their first strong character.

    A block without one runs as what it is in; what has ``dir="auto"`` runs from left to right.
    """
    for element in document.iter("*"):
        is_auto = element.get("dir") == "auto"
        if is_auto or (element.tag in _BLOCKS and "dir" not in element.attrib):
            if direction := first_strong(_texts(element)):
                element.set("dir", direction)
            elif is_auto:
                element.set("dir", "ltr")


def first_strong(texts: Iterable[str]) -> str | None:
    """Return the direction of the first strong character ("ltr" or "rtl"), outside of isolates.

    Source: Unicode Standard Annex 9, P2 and P3.
    """
    depth = 0
    for character in (character for text in texts for character in text):
        kind = unicodedata.bidirectional(character)
        if kind in _ISOLATES:
            depth += 1
        elif kind == "PDI":
            depth = max(depth - 1, 0)
        elif not depth and kind in _STRONG:
            return _STRONG[kind]
    return None


def _texts(element: HtmlElement) -> Iterator[str]:
    """Yield the texts in an element, except in descendants that set their own direction.

    Source: HTML Living Standard, "The dir attribute", the auto state.
    """
    if element.text:
        yield element.text
    for child in element.iterchildren("*"):
        if child.tag not in ("bdi", "script", "style", "textarea") and "dir" not in child.attrib:
            yield from _texts(child)
        if child.tail:
            yield child.tail
