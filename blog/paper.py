"""A post as HTML for paper, of which its PDF is made.

It holds what the web page says of the post, with all that it discloses, less what only a screen can
do. The addresses of links become notes.
"""

from collections import defaultdict
from typing import TYPE_CHECKING

from django.template import loader
from django.utils import translation
from lxml import html

from core.models import SiteSettings
from core.richtext import absolute_url
from core.text import without_controls

from .directions import resolve_directions

if TYPE_CHECKING:
    from blog.models import PostPage

# Of pictures at several widths, the largest that is not wider than paper needs.
WIDEST = 1600
# The characters in a line of a table. Columns whose longest words take more share it evenly.
MAX_TABLE_CHARACTERS = 80


def html_of(post: "PostPage") -> str:
    """Return a whole document. It is the same as long as nothing in it has changed."""
    context = {"page": post, "brand": SiteSettings.for_site(post.get_site())}
    with translation.override(post.locale.language_code):
        source = loader.render_to_string("blog/paper/post.html", context)
    document = html.document_fromstring(without_controls(source))
    for script in document.xpath("//script | //audio"):
        script.drop_tree()
    for formats in document.xpath("//picture | //picture/source"):
        formats.drop_tag()
    for picture in document.iter("img"):
        _choose_width(picture)
    for table in document.iter("table"):
        _narrow_columns(table)
    resolve_directions(document)
    _note_addresses(document)
    return html.tostring(document, doctype="<!doctype html>", encoding="unicode")


def _choose_width(picture: html.HtmlElement) -> None:
    """Have a picture shown as large as paper needs it."""
    offered = [part.split() for part in picture.attrib.pop("srcset", "").split(",") if part.strip()]
    candidates = [(int(width.removesuffix("w")), url) for url, width in offered]
    fitting = [it for it in candidates if it[0] <= WIDEST]
    if fitting:
        picture.set("src", max(fitting)[1])
    for name in ("sizes", "loading", "fetchpriority", "decoding"):
        picture.attrib.pop(name, None)


def _narrow_columns(table: html.HtmlElement) -> None:
    """Allow line breaks inside words that are too long for the columns of a table."""
    longest: dict[int, int] = defaultdict(int)
    for row in table.iter("tr"):
        for column, cell in enumerate(row):
            words = cell.text_content().split()
            longest[column] = max([longest[column], *map(len, words)])
    if sum(longest.values()) > MAX_TABLE_CHARACTERS:
        table.set("class", "even")


def _note_addresses(document: html.HtmlElement) -> None:
    """Put the address of each link behind it, once, unless the link leads within the post."""
    noted: set[str] = set()
    for link in document.xpath("//body//a[@href and not(starts-with(@href, '#'))]"):
        address = absolute_url(link.get("href"))
        link.set("href", address)
        words = "".join(link.text_content().split())
        shown = address.removeprefix("mailto:").removeprefix("tel:")
        if shown not in noted and shown not in words:
            noted.add(shown)
            note = html.Element("span", {"class": "note", "dir": "ltr"})
            note.text, note.tail, link.tail = shown, link.tail, None
            link.addnext(note)
