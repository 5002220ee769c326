"""What templates of the email and text channels need."""

import re
import textwrap

from django import template
from django.utils.safestring import SafeString, mark_safe
from wagtail.rich_text import RichText

from core import richtext

register = template.Library()

LINE_LENGTH = 72  # RFC 3676, section 4.2, advises 78 at most; answers add marks of quotation.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_URL = re.compile(r"\b\w+://\S+")
_LINE_START = re.compile(r"(?:> ?)+|\s*(?:[-+*]|\d+\.)\s+|\s*")


@register.filter
def email_html(text: RichText | str) -> SafeString:
    """Return rich text as HTML for a mail."""
    return mark_safe(richtext.for_email(text))


@register.filter
def plain_text(text: RichText | str) -> str:
    """Return rich text as plain text."""
    return richtext.for_text(text)


@register.filter
def absolute(path: str) -> str:
    """Return the whole address of a path of this site."""
    return richtext.absolute_url(path)


@register.filter
def one_line(text: str) -> str:
    """Return text with every run of white space and control characters made one space."""
    return re.sub(r"[\s\x00-\x1f\x7f]+", " ", str(text)).strip()


@register.filter
def indent(text: str, prefix: str = "    ") -> str:
    """Return text with ``prefix`` before each line, as plain text shows a quotation."""
    return "\n".join(f"{prefix}{line}".rstrip() for line in str(text).splitlines())


@register.filter
def underlined(text: str, character: str = "-") -> str:
    """Return a line of text underlined with ``character``, as plain text shows a heading."""
    return f"{text}\n{character * min(len(text), LINE_LENGTH)}"


@register.filter
def laid_out(text: str) -> str:
    """Return a plain-text mail in lines of at most 72 characters and no two empty lines together.

    Addresses do not count, so that none is parted from the words beside it but in running text.
    """
    lines = (_wrapped(line.rstrip()) for line in _CONTROLS.sub("", text).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def _wrapped(line: str) -> str:
    """Return a line broken into several, each beginning as a quotation or list item goes on."""
    if len(_URL.sub("", line)) <= LINE_LENGTH:
        return line
    start = _LINE_START.match(line)[0]
    return textwrap.fill(
        line,
        LINE_LENGTH,
        subsequent_indent=start if ">" in start else " " * len(start),
        break_long_words=False,
        break_on_hyphens=False,
    )
