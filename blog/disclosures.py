"""Which disclaimers does this post owe its readers?

Nobody has to remember them: they follow from what the post holds and who wrote it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blog.models import Disclaimer


@dataclass(frozen=True)
class Facts:
    """What of a post decides which disclaimers it owes."""

    has_affiliate_link: bool
    has_guest_author: bool


def owed(facts: Facts, disclaimers: Iterable["Disclaimer"]) -> list["Disclaimer"]:
    """Return those of ``disclaimers`` that a post with these facts owes, in their order."""
    applies = {
        "affiliate": facts.has_affiliate_link,
        "guest": facts.has_guest_author,
        "always": True,
        "manual": False,
    }
    return [disclaimer for disclaimer in disclaimers if applies[disclaimer.rule]]
