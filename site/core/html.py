"""Parse HTML from editors: any text gives a tree."""

import re

from lxml import etree, html

from .text import without_controls

# Tags that are not closed have names that no writer of XML takes, as "p<".
_NAME = re.compile(r"[A-Za-z][\w:.-]*")
_PARSER = html.HTMLParser(remove_comments=True, remove_pis=True)


def parse_fragment(source: str) -> html.HtmlElement:
    """Return a ``div`` with the elements and the text of some HTML, less comments.

    It is empty if there are none.
    """
    try:
        tree = html.fragment_fromstring(
            without_controls(source), create_parent="div", parser=_PARSER
        )
    except etree.LxmlError:
        return html.Element("div")
    for element in list(tree.iter()):
        if not _NAME.fullmatch(element.tag):
            element.drop_tag()
    return tree


def serialize_children(tree: html.HtmlElement) -> str:
    """Return the HTML of what lies in a ``div`` without attributes."""
    return html.tostring(tree, encoding="unicode").removeprefix("<div>").removesuffix("</div>")
