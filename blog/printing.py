"""Lay out HTML on pages. Importing this loads WeasyPrint, which needs libraries of the system."""

from io import BytesIO
from typing import Any
from urllib.parse import unquote

from django.conf import settings
from PIL import Image, ImageFile
from weasyprint import HTML
from weasyprint.urls import URLFetcher, URLFetcherResponse

from core.richtext import absolute_url
from core.storage import public_storage

JPEG_QUALITY = 82

# WeasyPrint has Pillow take half a picture for a whole one, in the whole process. Here, editors
# are told of those.
ImageFile.LOAD_TRUNCATED_IMAGES = False


class MediaFetcher(URLFetcher):
    """Finds pictures among the site's public files, and asks nobody else for anything."""

    def fetch(self, url: str, headers: dict[str, Any] | None = None) -> URLFetcherResponse:
        """Return a file. Raises ValueError for any address but those of media."""
        storage = public_storage()
        media = absolute_url(storage.url("_")).partition("?")[0].removesuffix("_")
        if not url.startswith(media):
            raise ValueError(f"It is not among the site's files: {url}")
        name = unquote(url.removeprefix(media).partition("?")[0])
        with storage.open(name) as file:
            return URLFetcherResponse(url, _compressed(file.read()))


def as_pdf(document: str) -> bytes:
    """Return a PDF that programs can read aloud, too (PDF/UA-1). Not for two threads at once."""
    page = HTML(string=document, base_url=f"{settings.BASE_URL}/", url_fetcher=MediaFetcher())
    return page.write_pdf(pdf_variant="pdf/ua-1")


def _compressed(picture: bytes) -> bytes:
    """Return a picture as JPEG, which a PDF can hold as it is: of others it would hold the pixels.

    One that is see-through stays as it is.
    """
    with Image.open(BytesIO(picture)) as image:
        if image.format == "JPEG" or image.has_transparency_data:
            return picture
        file = BytesIO()
        image.convert("RGB").save(file, "JPEG", quality=JPEG_QUALITY, optimize=True)
    return file.getvalue()
