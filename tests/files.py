"""Files as people upload them, good and bad."""

from io import BytesIO

from django.core.files.storage import InMemoryStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from core.storage import WithoutAddress


class PrivateInMemoryStorage(WithoutAddress, InMemoryStorage):
    """Stands in for the folder of private files; as in a bucket, they have no path."""


def png(name: str = "picture.png", colour: str = "blue", size: tuple = (40, 30)):
    """Return a good picture."""
    return uploaded(name, encoded("PNG", Image.new("RGB", size, colour)))


def uploaded(name: str, content: bytes) -> SimpleUploadedFile:
    """Return a file as a form sends it."""
    return SimpleUploadedFile(name, content)


def encoded(kind: str, picture: Image.Image, **options) -> bytes:
    """Return a picture as the bytes of a file of some kind."""
    file = BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()
