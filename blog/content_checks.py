"""What should an editor look at before this post is published?

Each rule takes plain values and yields what it finds. All of it is advice: nothing is refused.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from django.db.models import Model
from django.utils.translation import gettext_lazy as _
from lxml.html import HtmlElement
from wagtail.blocks import StreamValue, StructValue
from wagtail.rich_text import RichText

from core.channels import Channel
from core.html import parse_fragment
from core.streams import instances_in_each

from .disclosures import Facts
from .links import BrokenLink, broken, links_in
from .models.disclaimer import Disclaimer
from .models.embed import Embed
from .models.post_pdf import PostPDF
from .models.reusable import numbered
from .reading import Length, length_of

if TYPE_CHECKING:
    from core.models import CreditedImage

    from .models import PostPage

FEWEST_WORDS, MOST_WORDS = 100, 4000

# Words that say nothing of where a link leads, parted by "|".
VAGUE = _("click|click here|here|link|more|read more|this|this link|this page")

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Finding:
    """Something to look at, and the number of the body's block that it is in, from 1."""

    message: str
    block: int | None = None


@dataclass(frozen=True)
class Picture:
    """An image that a post shows; ``block`` is None for the lead image."""

    alt_text: str
    credit: str
    block: int | None = None


@dataclass(frozen=True)
class Heading:
    """A heading in the text; that of the post itself has level 1."""

    level: int
    words: str
    block: int


def missing_alternatives(pictures: Iterable[Picture]) -> Iterator[Finding]:
    """Find images that say nothing to those who do not see them (WCAG 2.2, 1.1.1)."""
    for picture in pictures:
        if not picture.alt_text.strip():
            yield _about(picture, _("alternative text"))


def missing_credits(pictures: Iterable[Picture]) -> Iterator[Finding]:
    """Find images whose makers are not named."""
    for picture in pictures:
        if not picture.credit.strip():
            yield _about(picture, _("credit"))


def skipped_levels(headings: Iterable[Heading]) -> Iterator[Finding]:
    """Find headings that lie more than one level below the one before (WCAG 2.2, 1.3.1)."""
    before = 1
    for heading in headings:
        if heading.level > before + 1:
            words = _("The heading “%(words)s” (h%(level)d) has no h%(missing)d before it.")
            values = {"words": heading.words, "level": heading.level, "missing": heading.level - 1}
            yield Finding(words % values, heading.block)
        before = heading.level


def missing_disclosures(facts: Facts, rules: Iterable[str]) -> Iterator[Finding]:
    """Find what a post owes though the library has no disclaimer by that rule."""
    rules = set(rules)
    if facts.has_affiliate_link and Disclaimer.Rule.AFFILIATE not in rules:
        yield Finding(_("It has an affiliate link, and the library has no disclaimer for those."))
    if facts.has_guest_author and Disclaimer.Rule.GUEST not in rules:
        yield Finding(_("A guest wrote it, and the library has no disclaimer for guests."))


def unusual_length(length: Length) -> Iterator[Finding]:
    """Find a text that is very short or very long."""
    if length.words < FEWEST_WORDS:
        yield Finding(_("It is very short: %(length)s.") % {"length": length})
    if length.words > MOST_WORDS:
        yield Finding(_("It is very long: %(length)s.") % {"length": length})


def missing_summary(search_description: str, has_lead_image: bool) -> Iterator[Finding]:
    """Find what listings, search engines and social networks lack."""
    if not search_description.strip():
        yield Finding(_("It has no description for search engines (under Promote)."))
    if not has_lead_image:
        yield Finding(_("It has no lead image."))


def vague_links(links: Iterable[tuple[str, int]]) -> Iterator[Finding]:
    """Find links, each by its words and its block, that do not say where to (WCAG 2.2, 2.4.9)."""
    vague = set(str(VAGUE).split("|"))
    for words, block in links:
        if words.casefold().strip(" .:…>»→") in vague:
            message = _("The link “%(words)s” does not say where it leads.")
            yield Finding(message % {"words": words}, block)


def unreachable_links(links: Iterable[BrokenLink]) -> Iterator[Finding]:
    """Find links that lead readers nowhere."""
    for it in links:
        if it.link.words:
            words = _("The link “%(words)s” leads nowhere: %(why)s.")
        else:
            words = _("What is chosen here does not show: %(why)s.")
        yield Finding(words % {"words": it.link.words, "why": it.why}, it.link.block)


def gone_embeds(embeds: Iterable[tuple[str, int]]) -> Iterator[Finding]:
    """Find videos, each by its name and its block, that are not there any more."""
    for name, block in embeds:
        words = _("“%(name)s” is gone from where it was embedded; readers see a link to it.")
        yield Finding(words % {"name": name}, block)


def unrenderable_blocks(blocks: StreamValue) -> Iterator[Finding]:
    """Find blocks that cannot be rendered: pages omit them, and digests omit the whole post.

    Blocks that show an image or something of the library are not tried: that would draw pictures
    while the editor waits.
    """
    for child, chosen in zip(blocks, instances_in_each(blocks, Model), strict=True):
        for channel in () if chosen else Channel:
            try:
                child.render(context={"channel": channel})
            except Exception:
                logger.exception("A %s block cannot be rendered for %s", child.block_type, channel)
                message = _(
                    "A “%(kind)s” block cannot be rendered (%(channel)s). Pages omit the "
                    "block, and digests omit the whole post. Create the block again, or "
                    "contact the people who run the site."
                )
                values = {"kind": child.block.label, "channel": channel}
                yield Finding(message % values)


