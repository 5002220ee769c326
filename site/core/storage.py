"""Storages for uploaded and public files.

Whatever is uploaded lies where no web server serves it: documents, originals of images, PDFs. Only
renditions, and stills of embedded videos, are public files.
"""

from django.core.files.storage import FileSystemStorage, Storage, storages

PUBLIC = "public"


def public_storage() -> Storage:
    """Return the storage of public files."""
    return storages[PUBLIC]


class WithoutAddress:
    """Mixin for a storage whose files have no public address; views decide who gets them."""

    def url(self, name: str | None) -> str:
        """Raise NotImplementedError, as Django requires of a storage without URLs."""
        raise NotImplementedError("This file is private: it has no address.")


class PrivateFileStorage(WithoutAddress, FileSystemStorage):
    """Files in a folder that only the site reads."""
