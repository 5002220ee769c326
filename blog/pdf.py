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

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Q
from django.utils.crypto import salted_hmac

from . import paper
from .models import PostPage, PostPDF
from .models.post_pdf import PATIENCE

# What WeasyPrint cannot do without (its "first steps"), by the names that Linux and macOS know.
LIBRARIES = {
    "GObject": ("libgobject-2.0.so.0", "gobject-2.0"),
    "Pango": ("libpango-1.0.so.0", "pango-1.0"),
    "PangoFT2": ("libpangoft2-1.0.so.0", "pangoft2-1.0"),
    "HarfBuzz": ("libharfbuzz.so.0", "harfbuzz"),
    "Fontconfig": ("libfontconfig.so.1", "fontconfig"),
}
logger = logging.getLogger(__name__)
_one_at_a_time = threading.Lock()


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
    if is_new or (not wanted.file and _ask_again(wanted, now)):
        from .tasks import make_pdfs

        transaction.on_commit(make_pdfs.delay, robust=True)
    return wanted


def make_waiting(now: datetime) -> None:
    """Make what is asked for, one after the other; what another worker makes is passed over.

    Of a worker's threads one does so at a time: WeasyPrint is not made for several, and the others
    have mails to send.
    """
    if missing_libraries() or not _one_at_a_time.acquire(blocking=False):
        return
    try:
        while wanted := PostPDF.objects.waiting(now).first():
            if PostPDF.objects.waiting(now).filter(pk=wanted.pk).update(started_at=now):
                _make(wanted)
    finally:
        _one_at_a_time.release()


def tidy() -> None:
    """Delete the files of posts that are no longer for everyone."""
    PostPDF.objects.exclude(post__in=PostPage.objects.published()).delete()


def _make(wanted: PostPDF) -> None:
    """Make a file; where the post shows something else by now, nobody wants it any more."""
    post = PostPage.objects.published().filter(pk=wanted.post_id).first()
    document = paper.html_of(post) if post else ""
    if _key(document) != wanted.key:
        wanted.delete()
        return
    try:
        from .printing import as_pdf

        content = as_pdf(document)
    except Exception as error:
        logger.exception("The PDF of “%s” could not be made", post)
        wanted.problem = f"{type(error).__name__}: {error}"
        wanted.save(update_fields=["problem"])
        return
    wanted.problem = ""
    wanted.file.save(f"{wanted.key}.pdf", ContentFile(content))
    PostPDF.objects.filter(post=post).exclude(pk=wanted.pk).delete()


def _key(document: str) -> str:
    """Return what tells a document from others, and nobody outside can guess."""
    value = f"{version('weasyprint')} {document}"
    return salted_hmac("blog.pdf", value, algorithm="sha256").hexdigest()


def _ask_again(wanted: PostPDF, now: datetime) -> bool:
    waits = Q(pk=wanted.pk, asked_at__lt=now - PATIENCE)
    return bool(PostPDF.objects.filter(waits).update(asked_at=now))


def _is_there(file: str, name: str) -> bool:
    try:
        ctypes.CDLL(file)
    except OSError:
        return find_library(name) is not None
    return True
