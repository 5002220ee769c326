"""Responses with files: whole or in part, in constant memory, or sent by the web server."""

from dataclasses import dataclass
from typing import IO
from urllib.parse import quote

from django.conf import settings
from django.core.files.storage import Storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header, http_date, quote_etag

from .ranges import Part, Unsatisfiable, find_part

# The internal nginx location for files: see docs/operators.md.
INTERNAL_LOCATION = "/_private/"
# A document cannot run or load anything, whatever it contains.
_POLICY = "default-src 'none'; sandbox"


@dataclass(frozen=True)
class Download:
    """A stored file as a client gets it. ``version`` changes with its content; empty if unknown."""

    storage: Storage
    name: str
    filename: str
    content_type: str
    is_attachment: bool = True
    version: str = ""

    def respond(self, request: HttpRequest) -> HttpResponse:
        """Return a response with the file or the requested part, or 304 if the client has it.

        Raises Http404 if the file does not exist.
        """
        response = self._offloaded() or self._read(request)
        response["Content-Type"] = self.content_type
        disposition = content_disposition_header(self.is_attachment, self.filename)
        response["Content-Disposition"] = disposition or "inline"
        response["Content-Security-Policy"] = _POLICY
        response["X-Content-Type-Options"] = "nosniff"
        return response

    def _offloaded(self) -> HttpResponse | None:
        """Return a response without a body; the web server adds the file and handles ranges."""
        if settings.SENDFILE == "x-accel-redirect":
            location = INTERNAL_LOCATION + quote(self.name)
            return HttpResponse(headers={"X-Accel-Redirect": location})
        if settings.SENDFILE == "x-sendfile":
            return HttpResponse(headers={"X-Sendfile": self.storage.path(self.name)})
        return None

    def _read(self, request: HttpRequest) -> HttpResponse:
        etag, changed = quote_etag(self.version) if self.version else "", self._changed()
        # Conditions come before ranges (RFC 9110, section 13.2.2).
        unmet = get_conditional_response(request, etag or None, changed)
        response = unmet or self._content(request, etag, changed)
        response["Accept-Ranges"] = "bytes"
        if etag:
            response["ETag"] = etag
        if changed is not None:
            response["Last-Modified"] = http_date(changed)
        return response

    def _content(self, request: HttpRequest, etag: str, changed: int | None) -> HttpResponse:
        try:
            size = self.storage.size(self.name)
            part = find_part(request, size, etag, changed)
            file = self.storage.open(self.name)
        except FileNotFoundError as error:
            raise Http404 from error
        except Unsatisfiable:
            return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
        return _partial(file, part) if part else _whole(file, size)

    def _changed(self) -> int | None:
        """Return when the file was changed, in seconds since 1970, if its storage knows."""
        try:
            return int(self.storage.get_modified_time(self.name).timestamp())
        except (NotImplementedError, OSError):
            return None


class _FileResponse(FileResponse):
    """A file in blocks that are fewer than Django's, which are of 4 KB."""

    block_size = 64 * 1024


class _Slice:
    """A part of an open file that reads as a file itself."""

    def __init__(self, file: IO[bytes], part: Part) -> None:
        self.file, self.left = file, part.length
        file.seek(part.start)

    def read(self, size: int = -1) -> bytes:
        """Return at most ``size`` of the remaining bytes."""
        content = self.file.read(self.left if size < 0 else min(size, self.left))
        self.left -= len(content)
        return content

    def close(self) -> None:
        """Close the file."""
        self.file.close()


def _whole(file: IO[bytes], size: int) -> HttpResponse:
    return _FileResponse(file, headers={"Content-Length": str(size)})


def _partial(file: IO[bytes], part: Part) -> HttpResponse:
    headers = {"Content-Length": str(part.length), "Content-Range": part.content_range}
    return _FileResponse(_Slice(file, part), status=206, headers=headers)
