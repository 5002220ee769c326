"""Plain text of strangers: what is taken of it, and how it is shown."""

import re

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from core.text import without_controls
from core.web_urls import host_of

# What readers link to is not our word: search engines are told so (Google's `ugc`, since 2019).
REL = "nofollow ugc noopener"
_URL = re.compile(r"\bhttps?://[^\s<>\"'“”‘’`|\\^{}]+", re.IGNORECASE)
_ENDS = ".,:;!?*_~…"


def cleaned(text: str) -> str:
    """Return text without control characters, with plain line ends and no more than one gap."""
    text = without_controls(text.replace("\r\n", "\n").replace("\r", "\n"))
    lines = "\n".join(line.rstrip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip("\n")


def as_html(text: str) -> SafeString:
    """Return plain text as HTML: paragraphs, line breaks, and links to http(s) addresses."""
    paragraphs = (part for part in re.split(r"\n{2,}", text.strip("\n")) if part)
    return format_html_join("\n", "<p>{}</p>", ((_lines(part),) for part in paragraphs))


def _lines(paragraph: str) -> SafeString:
    return format_html_join(
        mark_safe("<br>\n"), "{}", ((_linked(line),) for line in paragraph.split("\n"))
    )


def _linked(line: str) -> SafeString:
    """Return a line with its addresses as links; what is around them is escaped."""
    parts, end = [], 0
    for found in _URL.finditer(line):
        url = _without_ending(found[0])
        if host_of(url):
            parts += [(line[end : found.start()],), (_link(url),)]
            end = found.start() + len(url)
    return format_html_join("", "{}", [*parts, (line[end:],)])


def _link(url: str) -> SafeString:
    return format_html('<a href="{}" rel="{}">{}</a>', url, REL, url)


def _without_ending(url: str) -> str:
    """Return an address without the punctuation of the sentence it stands in.

    A bracket at its end belongs to the sentence if it was opened before the address began.
    """
    odd = {")": url.count(")") - url.count("("), "]": url.count("]") - url.count("[")}
    end = len(url)
    while end and (url[end - 1] in _ENDS or odd.get(url[end - 1], 0) > 0):
        end -= 1
        if url[end] in odd:
            odd[url[end]] -= 1
    return url[:end]
