"""Lay out HTML as PDF in a separate process with limits on its time and memory."""

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import unquote, urljoin

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousFileOperation
from lxml import html

from core.richtext import absolute_url
from core.storage import public_storage

from . import pdf_process

# On a busy machine a process gets only a share of the CPU.
MAX_WALL_SECONDS = 2 * settings.PDF_SECONDS
PROGRAM = Path(pdf_process.__file__)
# Below the site's address, where the style sheet for paper expects them.
FONTS = ("fonts/newsreader", "fonts/newsreader-italic", "fonts/figtree")
SUBSETS = ("", "-accented", "-extended")


class PrintingError(Exception):
    """A document could not be laid out."""


class TakesTooLong(PrintingError):
    """It takes more than ``PDF_SECONDS`` of CPU time."""


class TakesTooMuchMemory(PrintingError):
    """It takes more than ``PDF_MEMORY_MB``, or is nested too deeply."""


def as_pdf(document: str) -> bytes:
    """Return an HTML document as PDF.

    Raises PrintingError, or OSError if no process can be started.
    """
    with TemporaryDirectory(prefix="gazette-pdf-") as name:
        folder = Path(name)
        (folder / "document.html").write_text(document)
        base_url = f"{settings.BASE_URL}/"
        files = _fonts(base_url) | _images(document, base_url, folder)
        job = {"base_url": base_url, "files": {url: str(path) for url, path in files.items()}}
        (folder / "job.json").write_text(json.dumps(job))
        _run(folder)
        return (folder / "document.pdf").read_bytes()


def _run(folder: Path) -> None:
    limits = [str(settings.PDF_SECONDS), str(settings.PDF_MEMORY_MB)]
    errors = folder / "errors.txt"
    with errors.open("wb") as file:
        try:
            # -P: modules of this folder must not shadow others of the same names.
            status = subprocess.run(
                [sys.executable, "-P", str(PROGRAM), str(folder), *limits],
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                timeout=MAX_WALL_SECONDS,
            ).returncode
        except subprocess.TimeoutExpired as error:
            raise PrintingError(f"It took more than {MAX_WALL_SECONDS} seconds.") from error
    if status:
        raise _error(status, errors.read_text(errors="replace").strip())


def _error(status: int, errors: str) -> PrintingError:
    """Return what an exit status says; it is negative where a signal ended the process."""
    if status == -signal.SIGXCPU:
        return TakesTooLong(f"It takes more than {settings.PDF_SECONDS} seconds.")
    if status < 0 or status == pdf_process.TOO_LARGE:
        problem = f"It takes more than {settings.PDF_MEMORY_MB} MB, or is nested too deeply."
        return TakesTooMuchMemory(f"{problem} {errors[-500:]}")
    return PrintingError(errors[-2000:])


def _fonts(base_url: str) -> dict[str, Path]:
    """Return the files of the site's typefaces by their URLs."""
    names = [f"{font}{subset}.woff2" for font in FONTS for subset in SUBSETS]
    return {urljoin(base_url, name): Path(path) for name in names if (path := finders.find(name))}


def _images(document: str, base_url: str, folder: Path) -> dict[str, Path]:
    """Copy the images of a document out of the site's storage, and return them by their URLs."""
    media = absolute_url(public_storage().url("_")).partition("?")[0].removesuffix("_")
    sources = html.document_fromstring(document).xpath("//img/@src")
    urls = dict.fromkeys(urljoin(base_url, source) for source in sources)
    files = {}
    for url in urls:
        name = unquote(url.removeprefix(media).partition("?")[0])
        target = folder / f"image-{len(files)}"
        if url.startswith(media) and _copy(name, target):
            files[url] = target
    return files


def _copy(name: str, target: Path) -> bool:
    """Copy a file out of the storage, and return whether there is one."""
    try:
        with public_storage().open(name) as source, target.open("wb") as file:
            shutil.copyfileobj(source, file)
    except (OSError, SuspiciousFileOperation):
        return False
    return True
