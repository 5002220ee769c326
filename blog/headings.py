"""The headings of a body: each has an id to lead to, and long posts have a table of contents."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from django.utils.html import strip_tags
from django.utils.text import slugify
from wagtail.blocks import StreamValue
from wagtail.rich_text import RichText

_HEADING = re.compile(r"<h([2-4])\b([^>]*)>(.*?)</h\1>", re.DOTALL)
_ID = re.compile(r'\bid="([^"]*)"')


class HeadingText(str):
    """The words of a heading block, and the id that it has on its page."""

    anchor: str = ""


@dataclass(frozen=True)
class Entry:
    """An entry in a table of contents, with those of the headings one level below."""

    words: str
    anchor: str
    below: tuple["Entry", ...] = ()


def mark_headings(content: StreamValue) -> None:
    """Give each heading in a body's blocks and paragraphs an id that no other has.

    It follows from the words alone, so that links to it work as long as they stay. It has a prefix,
    so that no heading takes the id of a part of the page.
    """
    taken: set[str] = set()

    def marked(found: re.Match) -> str:
        level, attributes, inner = found.groups()
        anchor = "" if _ID.search(attributes) else _anchor(_words(inner), taken)
        return f'<h{level}{attributes} id="{anchor}">{inner}</h{level}>' if anchor else found[0]

    for child in content:
        if child.block_type == "heading":
            child.value = HeadingText(child.value)
            child.value.anchor = _anchor(child.value, taken)
        elif child.block_type == "paragraph" and "<h" in child.value.source:
            child.value = RichText(_HEADING.sub(marked, child.value.source))


def table_of_contents(content: StreamValue) -> list[Entry]:
    """Return the marked headings of a body: h2, with the h3 below each."""
    entries: list[Entry] = []
    for level, words, anchor in _marked(content):
        if level == 2 or not entries:
            entries.append(Entry(words, anchor))
        elif level == 3:
            last = entries[-1]
            entries[-1] = Entry(last.words, last.anchor, (*last.below, Entry(words, anchor)))
    return entries


def _marked(content: StreamValue) -> Iterator[tuple[int, str, str]]:
    """Return level, words and id of each heading."""
    for child in content:
        match child.block_type:
            case "heading" if anchor := getattr(child.value, "anchor", ""):
                yield 2, str(child.value), anchor
            case "references" if child.value.shown:
                yield 2, child.value["title"], "references"
            case "paragraph":
                for level, attributes, inner in _HEADING.findall(child.value.source):
                    if found := _ID.search(attributes):
                        yield int(level), _words(inner), found[1]


def _anchor(words: str, taken: set[str]) -> str:
    """Return an id that is not taken, and take it; empty where there is no letter or digit."""
    slug = slugify(words, allow_unicode=True)
    if not slug:
        return ""
    anchor, number = f"on-{slug}", 1
    while anchor in taken:
        number += 1
        anchor = f"on-{slug}-{number}"
    taken.add(anchor)
    return anchor


def _words(source: str) -> str:
    return unescape(strip_tags(source)).strip()
