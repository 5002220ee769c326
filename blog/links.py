"""Where a body leads on this site, and what of it readers do not reach.

Links are read from the body as it is stored, without asking the database; what they lead to is then
looked up for all of them at once.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.documents import get_document_model
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.models import Page

from core.html import parse_fragment
from core.primary_keys import parse_pk
from core.visibility import is_open_to_all

from .models.reusable import ReusableContent, numbered

if TYPE_CHECKING:
    from .models.body import BodyPage


@dataclass(frozen=True)
class InternalLink:
    """A link to a page or document of this site; ``words`` are empty where it was chosen."""

    kind: str
    target: int
    block: int
    words: str = ""


@dataclass(frozen=True)
class BrokenLink:
    """A link whose target is gone (it then has no title), or not public."""

    link: InternalLink
    title: str = ""

    @property
    def why(self) -> str:
        """What readers find behind it."""
        if self.title:
            return _("“%(title)s” is not public") % {"title": self.title}
        return _("the document is gone") if self.link.kind == "document" else _("the page is gone")


def links_in(
    page: "BodyPage", contents: Mapping[int, ReusableContent] | None = None
) -> list[InternalLink]:
    """Return the links of a page's body, in reading order, those of reusable content included.

    They carry the numbers of the body's blocks, from 1. ``contents`` spares looking up the reusable
    content of each page by itself.
    """
    kinds = page.body.stream_block.child_blocks
    return [
        InternalLink(kind, target, number, words)
        for number, raw in numbered(page.body.get_prep_value(), contents)
        if raw["type"] in kinds
        for kind, target, words in _links(kinds[raw["type"]], raw["value"])
    ]


def broken(links: Iterable[InternalLink]) -> list[BrokenLink]:
    """Return those of the links that lead to nothing, or to what not everyone may read."""
    links = list(links)
    pages = {link.target for link in links if link.kind == "page"}
    documents = {link.target for link in links if link.kind == "document"}
    titles = dict(Page.objects.filter(pk__in=pages).values_list("pk", "title"))
    public = Page.objects.live().filter(is_open_to_all(), pk__in=pages).values_list("pk", flat=True)
    kept = get_document_model().objects.filter(pk__in=documents).values_list("pk", flat=True)
    sound = {"page": set(public), "document": set(kept)}
    return [
        BrokenLink(link, titles.get(link.target, "") if link.kind == "page" else "")
        for link in links
        if link.target not in sound[link.kind]
    ]


def _links(block: blocks.Block, value: Any) -> Iterator[tuple[str, int, str]]:
    """Return what the stored value of a block leads to."""
    match block:
        case blocks.StructBlock():
            for name, child in block.child_blocks.items():
                yield from _links(child, (value or {}).get(name))
        case blocks.ListBlock():
            for item in value or []:
                is_wrapped = isinstance(item, dict) and item.get("type") == "item"
                yield from _links(block.child_block, item["value"] if is_wrapped else item)
        case blocks.RichTextBlock():
            yield from _links_of_text(value or "")
        case blocks.PageChooserBlock() if value:
            yield "page", int(value), ""
        case DocumentChooserBlock() if value:
            yield "document", int(value), ""


def _links_of_text(source: str) -> Iterator[tuple[str, int, str]]:
    if "linktype" not in source:
        return
    for anchor in parse_fragment(source).iter("a"):
        kind, target = anchor.get("linktype"), parse_pk(anchor.get("id"))
        if kind in {"page", "document"} and target is not None:
            yield kind, target, anchor.text_content().strip()
