"""How the bodies of a message are shown: HTML as a page of its own, text with its links."""

import re

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

OWN_TARGET = re.compile(
    r"""(<(?:a|area|form)\b[^<>]*?)\starget\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)""", re.IGNORECASE
)
# The places where <base> may be put, best first; before the doctype it would mean quirks mode.
OPENINGS = [re.compile(rf"<{name}\b[^>]*>", re.IGNORECASE) for name in ("head", "html", "!doctype")]
URL = re.compile(r"""https?://[^\s<>"]+""", re.IGNORECASE)


def as_frame(html: str) -> str:
    """The HTML of a mail with each link opening in a new tab, as in a mail program.

    In a sandboxed frame a link could not do otherwise: sites refuse to be framed, and the frame
    may not navigate the page around it. Of several <base target>, the first one counts.
    """
    html = OWN_TARGET.sub(r"\1", html)
    opening = next(filter(None, (place.search(html) for place in OPENINGS)), None)
    position = opening.end() if opening else 0
    return f'{html[:position]}<base target="_blank">{html[position:]}'


def linkify(text: str) -> SafeString:
    """The text as HTML with its web addresses as links, each kept to the letter.

    Not Django's urlize, which quotes addresses anew: a signed link must arrive as it was sent.
    """
    pieces, position = [], 0
    for match in URL.finditer(text):
        url = _without_punctuation(match[0])
        pieces.append((text[position : match.start()], format_html('<a href="{0}">{0}</a>', url)))
        position = match.start() + len(url)
    pieces.append((text[position:], ""))
    return format_html_join("", "{}{}", pieces)


def _without_punctuation(url: str) -> str:
    """The address without what ends the sentence or the bracket around it."""
    return url.rstrip(".,;:!?'" if "(" in url or "[" in url else ".,;:!?')]")
