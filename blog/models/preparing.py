"""All that bodies show, found for one page or for many in the same number of queries."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import models
from wagtail.blocks import StreamValue
from wagtail.rich_text import RichText

from core import richtext
from core.models import CreditedImage
from core.streams import instances_in

from ..citations import link_citations
from ..headings import mark_headings
from .author import Author
from .book import Book, RetailerLink
from .disclaimer import Disclaimer
from .embed import Embed
from .reusable import ReusableContent, numbered
from .translated import holding_in, in_words_of

if TYPE_CHECKING:
    from .body import BodyPage


def prepare(pages: Sequence["BodyPage"]) -> None:
    """Find all that many pages show and disclose, in a fixed number of queries.

    They are of one model and in one language.
    Their bylines and topics are for the query that finds the pages (``PostQuerySet.in_full``).
    """
    if not pages:
        return
    library = library_of_disclaimers(pages[0].locale_id)
    for page, content in zip(pages, contents_of(pages), strict=True):
        page._blocks = content
        page._library = library


def library_of_disclaimers(locale: int) -> list[Disclaimer]:
    """Return all disclaimers for pages in a language, with the links in their texts resolved."""
    library = list(holding_in(locale, Disclaimer).prefetch_related("topics"))
    in_words_of(locale, library)
    richtext.expand_in_place([(disclaimer, "text") for disclaimer in library])
    return library


def contents_of(pages: Sequence["BodyPage"]) -> list[StreamValue]:
    """Return a copy of the body of each page, with all that its blocks show."""
    contents = _copies(pages)
    _find_published(contents)
    _find_embeds(contents)
    authors, books = _all(contents, Author), _all(contents, Book)
    _find_relations(contents, authors, books)
    _find_words(contents, books, pages)
    richtext.expand_in_place(
        [(text, "source") for text in _all(contents, RichText)]
        + [(author, "bio") for author in authors]
        + [(disclaimer, "text") for disclaimer in _all(contents, Disclaimer)]
        + [(program, "text") for book in books for program in book.programs]
    )
    for content in contents:
        link_citations(content)
        mark_headings(content)
    return contents


def _copies(pages: Sequence["BodyPage"]) -> list[StreamValue]:
    """Return the bodies anew, reusable content in its place; what blocks choose is shared."""
    if not pages:
        return []
    stream = pages[0].body.stream_block
    stored = [page.body.get_prep_value() for page in pages]
    names = {raw["value"]["content"] for body in stored for raw in body if _is_reusable(raw)}
    reusable = ReusableContent.objects.in_bulk(names) if names else {}
    in_words_of(pages[0].locale_id, reusable.values(), "body")
    bodies = [
        [raw for _number, raw in numbered(body, reusable) if raw["type"] in stream.child_blocks]
        for body in stored
    ]
    children = iter(stream.to_python([raw for body in bodies for raw in body]))
    copies = [[next(children) for _raw in body] for body in bodies]
    return [
        StreamValue(stream, [(child.block_type, child.value, child.id) for child in copy])
        for copy in copies
    ]


def _is_reusable(raw: dict[str, Any]) -> bool:
    return raw["type"] == "reusable"


def _find_relations(
    contents: Sequence[StreamValue], authors: Sequence[Author], books: Sequence[Book]
) -> None:
    """Find links, programs and pictures of what bodies show, and the sizes of all pictures."""
    links = models.Prefetch("links", RetailerLink.objects.select_related("program"))
    models.prefetch_related_objects(authors, "links", "photo")
    models.prefetch_related_objects(books, links, "cover")
    images = _all(contents, CreditedImage)
    images += [author.photo for author in authors if author.photo]
    images += [book.cover for book in books if book.cover]
    models.prefetch_related_objects(images, "renditions")


def _find_words(
    contents: Sequence[StreamValue], books: Sequence[Book], pages: Sequence["BodyPage"]
) -> None:
    """Have disclaimers and programs speak the language of the pages that show them."""
    for page in pages[:1]:
        in_words_of(page.locale_id, _all(contents, Disclaimer))
        in_words_of(page.locale_id, [program for book in books for program in book.programs])


def _find_published(contents: Sequence[StreamValue]) -> None:
    """Find out which of the posts in bodies everyone may read."""
    from .post import PostPage

    posts = _all(contents, PostPage)
    if posts:
        numbers = {post.pk for post in posts}
        published = set(
            PostPage.objects.published().filter(pk__in=numbers).values_list("pk", flat=True)
        )
        for post in posts:
            post.is_published = post.pk in published


def _find_embeds(contents: Sequence[StreamValue]) -> None:
    """Find what is known of everything in bodies that is shown elsewhere."""
    values = [child.value for body in contents for child in body if child.block_type == "embed"]
    known = Embed.objects.in_bulk({value["url"] for value in values}, field_name="url")
    for value in values:
        value.embed = known.get(value["url"])


def _all(contents: Sequence[StreamValue], kind: type) -> list[Any]:
    return [value for content in contents for value in instances_in(content, kind)]
