"""Rich text outside web pages: in mails, where styles and links stand alone, and as plain text."""

import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any
from urllib.parse import urljoin

import css_inline
from django.conf import settings
from django.template import loader
from inscriptis import get_text
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.model.config import ParserConfig
from lxml import html
from wagtail.documents import get_document_model
from wagtail.models import Page
from wagtail.rich_text import RichText, expand_db_html
from wagtail.rich_text.rewriters import FIND_A_TAG, extract_attrs

from .channels import without_controls
from .fetching import Wanted

_BETWEEN = "<!-- between -->"
# In a mail the post's title is a heading already, and so are the others one lower.
_LOWER = {"h2": "h3", "h3": "h4", "h4": "h5"}
_RAISED = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
_PLAIN_TEXT = ParserConfig(css=CSS_PROFILES["strict"], display_links=True)


def absolute_url(path: str) -> str:
    """Return the whole address of a path of this site; what has a host already stays as it is."""
    return urljoin(f"{settings.BASE_URL}/", path)


def for_email(text: RichText | str) -> str:
    """Return rich text as HTML for a mail: whole addresses in links, styles beside each element."""
    source = _expanded(text)
    if not source.strip():
        return ""
    css = loader.get_template("email/richtext.css", using="text").render()
    tree = _standing_alone(source)
    for heading in tree.iter(*_LOWER):
        heading.tag = _LOWER[heading.tag]
    return css_inline.inline_fragment(_inside(tree), css, load_remote_stylesheets=False)


def for_text(text: RichText | str) -> str:
    """Return rich text as plain text, with the address of each link behind it."""
    source = _expanded(text)
    if not source.strip():
        return ""
    tree = _standing_alone(source)
    for raised in tree.iter("sup"):
        raised.text = (raised.text or "").translate(_RAISED)
    return get_text(_inside(tree), _PLAIN_TEXT).strip()


class ExpandedText(RichText):
    """Rich text whose links are resolved: it is shown as it is, through no template."""

    def __html__(self) -> str:
        return self.source


def expand_in_place(places: Sequence[tuple[Any, str]]) -> None:
    """Resolve the links in rich text that lies in attributes, in one look-up for all of it.

    ``places`` are pairs of an object and the name of its attribute. The objects are for showing
    only: saved, they would have lost what tells a link to a page from one to an address.
    """
    if not places:
        return
    together = _BETWEEN.join(getattr(thing, name) or "" for thing, name in places)
    expanded = expand_db_html(_with_addresses(together)).split(_BETWEEN)
    for (thing, name), text in zip(places, expanded, strict=True):
        setattr(thing, name, text)


def _with_addresses(source: str) -> str:
    """Return HTML with its links to pages and documents leading there, found in one look-up.

    Wagtail's own way takes three: for pages, for what each kind of page has, and for documents.
    """
    keys: dict[str, set[str]] = {"page": set(), "document": set()}
    for tag in FIND_A_TAG.findall(source):
        attributes = extract_attrs(tag)
        if (kind := attributes.get("linktype")) in keys and attributes.get("id", "").isdecimal():
            keys[kind].add(attributes["id"])
    if not any(keys.values()):
        return source
    models = {"page": Page, "document": get_document_model()}
    wanted = Wanted()
    for kind, model in models.items():
        wanted.add(model, pk__in=keys[kind])
    found = wanted.fetch()
    addresses = {kind: _addresses(found[model].values()) for kind, model in models.items()}

    def resolved(tag: re.Match) -> str:
        attributes = extract_attrs(tag[1])
        kind = attributes.get("linktype")
        if kind not in addresses:
            return tag[0]
        address = addresses[kind].get(attributes.get("id"))
        return f'<a href="{escape(address)}">' if address else "<a>"

    return FIND_A_TAG.sub(resolved, source)


def _addresses(things: Iterable[Any]) -> dict[str, str]:
    return {str(thing.pk): thing.url for thing in things}


def _expanded(text: RichText | str) -> str:
    source = text.source if isinstance(text, RichText) else str(text or "")
    return without_controls(expand_db_html(source))


def _standing_alone(source: str) -> html.HtmlElement:
    tree = html.fragment_fromstring(source, create_parent="div")
    for element in list(tree.iter()):
        element.attrib.pop("data-block-key", None)
        href = element.get("href", "")
        if href.startswith("#"):  # A place on the page, and there is no page here.
            element.drop_tag()
        elif href:
            element.set("href", absolute_url(href))
    return tree


def _inside(tree: html.HtmlElement) -> str:
    inner = html.tostring(tree, encoding="unicode")
    return inner.removeprefix("<div>").removesuffix("</div>")
