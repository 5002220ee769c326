"""Drawing pictures before readers ask for them, by rendering the templates that show them."""

from typing import Any

from django.conf import settings
from django.template import loader
from django.utils import translation
from wagtail.models import Page

from core.models import SiteSettings
from core.pictures import drawing

from .models import Author, BodyPage, Book, PostPage
from .models.preparing import prepare


def draw_post(post: PostPage) -> None:
    """Draw what a post and its cards show."""
    with drawing():
        draw_page(post)
        for is_lead in (True, False):
            draw("components/post_card.html", post, post=post, level=2, is_lead=is_lead)


def draw_page(page: BodyPage) -> None:
    """Draw what a page with a body shows, and what is shown where it is shared."""
    prepare([page], with_surroundings=True)
    draw("blog/partials/pictures.html", page, brand=SiteSettings.for_site(page.get_site()))


def draw_portrait(author: Author) -> None:
    """Draw the photo of an author: on their page, and where that is shared."""
    draw("blog/partials/author_pictures.html", author=author)


def draw_cover(book: Book) -> None:
    """Draw the cover of a book."""
    draw("blog/partials/book.html", book=book)


def draw(template: str, page: Page | None = None, **context: Any) -> None:
    """Draw what a template shows, of a page or by itself; what is drawn stays as it is."""
    language = page.locale.language_code if page else settings.LANGUAGE_CODE
    with drawing(), translation.override(language):
        loader.render_to_string(template, {"page": page, **context})
