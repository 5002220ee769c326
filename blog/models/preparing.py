"""All that pages with a body show, found for one page or for many in the same few queries.

What their blocks choose, what belongs to that, and what is shown beside the body come in one query
(``core.fetching``). One before it asks for reusable content, for its blocks choose, too; one after
it for where links in texts lead.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from django.db.models import Model
from wagtail.blocks import StreamBlock, StreamValue
from wagtail.rich_text import RichText

from core import richtext
from core.fetching import Found, Those, Wanted, remember
from core.models import CreditedImage, Rendition
from core.streams import choices_in, instances_in, with_choices

from ..citations import link_citations
from ..headings import mark_headings
from .affiliate import AffiliateProgram
from .author import Author, AuthorLink
from .book import Book, RetailerLink
from .disclaimer import Disclaimer
from .embed import Embed
from .reusable import ReusableContent, numbered
from .topic import Topic
from .translated import holding_in, in_words_of, those_holding_in, want_all_holding_in

if TYPE_CHECKING:
    from .body import BodyPage
    from .post import PostPage

Body = list[dict[str, Any]]
DisclaimerTopic = Disclaimer.topics.through


@dataclass
class Prepared:
    """A copy of a page's body with all that its blocks show, and all disclaimers that there are."""

    blocks: StreamValue
    library: list[Disclaimer]


def prepare(pages: Sequence["BodyPage"], with_surroundings: bool = False) -> None:
    """Find all that many pages show and disclose, in three queries at most; more for languages.

    They are of one model; those of each language are found for themselves.
    With their surroundings, also what is stored of what they show around the body; else that is for
    the query that finds the pages (``PostQuerySet.in_full``), or is not stored yet.
    """
    by_language: dict[int, list[BodyPage]] = defaultdict(list)
    for page in pages:
        by_language[page.locale_id].append(page)
    for some in by_language.values():
        _prepare(some, with_surroundings)


def _prepare(pages: Sequence["BodyPage"], with_surroundings: bool) -> None:
    """Find what pages of one language show."""
    stream = pages[0].body.stream_block
    bodies = _bodies(pages)
    locale = pages[0].locale_id
    wanted = _wanted_by(stream, bodies, locale)
    if with_surroundings:
        pages[0].want_surroundings(pages, wanted)
    found = _found(wanted)
    library = _library(found, locale)
    in_words_of(locale, found[Disclaimer].values())
    in_words_of(locale, found[AffiliateProgram].values())
    for page, body in zip(pages, bodies, strict=True):
        page.prepared = Prepared(_in_place(stream, body, found), library)
        if with_surroundings:
            page.take_surroundings(found)
    _finish([page.prepared.blocks for page in pages], found)


def prepare_cards(posts: Sequence["PostPage"]) -> None:
    """Find all that listings show of posts, in one query."""
    if posts:
        wanted = Wanted()
        posts[0].want_card(posts, wanted)
        found = _found(wanted)
        for post in posts:
            post.take_card(found)


def library_of_disclaimers(locale: int) -> list[Disclaimer]:
    """Return all disclaimers for pages in a language, with the links in their texts resolved."""
    library = list(holding_in(locale, Disclaimer).prefetch_related("topics"))
    in_words_of(locale, library)
    richtext.expand_in_place([(disclaimer, "text") for disclaimer in library])
    return library


def with_chosen(stream: StreamBlock, body: Body) -> StreamValue:
    """Return the native value of a stored stream; all that its blocks choose comes in one query."""
    return _in_place(stream, body, _found(_choices(stream, [body])))


def as_shown(page: "BodyPage") -> StreamValue:
    """Return a page's body with reusable content in its place; texts are as they are stored."""
    return with_chosen(page.body.stream_block, _bodies([page])[0])


def _bodies(pages: Sequence["BodyPage"]) -> list[Body]:
    """Return the bodies as they are stored, reusable content in its place."""
    stored = [page.body.get_prep_value() for page in pages]
    names = {raw["value"]["content"] for body in stored for raw in body if _is(raw, "reusable")}
    reusable = ReusableContent.objects.in_bulk(names) if names else {}
    in_words_of(pages[0].locale_id, reusable.values(), "body")
    return [[raw for _number, raw in numbered(body, reusable)] for body in stored]