def missing_pdf(failures: Iterable[PostPDF]) -> Iterator[Finding]:
    """Find out why readers cannot download a PDF of the published post."""
    for failure in failures:
        message = _("Readers cannot download the published post as PDF: %(why)s.")
        yield Finding(message % {"why": failure.get_problem_display()})


def findings(post: "PostPage") -> list[Finding]:
    """Return what to look at in a post, by block, what is said of the whole post first.

    A post that was never saved has nothing to look at yet. Takes a fixed number of queries.
    """
    if post.pk is None:
        return []
    text = Manuscript(post)
    found = [finding for rule in _rules(text) for finding in _safely(rule)]
    return sorted(found, key=lambda finding: finding.block or 0)


class Manuscript:
    """What the rules look at in a post, looked up when the first of them asks."""

    def __init__(self, post: "PostPage") -> None:
        self.post = post

    @cached_property
    def blocks(self) -> list[tuple[int, StreamValue.StreamChild]]:
        """The blocks with their numbers, reusable content in the place of its block."""
        stream = self.post.body.stream_block
        stored = numbered(self.post.body.get_prep_value())
        known = [(number, raw) for number, raw in stored if raw["type"] in stream.child_blocks]
        children = stream.to_python([raw for _number, raw in known])
        return [(number, child) for (number, _raw), child in zip(known, children, strict=True)]

    @cached_property
    def pictures(self) -> list[Picture]:
        """The lead image, then those of the body; of those that were deleted nothing is shown."""
        lead = self.post.lead_image
        pictures = [_picture(lead, self.post.lead_image_alt)] if lead else []
        for number, child in self.blocks:
            pictures += [
                _picture(value["image"], value.get("alt_text"), value.get("credit"), number)
                for value in _images_of(child)
                if value.get("image")
            ]
        return pictures

    @property
    def headings(self) -> Iterator[Heading]:
        """Its headings, in reading order."""
        for number, child in self.blocks:
            if child.block_type == "heading":
                yield Heading(2, str(child.value), number)
            elif child.block_type == "paragraph":
                for level, words in _headings_of(child.value):
                    yield Heading(level, words, number)

    @property
    def link_words(self) -> Iterator[tuple[str, int]]:
        """The words of the links in its paragraphs, with their blocks."""
        for number, child in self.blocks:
            if child.block_type == "paragraph" and child.value.source.strip():
                for anchor in _tree(child.value).iter("a"):
                    yield anchor.text_content().strip(), number

    @property
    def gone_embeds(self) -> list[tuple[str, int]]:
        """What is embedded though its provider shows nothing there any more."""
        found = [(it.value["url"], n) for n, it in self.blocks if it.block_type == "embed"]
        addresses = [address for address, _number in found]
        gone = {it.url: str(it) for it in Embed.objects.filter(url__in=addresses, is_gone=True)}
        return [(gone[address], number) for address, number in found if address in gone]

    @property
    def length(self) -> Length:
        """How long its text is."""
        return length_of(child for _number, child in self.blocks)


def _rules(text: Manuscript) -> list[Callable[[], Iterator[Finding]]]:
    """Return the rules, each still to be asked, so that what it needs is looked up by itself."""
    post = text.post
    return [
        lambda: missing_summary(post.search_description, post.lead_image_id is not None),
        lambda: unusual_length(text.length),
        lambda: missing_disclosures(
            post.facts, Disclaimer.objects.order_by().values_list("rule", flat=True).distinct()
        ),
        lambda: missing_alternatives(text.pictures),
        lambda: missing_credits(text.pictures),
        lambda: skipped_levels(text.headings),
        lambda: vague_links(text.link_words),
        lambda: unreachable_links(broken(links_in(post))),
        lambda: gone_embeds(text.gone_embeds),
        lambda: unrenderable_blocks(post.content),
        lambda: missing_pdf(PostPDF.objects.filter(post=post).failed()[:1]),
    ]


def _safely(rule: Callable[[], Iterator[Finding]]) -> list[Finding]:
    """Return what a rule finds. One that fails is logged, and keeps no post from its editor."""
    try:
        return list(rule())
    except Exception:
        logger.exception("A check of a post before it is published failed")
        return [Finding(_("One of the checks could not be made."))]


def _about(picture: Picture, missing: str) -> Finding:
    if picture.block is None:
        return Finding(_("The lead image has no %(missing)s.") % {"missing": missing})
    return Finding(_("An image has no %(missing)s.") % {"missing": missing}, picture.block)


def _images_of(child: StreamValue.StreamChild) -> Iterable[StructValue]:
    """Return the image blocks that a block is or holds."""
    if child.block_type == "gallery":
        return child.value["images"]
    return [child.value] if child.block_type == "image" else []


def _picture(
    image: "CreditedImage", alt_text: str | None, credit: str | None = "", block: int | None = None
) -> Picture:
    return Picture(alt_text or "", credit or image.credit, block)


def _tree(text: RichText) -> HtmlElement:
    return parse_fragment(text.source)


def _headings_of(text: RichText) -> Iterator[tuple[int, str]]:
    """Return the level and the words of each heading in a paragraph."""
    if not text.source.strip():
        return
    for heading in _tree(text).iter("h2", "h3", "h4", "h5", "h6"):
        yield int(heading.tag[1]), heading.text_content().strip()
