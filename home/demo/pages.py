"""The demo's pages about itself, its contact form, and the menus that lead to them."""

from typing import Any

from wagtail.models import Page, Site

from core.models import SiteSettings
from newsletter.models import Newsletter

from ..models import ContactField, ContactPage, HomePage, StandardPage
from . import library
from .content import read
from .posts import Shelves, body_block


def load(home: HomePage, newsletter: Newsletter, shelves: Shelves) -> None:
    """Publish those pages that are not there yet; lead to all of them where no menu does so."""
    words = read("pages")
    pages = [_standard(entry, home, newsletter, shelves) for entry in words["page"]]
    pages.append(_contact(words["contact"], home))
    brand = SiteSettings.for_site(Site.objects.get(is_default_site=True))
    if not brand.footer_menu:
        brand.footer_menu = [("link", {"label": "", "page": page}) for page in pages]
        brand.footer_menu.append(("link", {"label": "Books we recommend", "url": "/books/"}))
        brand.save()


def _standard(
    entry: dict[str, Any], home: HomePage, newsletter: Newsletter, shelves: Shelves
) -> Page:
    scene = entry["lead_image"]
    fields = ("title", "slug", "standfirst", "search_description")
    return _published(
        home,
        StandardPage(
            **{field: entry[field] for field in fields},
            lead_image=library.scene(scene) if scene else None,
            lead_image_alt=entry["lead_alt"],
            body=[body_block(block, newsletter, shelves) for block in entry["body"]],
        ),
    )


def _contact(entry: dict[str, Any], home: HomePage) -> Page:
    fields = ("title", "slug", "intro", "search_description", "thanks", "subject")
    page = ContactPage(
        **{field: entry[field] for field in fields},
        to_address=SiteSettings.for_site(home.get_site()).contact_email,
    )
    page.form_fields = [ContactField(**field) for field in entry["field"]]
    return _published(home, page)


def _published(home: HomePage, page: Page) -> Page:
    """Return the page of that address, published now unless it is there already."""
    there = Page.objects.child_of(home).filter(slug=page.slug).first()
    if there:
        return there
    home.add_child(instance=page)
    page.save_revision().publish()
    return page