def _is(raw: dict[str, Any], kind: str) -> bool:
    return raw["type"] == kind


def _wanted_by(stream: StreamBlock, bodies: Sequence[Body], locale: int) -> Wanted:
    """Return what bodies choose and embed, and the disclaimers that they might owe."""
    wanted = _choices(stream, bodies)
    if urls := {raw["value"]["url"] for body in bodies for raw in body if _is(raw, "embed")}:
        wanted.add(Embed, url__in=urls)
    want_all_holding_in(locale, Disclaimer, wanted)
    wanted.add(DisclaimerTopic, pk__isnull=False)
    return wanted


def _choices(stream: StreamBlock, bodies: Sequence[Body]) -> Wanted:
    keys: dict[type[Model], set[Any]] = defaultdict(set)
    for body in bodies:
        for model, key in choices_in(stream, body):
            keys[model].add(key)
    wanted = Wanted()
    for model, some in keys.items():
        wanted.add(model, pk__in=some)
    return wanted


def _want_what_belongs(wanted: Wanted) -> None:
    """Ask also for links, programs and pictures of what is asked for, and for pictures' sizes."""
    if Author in wanted:
        wanted.add(AuthorLink, author__in=Those(Author))
        wanted.add(CreditedImage, pk__in=Those(Author, "photo"))
    if Book in wanted:
        wanted.add(RetailerLink, book__in=Those(Book))
        wanted.add(AffiliateProgram, pk__in=Those(RetailerLink, "program"))
        wanted.add(CreditedImage, pk__in=Those(Book, "cover"))
    if CreditedImage in wanted:
        wanted.add(Rendition, image__in=Those(CreditedImage))


def _found(wanted: Wanted) -> Found:
    """Fetch what is asked for, and put together what belongs together."""
    _want_what_belongs(wanted)
    found = wanted.fetch()
    _put_together(found)
    return found


def _put_together(found: Found) -> None:
    from .post import PostPage

    for post in found[PostPage].values():
        post.is_published = True
    images, programs = found[CreditedImage], found[AffiliateProgram]
    for image in images.values():
        image.prefetched_renditions = found.of(Rendition, "image_id", image.pk)
    for author in found[Author].values():
        author.photo = images.get(author.photo_id)
        remember(author, "links", _in_order(found.of(AuthorLink, "author_id", author.pk)))
    for link in found[RetailerLink].values():
        link.program = programs.get(link.program_id)
    for book in found[Book].values():
        book.cover = images.get(book.cover_id)
        remember(book, "links", _in_order(found.of(RetailerLink, "book_id", book.pk)))
    for disclaimer in found[Disclaimer].values():
        topics = found.of(DisclaimerTopic, "disclaimer_id", disclaimer.pk)
        remember(disclaimer, "topics", [Topic(pk=topic.topic_id) for topic in topics])


def _in_order(things: list[Any]) -> list[Any]:
    return sorted(things, key=lambda thing: thing.sort_order or 0)


def _in_place(stream: StreamBlock, body: Body, found: Found) -> StreamValue:
    """Return a body with what its blocks choose in its place."""
    content = with_choices(stream, body, lambda model, key: found[model].get(key))
    embeds = {embed.url: embed for embed in found[Embed].values()}
    for child in content:
        if child.block_type == "embed":
            child.value.embed = embeds.get(child.value["url"])
    return content


def _library(found: Found, locale: int) -> list[Disclaimer]:
    """Return all disclaimers for pages in a language, in the order of their names.

    Blocks may have chosen others, as translations.
    """
    return sorted(those_holding_in(locale, Disclaimer, found), key=attrgetter("name"))


def _finish(contents: Sequence[StreamValue], found: Found) -> None:
    """Lead the links in all texts to where they lead, and those to references to these."""
    richtext.expand_in_place(
        [(text, "source") for content in contents for text in instances_in(content, RichText)]
        + [(author, "bio") for author in found[Author].values()]
        + [(disclaimer, "text") for disclaimer in found[Disclaimer].values()]
        + [(program, "text") for program in found[AffiliateProgram].values()]
    )
    for content in contents:
        link_citations(content)
        mark_headings(content)
        for child in content:
            if child.block_type == "paragraph":
                child.value = richtext.ExpandedText(child.value.source)
