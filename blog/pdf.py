"""Posts as PDF: asked for by readers, made by the worker, kept until the post shows something else.

What is to be made stands in the database. The key of a file follows from all that it shows, the
changes of snippets and settings included, so nothing has to be told when a file is out of date.
"""

import ctypes
import logging
import threading
from ctypes.util import find_library
from datetime import datetime
from functools import cache
from importlib.metadata import version

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac

from core.page_cache.purging import purge_on_commit

from . import paper, printing
from .models import PostPage, PostPDF
from .models.post_pdf import ASK_AGAIN_AFTER

# What WeasyPrint cannot do without (its "first steps"), by the names that Linux and macOS know.
LIBRARIES = {
    "GObject": ("libgobject-2.0.so.0", "gobject-2.0"),
    "Pango": ("libpango-1.0.so.0", "pango-1.0"),
    "PangoFT2": ("libpangoft2-1.0.so.0", "pangoft2-1.0"),
    "HarfBuzz": ("libharfbuzz.so.0", "harfbuzz"),
    "Fontconfig": ("libfontconfig.so.1", "fontconfig"),
}
logger = logging.getLogger(__name__)
# With two threads, no PDF waits behind one that is slow.
_slots = threading.BoundedSemaphore(2)


@cache
def missing_libraries() -> list[str]:
    """Return the names of the system's libraries that are wanting; without them there is no PDF."""
    return [name for name, files in LIBRARIES.items() if not _is_there(*files)]


def ask_for(post: PostPage, now: datetime) -> PostPDF:
    """Return the file of a post as it is now, which may have to be made yet.

    A worker is told to where it has not been, or may have missed it.
    """
    wanted, is_new = PostPDF.objects.get_or_create(
        post=post, key=_key(paper.html_of(post)), defaults={"asked_at": now}
    )
    is_possible = not wanted.file and not wanted.is_impossible
    if is_new or (is_possible and _ask_again(wanted, now)):
        from .tasks import make_pdfs

        transaction.on_commit(make_pdfs.delay, robust=True)
    return wanted


def make_queued() -> None:
    """Make the requested PDFs one after the other, unless enough threads are doing so already.

    PDFs that other workers are making are skipped.
    """
    if missing_libraries() or not _slots.acquire(blocking=False):
        return
    try:
        while wanted := PostPDF.objects.waiting(now := timezone.now()).first():
            if PostPDF.objects.waiting(now).filter(pk=wanted.pk).update(started_at=now):
                _make(wanted)
    finally:
        _slots.release()


def forget_failures(post: PostPage) -> None:
    """Retry the PDF of a post that has changed."""
    PostPDF.objects.filter(post=post).failed().delete()


def tidy() -> None:
    """Delete the files of posts that are not public, and failures that may be outdated."""
    PostPDF.objects.exclude(post__in=PostPage.objects.published()).delete()
    failures = PostPDF.objects.failed().select_related("post").iterator(chunk_size=50)
    outdated = [pdf.pk for pdf in failures if not pdf.is_impossible or _has_changed(pdf)]
    if PostPDF.objects.filter(pk__in=outdated).delete()[0]:
        purge_on_commit()


def _has_changed(pdf: PostPDF) -> bool:
    return pdf.key != _key(paper.html_of(pdf.post))


def _make(wanted: PostPDF) -> None:
    """Make a file, or record why it cannot be made."""
    try:
        _print(wanted)
    except Exception as error:
        logger.exception("The PDF of “%s” could not be made", wanted.post)
        _record_problem(wanted, error)


def _print(wanted: PostPDF) -> None:
    """Make a file; it is discarded if the post has changed in the meantime."""
    post = PostPage.objects.published().filter(pk=wanted.post_id).first()
    document = paper.html_of(post) if post else ""
    if _key(document) != wanted.key:
        wanted.delete()
        return
    wanted.file.save(f"{wanted.key}.pdf", ContentFile(printing.as_pdf(document)), save=False)
    if not _update(wanted, file=wanted.file.name, problem="", detail=""):
        wanted.file.delete(save=False)
        return
    older = PostPDF.objects.filter(post=post, pk__lt=wanted.pk)
    if wanted.problem or older.failed().exists():
        purge_on_commit()
    older.delete()


def _record_problem(wanted: PostPDF, error: Exception) -> None:
    """Record why a file cannot be made. The post's page no longer links to it."""
    match error:
        case printing.TakesTooLong():
            problem = PostPDF.Problem.TIME
        case printing.TakesTooMuchMemory():
            problem = PostPDF.Problem.MEMORY
        case _:
            problem = PostPDF.Problem.ERROR
    _update(wanted, problem=problem, detail=f"{type(error).__name__}: {error}")
    purge_on_commit()


def _update(wanted: PostPDF, **values: str) -> bool:
    """Store the result for a file, and return whether the file is still needed."""
    return bool(PostPDF.objects.filter(pk=wanted.pk).update(**values))


def _key(document: str) -> str:
    """Return a key that identifies a document and that outsiders cannot guess.

    A PDF that failed may succeed with another version of WeasyPrint or other limits.
    """
    limits = f"{settings.PDF_SECONDS} {settings.PDF_MEMORY_MB}"
    value = f"{version('weasyprint')} {limits} {document}"
    return salted_hmac("blog.pdf", value, algorithm="sha256").hexdigest()


def _ask_again(wanted: PostPDF, now: datetime) -> bool:
    waits = Q(pk=wanted.pk, asked_at__lt=now - ASK_AGAIN_AFTER)
    return bool(PostPDF.objects.filter(waits).update(asked_at=now))


def _is_there(file: str, name: str) -> bool:
    try:
        ctypes.CDLL(file)
    except OSError:
        return find_library(name) is not None
    return True
