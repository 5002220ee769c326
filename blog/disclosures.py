"""Which disclaimers does this page owe its readers?

Nobody has to remember them: they follow from what a post holds, who wrote it, and its topics. Other
pages with a body owe those for what they hold.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wagtail.blocks import StreamValue

from core.streams import instances_in_each

if TYPE_CHECKING:
    from blog.models import Disclaimer


@dataclass(frozen=True)
class Facts:
    """What of a page decides which disclaimers it owes; topics are told by their numbers."""

    has_affiliate_link: bool
    is_post: bool = False
    has_guest_author: bool = False
    topics: frozenset[int] = frozenset()


def owed(facts: Facts, disclaimers: Iterable["Disclaimer"]) -> list["Disclaimer"]:
    """Return those of ``disclaimers`` that a page with these facts owes, in their order."""
    return [disclaimer for disclaimer in disclaimers if _applies(disclaimer, facts)]


def cause_of(disclaimer: "Disclaimer", content: StreamValue) -> int | None:
    """Return the place of the first block that brings a disclaimer; None where no block does."""
    from blog.models import Author, Book

    match disclaimer.rule:
        case "affiliate":
            causes = [
                any(book.has_affiliate_link for book in books)
                for books in instances_in_each(content, Book)
            ]
        case "guest":
            causes = [
                any(author.guest for author in authors)
                for authors in instances_in_each(content, Author)
            ]
        case _:
            causes = []
    return causes.index(True) if True in causes else None


def _applies(disclaimer: "Disclaimer", facts: Facts) -> bool:
    match disclaimer.rule:
        case "affiliate":
            return facts.has_affiliate_link
        case "guest":
            return facts.has_guest_author
        case "topic":
            return not facts.topics.isdisjoint(topic.pk for topic in disclaimer.topics.all())
        case rule:
            return rule == "always" and facts.is_post
