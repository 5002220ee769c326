"""Bad pictures are refused where they are uploaded, with what is wrong, and nothing is stored."""

import struct
import zlib

import pytest
from django.core.files.storage import default_storage
from PIL import Image
from wagtail.documents import get_document_model

from core.models import CreditedImage
from tests.factories import ImageFactory
from tests.files import encoded, png, uploaded

pytestmark = pytest.mark.django_db


IDAT = struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))


def frames(kind: str) -> bytes:
    """Return an animation of two frames."""
    first, second = (Image.new("RGB", (20, 20), colour) for colour in ("red", "blue"))
    return encoded(kind, first, save_all=True, append_images=[second])


def claimed(width: int, height: int) -> bytes:
    """Return a small PNG whose head says that it is enormous."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rest = struct.pack(">I", zlib.crc32(head))
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + rest + IDAT


def cut(kind: str) -> bytes:
    """Return the first half of a picture."""
    whole = encoded(kind, Image.effect_noise((200, 200), 90))
    return whole[: len(whole) // 2]


BAD = {
    "no picture": (lambda: ("a.png", b"<?php echo 1; ?>"), "Upload a valid image"),
    "nothing": (lambda: ("a.png", b""), "The submitted file is empty."),
    "half a JPEG": (lambda: ("a.jpg", cut("JPEG")), "damaged or not whole"),
    "half a PNG": (lambda: ("a.png", cut("PNG")), "damaged or not whole"),
    "a bomb": (lambda: ("a.png", claimed(60_000, 60_000)), "at most 50 million"),
    "a large one": (lambda: ("a.png", claimed(9_000, 9_000)), "at most 50 million"),
    "a heavy one": (lambda: ("a.png", b"\0" * (15 * 1024 * 1024 + 1)), "Maximum filesize 15"),
    "an animated GIF": (lambda: ("a.gif", frames("GIF")), "It is an animation"),
    "an animated WebP": (lambda: ("a.webp", frames("WEBP")), "It is an animation"),
    "an animated PNG": (lambda: ("a.png", frames("PNG")), "It is an animation"),
    "an SVG": (lambda: ("a.svg", b"<svg><script>1</script></svg>"), "may hold scripts"),
    "another kind": (lambda: ("a.png", encoded("JPEG", Image.new("RGB", (9, 9)))), ".png image"),
    "an unknown kind": (lambda: ("a.bmp", encoded("BMP", Image.new("RGB", (9, 9)))), "BMP|format"),
}


@pytest.fixture(params=BAD.values(), ids=BAD)
def bad(request):
    """A bad file and what is said of it."""
    make, words = request.param
    return uploaded(*make()), words.split("|")[-1]


def stored() -> list[str]:
    try:
        return default_storage.listdir("original_images")[1]
    except FileNotFoundError:
        return []


def test_a_bad_picture_is_refused(admin_client, bad):
    file, words = bad
    before = stored()
    answer = admin_client.post("/admin/images/add/", {"title": "A", "file": file})
    assert words in str(answer.context["form"].errors)
    assert not CreditedImage.objects.exists()
    assert stored() == before


def test_a_bad_picture_among_many_is_refused(admin_client, bad):
    file, words = bad
    answer = admin_client.post(
        "/admin/images/multiple/add/",
        {"title": "A", "files[]": file},
        headers={"X-Requested-With": "XMLHttpRequest"},
    ).json()
    assert not answer["success"]
    assert words in answer["error_message"]
    assert not CreditedImage.objects.exists()


def test_a_bad_picture_is_refused_in_a_chooser(admin_client, bad):
    file, words = bad
    data = {"image-chooser-upload-title": "A", "image-chooser-upload-file": file}
    answer = admin_client.post("/admin/images/chooser/create/", data)
    assert words in answer.json()["htmlFragment"]
    assert not CreditedImage.objects.exists()


@pytest.mark.parametrize(
    "name", ["../../etc/a.png", "naïve ☃ .png", "<b>'&.png", f"{'a' * 300}.png"]
)
def test_a_picture_may_have_any_name(admin_client, name):
    admin_client.post("/admin/images/add/", {"title": "A", "file": png(name)})
    stored_as = CreditedImage.objects.get().file.name
    assert stored_as.startswith("original_images/")
    assert not set(stored_as) & set("<>'& ☃") and ".." not in stored_as


def test_a_document_is_of_a_known_kind_and_size(admin_client, settings):
    said = {}
    for name, content in {"a.html": b"<script>", "a.pdf": b"0" * (50 * 1024 * 1024 + 1)}.items():
        answer = admin_client.post(
            "/admin/documents/add/", {"title": "A", "file": uploaded(name, content)}
        )
        said[name] = str(answer.context["form"].errors)
    assert "File extension “html” is not allowed" in said["a.html"]
    assert "Maximum filesize 50" in said["a.pdf"]
    assert not get_document_model().objects.exists()


def test_an_image_is_drawn_at_one_size_after_the_other(db, monkeypatch):
    """As many as were drawn at once would be in memory at once."""
    image = ImageFactory(file__width=900, file__height=600)
    draw, at_once, most = CreditedImage.generate_rendition_file, [], []

    def drawing(self, *args, **kwargs):
        at_once.append(1)
        most.append(len(at_once))
        try:
            return draw(self, *args, **kwargs)
        finally:
            at_once.pop()

    monkeypatch.setattr(CreditedImage, "generate_rendition_file", drawing)
    sizes = image.get_renditions("width-100", "width-200", "width-300", "width-400")
    assert [size.width for size in sizes.values()] == [100, 200, 300, 400]
    assert most == [1, 1, 1, 1]
    again = image.get_renditions("width-200", "width-500")
    assert again["width-200"].pk == sizes["width-200"].pk
    assert len(most) == 5
