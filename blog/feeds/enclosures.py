"""The files that belong to a post in a feed: recordings in it, and its lead image."""

from django.utils.feedgenerator import Enclosure
from wagtail.images.shortcuts import get_rendition_or_not_found

from core.richtext import absolute_url

from ..models import PostPage

CARD = "fill-1200x630|format-jpeg"


def enclosures_of(post: PostPage) -> list[Enclosure]:
    """Return a post's recordings, then its lead image; those whose size is known.

    RSS readers take the first, and play it where it is a recording.
    """
    return [*_recordings(post), *_lead_image(post)]


def _recordings(post: PostPage) -> list[Enclosure]:
    values = [block.value for block in post.content if block.block_type == "file"]
    files = [value["file"] for value in values if value["file"] and value.is_audio]
    return [
        Enclosure(
            absolute_url(file.url),
            str(file.file_size),
            file.content_type,
        )
        for file in files
        if file.file_size
    ]


def _lead_image(post: PostPage) -> list[Enclosure]:
    if not post.lead_image:
        return []
    picture = get_rendition_or_not_found(post.lead_image, CARD)
    try:
        size = picture.file.size
    except (OSError, ValueError):
        return []
    return [Enclosure(absolute_url(picture.url), str(size), "image/jpeg")]
