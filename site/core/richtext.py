"""Rich text outside web pages: in mails, where styles and links stand alone, and as plain text."""

import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

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

from .fetching import Wanted
from .html import parse_fragment, serialize_children
from .primary_keys import parse_pk
from .text import without_controls
from .web_urls import join_urls

# By kind and key.
Addresses = dict[tuple[str, int | None], str | None]

# In a mail the post's title is a heading already, and so are the others one lower.
_LOWER = {"h2": "h3", "h3": "h4", "h4": "h5"}
# What rich text in an email may carry; MJML is XML, and refuses names that HTML lets pass.
_ATTRIBUTES = {"class", "colspan", "dir", "href", "lang", "reversed", "rowspan", "start", "title"}
_RAISED = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
_PLAIN_TEXT = ParserConfig(css=CSS_PROFILES["strict"], display_links=True)


def absolute_url(path: str) -> str:
    """Return the absolute URL of a path of this site; what has a host already stays as it is."""
    return join_urls(f"{settings.BASE_URL}/", path)


def for_email(text: RichText | str) -> str:
    """Return rich text as HTML for a mail: whole addresses in links, styles beside each element."""
    source = _expanded(text)
    if not source.strip():
        return ""
    css = loader.get_template("email/richtext.css", using="text").render()
    tree = _standing_alone(source)
    for heading in tree.iter(*_LOWER):
        heading.tag = _LOWER[heading.tag]
    return css_inline.inline_fragment(serialize_children(tree), css, load_remote_stylesheets=False)


def for_text(text: RichText | str) -> str:
    """Return rich text as plain text, with the address of each link behind it."""
    source = _expanded(text)
    if not source.strip():
        return ""
    tree = _standing_alone(source)
    for raised in tree.iter("sup"):
        raised.text = (raised.text or "").translate(_RAISED)
    return get_text(serialize_children(tree), _PLAIN_TEXT).strip()


class ExpandedText(RichText):
    """Rich text whose links are resolved: it is shown as it is, through no template."""

    def __html__(self) -> str:
        return self.source


def expand_in_place(places: Sequence[tuple[Any, str]]) -> None:
    """Resolve the links in rich text that lies in attributes, in one look-up for all of it.

    ``places`` are pairs of an object and the name of its attribute. The objects are for showing
    only: saved, they would have lost what tells a link to a page from one to an address.
    """
    sources = [getattr(thing, name) or "" for thing, name in places]
    addresses = _addresses_in(sources)
    for (thing, name), source in zip(places, sources, strict=True):
        setattr(thing, name, expand_db_html(_with_addresses(source, addresses)))


def _addresses_in(sources: Iterable[str]) -> Addresses:
    """Return the URLs of the links to pages and documents in some HTML, found in one look-up.

    Wagtail's own way takes three: for pages, for what each kind of page has, and for documents.
    """
    models = {"page": Page, "document": get_document_model()}
    keys: dict[str, set[int | None]] = {kind: set() for kind in models}
    for source in sources:
        for tag in FIND_A_TAG.findall(source):
            attributes = extract_attrs(tag)
            if (kind := attributes.get("linktype")) in keys:
                keys[kind].add(parse_pk(attributes.get("id")))
    wanted = Wanted()
    for kind, model in models.items():
        wanted.add(model, pk__in=keys[kind] - {None})
    found = wanted.fetch()
    return {
        (kind, thing.pk): thing.url
        for kind, model in models.items()
        for thing in found[model].values()
    }


def _with_addresses(source: str, addresses: Addresses) -> str:
    """Return HTML with these URLs in its links to pages and documents."""

    def resolved(tag: re.Match) -> str:
        attributes = extract_attrs(tag[1])
        kind = attributes.get("linktype")
        if kind not in ("page", "document"):
            return tag[0]
        address = addresses.get((kind, parse_pk(attributes.get("id"))))
        return f'<a href="{escape(address)}">' if address else "<a>"

    return FIND_A_TAG.sub(resolved, source)


def _expanded(text: RichText | str) -> str:
    source = text.source if isinstance(text, RichText) else str(text or "")
    return without_controls(expand_db_html(source))


def _standing_alone(source: str) -> html.HtmlElement:
    tree = parse_fragment(source)
    for element in list(tree.iter()):
        for name in set(element.attrib) - _ATTRIBUTES:
            del element.attrib[name]
        href = element.get("href", "")
        if href.startswith("#"):  # A place on the page, and there is no page here.
            element.drop_tag()
        elif href:
            element.set("href", absolute_url(href))
    return tree
