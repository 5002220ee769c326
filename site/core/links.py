"""Links that editors put into menus and under headlines: to a page, or to an address."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks import StreamValue
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.models import Page

from .languages import in_this_language, is_first_language
from .visibility import is_open_to_all
from .visible_words import VisibleWords

# Below the root of the tree, which is no page.
FRONT_PAGE_DEPTH = 2
_HERE = re.compile(r"(/(?![/\\])|#[^\s#])\S*\Z")
_validate_url = URLValidator(schemes=["http", "https"])


@dataclass(frozen=True)
class Link:
    """A link as readers see it. ``current`` is the value of its ``aria-current``, else empty."""

    title: str
    url: str
    current: str = ""


def validate_address(address: str) -> None:
    """Raise ValidationError unless an address leads somewhere on this site, elsewhere, or by mail.

    Others, as ``javascript:``, could do things.
    """
    if _HERE.match(address):
        return
    try:
        if address.startswith("mailto:"):
            validate_email(address.removeprefix("mailto:"))
        else:
            _validate_url(address)
    except ValidationError as error:
        raise ValidationError(
            _("Give a whole address, as “https://example.org/”, or one of this site, as “/books/”.")
        ) from error


class LinkBlock(VisibleWords, blocks.StructBlock):
    """A link to a page of this site, or to an address."""

    label = blocks.CharBlock(
        label=_("Label"),
        required=False,
        max_length=60,
        help_text=_("Left empty, it is the page's title."),
    )
    page = blocks.PageChooserBlock(
        label=_("Page"),
        required=False,
        help_text=_("Left out while it is not published, or not open to everyone."),
    )
    url = blocks.CharBlock(
        label=_("Address"),
        required=False,
        max_length=500,
        validators=[validate_address],
        help_text=_("Instead of a page: as “https://example.org/”, or “/books/” on this site."),
    )

    def clean(self, value: blocks.StructValue) -> blocks.StructValue:
        """Return the value cleaned. Raises, but in drafts, unless it has one aim, and a name."""
        value = super().clean(value)
        if self.is_deferred_validation:
            return value
        if bool(value["page"]) == bool(value["url"]):
            words = _("Choose a page or give an address, one of the two.")
            raise StructBlockValidationError({"url": ValidationError(words)})
        if value["url"] and not value["label"].strip():
            words = _("Say what the link is called.")
            raise StructBlockValidationError({"label": ValidationError(words)})
        return value

    class Meta:
        icon = "link"
        label = _("Link")


class ProfileBlock(VisibleWords, blocks.StructBlock):
    """Where else the publication is to be found."""

    name = blocks.CharBlock(
        label=_("Name"), max_length=60, help_text=_("Of the network, as “Mastodon”.")
    )
    url = blocks.URLBlock(label=_("Address"), validators=[_validate_url])

    class Meta:
        icon = "site"
        label = _("Profile")


def open_links(
    values: Iterable[blocks.StructValue], request: HttpRequest | None, here: Page | None = None
) -> list[Link]:
    """Return the links that everyone may follow, in as many look-ups however many there are.

    ``here`` is the page that they are shown on. They lead to the pages in the language being
    read, as far as there are such.
    """
    values = list(values)
    numbers = {page.pk for value in values if (page := value.get("page"))}
    pages = in_language_read(_open_pages(numbers))
    links = [_link(value, pages, request, here) for value in values]
    return [link for link in links if link and link.url]


def menu_links(
    menu: StreamValue, pages: Mapping[int, Page], request: HttpRequest | None, here: Page | None
) -> list[Link]:
    """Return the links of a menu that everyone may follow; ``pages`` are those that they may see.

    The menu is read as it is stored, for its blocks would look up their pages once more.
    """
    values = (_in_language_read(item["value"]) for item in menu.raw_data)
    links = [
        _link_to(value.get("label"), value.get("url"), value.get("page"), pages, request, here)
        for value in values
    ]
    return [link for link in links if link and link.url]


def _in_language_read(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a link of the settings, which all languages share, for readers of one of them.

    In other languages than the first, a page has its own title.
    """
    if is_first_language():
        return value
    label = "" if value.get("page") else value.get("label")
    return {**value, "label": label, "url": in_this_language(value.get("url") or "")}


def pages_in_menus(menus: Iterable[StreamValue]) -> QuerySet[Page]:
    """Return the pages in menus that everyone may see."""
    numbers = {item["value"].get("page") for menu in menus for item in menu.raw_data}
    return _open_pages(numbers - {None})


def page_link(page: Page, request: HttpRequest | None, here: object, label: str = "") -> Link:
    """Return the link to a page."""
    return Link(label or page.title, page.get_url(request) or "", _current(page, here))


def _link(
    value: blocks.StructValue, pages: dict[int, Page], request: HttpRequest | None, here: object
) -> Link | None:
    page = value.get("page")
    number = page.pk if page else None
    return _link_to(value.get("label"), value.get("url"), number, pages, request, here)


def _link_to(
    label: str | None,
    url: str | None,
    number: int | None,
    pages: Mapping[int, Page],
    request: HttpRequest | None,
    here: object,
) -> Link | None:
    """Return a link, or None where its page is not among those that everyone may see."""
    if number:
        page = pages.get(number)
        return page_link(page, request, here, label or "") if page else None
    is_here = request is not None and url == request.path
    return Link(label or "", url or "", "page" if is_here else "")


def _open_pages(numbers: set[int]) -> QuerySet[Page]:
    return Page.objects.live().filter(is_open_to_all(), pk__in=numbers)


def in_language_read(pages: Iterable[Page]) -> dict[int, Page]:
    """Return pages by their numbers, each in the language being read as far as there is such."""
    by_number = {page.pk: page for page in pages}
    if is_first_language() or not by_number:
        return by_number
    translations = Page.objects.live().filter(
        is_open_to_all(),
        locale__language_code=get_language(),
        translation_key__in={page.translation_key for page in by_number.values()},
    )
    known = {page.translation_key: page for page in translations}
    return {key: known.get(page.translation_key, page) for key, page in by_number.items()}


def _current(page: Page, here: object) -> str:
    """Return "page" on the page itself and "true" below it (WAI-ARIA 1.2, aria-current).

    All pages lie below the front page: there it says nothing.
    """
    if not isinstance(here, Page) or not (here.path or "").startswith(page.path):
        return ""
    if here.pk == page.pk:
        return "page"
    return "" if page.depth == FRONT_PAGE_DEPTH else "true"
