"""Drawing the pictures of pages before readers ask for them."""

from typing import Any

from django.template import loader
from django.utils import translation
from wagtail.models import Page

from core.models import SiteSettings
from core.page_cache.purging import purge_on_commit
from core.pictures import drawing

from .models import BodyPage, PostPage
from .models.preparing import prepare


def draw_post(post: PostPage) -> None:
    """Draw what a post and its cards show."""
    draw_page(post)
    for is_lead in (True, False):
        draw("components/post_card.html", post, post=post, level=2, is_lead=is_lead)


def draw_page(page: BodyPage) -> None:
    """Draw what a page with a body shows, and what is shown where it is shared."""
    prepare([page], with_surroundings=True)
    draw("blog/partials/pictures.html", page, brand=SiteSettings.for_site(page.get_site()))


def draw(template: str, page: Page, **context: Any) -> None:
    """Draw what a template shows of a page, by rendering it; what is drawn stays as it is.

    Pages that are kept are given up, for they do not offer what has been drawn since.
    """
    with drawing(), translation.override(page.locale.language_code):
        loader.render_to_string(template, {"page": page, **context})
    purge_on_commit()
