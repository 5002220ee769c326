"""Link the places in a text that cite a work with the list of works, and the list with them.

Editors write citations as they are printed: "(Vance, 2023)", "(Vance & Hallam, 2023; Moss, 2019)".
"""

import re
from collections.abc import Mapping, Sequence
from html import escape, unescape
from typing import Any

from wagtail.blocks import StreamValue
from wagtail.rich_text import RichText

from .blocks.references import ReferenceValue, normal

_IN_BRACKETS = re.compile(r"\(([^()<>]*\d[^()<>]*|[^()<>]*n\.d\.[^()<>]*)\)")
_TAG = re.compile(r"(<[^>]*>)")


def link_citations(content: StreamValue) -> None:
    """Link the citations in a body's paragraphs with its list of references.

    In a list by number, works are in the order in which they are cited, then those that are not.
    """
    works = next((child.value for child in content if child.block_type == "references"), None)
    if works is None:
        return
    linker = _Linker(works["references"], works.is_numbered)
    for child in content:
        if child.block_type == "paragraph":
            child.value = RichText(linker.linked(child.value.source))
    linker.finish()
    works.shown = linker.in_order(works["references"])


class _Linker:
    """Goes through the paragraphs in reading order and keeps what was cited where."""

    def __init__(self, references: Sequence[ReferenceValue], numbered: bool) -> None:
        self._by_label: Mapping[str, ReferenceValue] = {
            normal(reference.label): reference for reference in references
        }
        self._numbered = numbered
        self._cited: dict[str, list[str]] = {}

    def linked(self, source: str) -> str:
        """Return HTML with the citations in its text linked, but for those within a link."""
        parts = _TAG.split(source)
        depth = 0
        for at, part in enumerate(parts):
            if part.startswith("<"):
                depth += part.startswith("<a ") - part.startswith("</a>")
            elif not depth:
                parts[at] = _IN_BRACKETS.sub(self._bracket, part)
        return "".join(parts)

    def finish(self) -> None:
        """Number the works, and tell each where it is cited."""
        order = [*self._cited, *(label for label in self._by_label if label not in self._cited)]
        for number, label in enumerate(order, start=1):
            reference = self._by_label[label]
            reference.cited_at = tuple(self._cited.get(label, ()))
            reference.number = number if self._numbered else None

    def in_order(self, references: Sequence[ReferenceValue]) -> list[ReferenceValue]:
        """Return the works of a list in the order in which it shows them."""
        if self._numbered:
            return sorted(references, key=lambda reference: reference.number)
        return sorted(references, key=lambda reference: reference.label.casefold())

    def _bracket(self, found: re.Match) -> str:
        """Return a pair of brackets with its citations linked; as it was where one is unknown."""
        labels = [normal(part) for part in unescape(found[1]).split(";")]
        if not all(label in self._by_label for label in labels):
            return found[0]
        links = [self._link(label) for label in labels]
        return f"[{', '.join(links)}]" if self._numbered else f"({'; '.join(links)})"

    def _link(self, label: str) -> str:
        reference = self._by_label[label]
        places = self._cited.setdefault(label, [])
        places.append(f"cite-{reference.anchor.removeprefix('ref-')}-{len(places) + 1}")
        number = list(self._cited).index(label) + 1
        words: Any = number if self._numbered else reference.label
        return (
            f'<a href="#{escape(reference.anchor)}" id="{escape(places[-1])}">'
            f"{escape(str(words), quote=False)}</a>"
        )
