"""A post away from its page: whole, in HTML that needs no style, script or form of ours.

It is what the web shows of it, disclosures included, with whole addresses.
"""

import re
from functools import partial

from django.template import loader
from lxml import etree, html

from core.html import parse_fragment, serialize_children
from core.richtext import absolute_url

from .models import PostPage

_DROPPED = ("script", "style", "form", "button", "svg", "template")
_KEPT = {
    *("alt", "cite", "colspan", "controls", "datetime", "dir", "height", "href", "lang", "rel"),
    *("reversed", "rowspan", "scope", "src", "start", "width"),
}
# What has other elements in it, and no words.
_OF_BLOCKS = {
    *("aside", "blockquote", "div", "dl", "figure", "footer", "ol", "section", "ul"),
    *("table", "tbody", "thead", "tr"),
}
_WIDEST = 1200
_GAP = re.compile(r"[ \t\r\n]+")


def as_html(post: PostPage) -> str:
    """Return what a post says below its title."""
    context = {"page": post, "standalone": True}
    source = loader.render_to_string("blog/partials/post_full.html", context)
    tree = parse_fragment(source)
    for element in tree.xpath("|".join(f"//{name}" for name in _DROPPED)):
        element.drop_tree()
    # Of a picture in several formats, the one that every reader knows.
    for element in tree.xpath("//picture | //picture/source"):
        element.drop_tag()
    complete = partial(_complete, post.full_url)
    for element in tree.iterdescendants(etree.Element):
        _size_up(element)
        _bracket_label(element)
        for name in set(element.attrib) - _KEPT:
            del element.attrib[name]
        for name in {"href", "src"} & set(element.attrib):
            element.set(name, complete(element.get(name)))
    _close_gaps(tree)
    return serialize_children(tree).strip()


def _complete(page: str, address: str) -> str:
    return f"{page}{address}" if address.startswith("#") else absolute_url(address)


def _close_gaps(tree: html.HtmlElement) -> None:
    """Make one space of what templates leave between words, and nothing between blocks of them.

    Code stays as it is.
    """
    for text in tree.xpath("//text()[not(ancestor::pre)]"):
        beside = text.getparent()
        around = beside.getparent() if text.is_tail else beside
        is_between = not text.strip() and around.tag in _OF_BLOCKS
        setattr(
            beside, "tail" if text.is_tail else "text", "" if is_between else _GAP.sub(" ", text)
        )


def _size_up(element: html.HtmlElement) -> None:
    """Take a picture at the size that most readers want: there, nobody chooses among several."""
    choices = [choice.split() for choice in (element.get("srcset") or "").split(", ") if choice]
    fitting = [(int(w[:-1]), url) for url, w in choices if int(w[:-1]) <= _WIDEST]
    if fitting and element.get("width", "").isdecimal():
        width, url = max(fitting)
        height = round(int(element.get("height")) * width / int(element.get("width")))
        element.attrib.update({"src": url, "width": str(width), "height": str(height)})


def _bracket_label(element: html.HtmlElement) -> None:
    """Put a label, which our style sets apart from what it stands beside, into brackets."""
    if "label" in element.get("class", "").split():
        element.text = f"({(element.text or '').strip()})"
