"""Lay out a document as PDF: the program that ``printing`` starts for each PDF.

It knows nothing of Django, and so no secret and no database. It reads a document and the files that
``job.json`` names, asks nobody else for anything, and writes the PDF into the same folder. It ends
when it takes more time or memory than it may.
"""

import json
import os
import resource
import sys
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

# Exit status for a document that is too large or too deep; 1 stands for an error.
TOO_LARGE = 3
MAX_PDF_BYTES = 200_000_000
JPEG_QUALITY = 82


def limit(seconds: int, megabytes: int) -> None:
    """Limit the resources of this process, and give it the lowest priority."""
    os.nice(10)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_PDF_BYTES, MAX_PDF_BYTES))
    # macOS has this limit but cannot set it.
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (megabytes * 2**20, megabytes * 2**20))


def write_pdf(folder: Path) -> None:
    """Write ``document.pdf`` of ``document.html``, readable aloud by programs (PDF/UA-1)."""
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    job = json.loads((folder / "job.json").read_text())

    class Fetcher(URLFetcher):
        def fetch(self, url: str, headers: dict[str, Any] | None = None) -> URLFetcherResponse:
            if url not in job["files"]:
                raise ValueError(f"It is not among the document's files: {url}")
            return URLFetcherResponse(url, as_jpeg(Path(job["files"][url]).read_bytes()))

    html = (folder / "document.html").read_text()
    document = HTML(string=html, base_url=job["base_url"], url_fetcher=Fetcher())
    document.write_pdf(folder / "document.pdf", pdf_variant="pdf/ua-1")


def as_jpeg(content: bytes) -> bytes:
    """Return an image as JPEG, which a PDF embeds as it is; other formats are stored as pixels.

    Transparent images and other files stay unchanged.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        image = Image.open(BytesIO(content), formats=["AVIF", "GIF", "JPEG", "PNG", "WEBP"])
    except UnidentifiedImageError:
        return content
    with image:
        if image.format == "JPEG" or image.has_transparency_data:
            return content
        file = BytesIO()
        image.convert("RGB").save(file, "JPEG", quality=JPEG_QUALITY, optimize=True)
    return file.getvalue()


def main(folder: str, seconds: str, megabytes: str) -> int:
    """Return the exit status."""
    limit(int(seconds), int(megabytes))
    try:
        write_pdf(Path(folder))
    except (MemoryError, RecursionError) as error:
        sys.stderr.write(repr(error))
        return TOO_LARGE
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
