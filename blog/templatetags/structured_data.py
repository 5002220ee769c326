"""What pages tell search engines of what they are about."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.utils.safestring import SafeString

from core.templatetags.social import SharedImage

from .. import structured_data as data
from ..models import Author, BlogIndexPage, Book, PostPage

register = template.Library()


@register.simple_tag(takes_context=True)
def data_of_post(
    context: Mapping[str, Any], post: PostPage, image: SharedImage | None
) -> SafeString:
    """Tell of a post and of the image with which it is shared; not of one that is not saved."""
    return data.script(data.of_post(post, context["brand"], image) if post.pk else [])


@register.simple_tag
def data_of_section(section: BlogIndexPage) -> SafeString:
    """Tell where a section lies; of one that is not saved yet, nothing."""
    return data.script(data.of_section(section) if section.pk else [])


@register.simple_tag
def data_of_author(author: Author) -> SafeString:
    """Tell who an author is."""
    return data.script(data.of_author(author))


@register.simple_tag
def data_of_books(books: Iterable[Book]) -> SafeString:
    """Tell of books."""
    return data.script(data.of_books(books))
