"""Bad pictures are refused where they are uploaded, with what is wrong, and nothing is stored."""

import html
import struct
import zlib

import pytest
from django.core.files.storage import default_storage
from PIL import Image
from wagtail.documents import get_document_model
from wagtail.users.models import UserProfile

from core.models import CreditedImage
from tests.factories import ImageFactory
from tests.files import encoded, png, uploaded

pytestmark = pytest.mark.django_db


ACCOUNT = {
    "name_email-first_name": "Ada",
    "name_email-last_name": "L",
    "name_email-email": "ada@example.org",
    "theme-theme": "system",
    "theme-density": "default",
    "theme-contrast": "system",
}
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


def postscript() -> bytes:
    """Return PostScript, which Pillow would give to Ghostscript."""
    return encoded("EPS", Image.new("RGB", (9, 9)))


def png_with(chunk: str, content: bytes) -> bytes:
    """Return a PNG with one more chunk after its head (PNG specification, 5.3)."""
    whole = encoded("PNG", Image.new("RGB", (9, 9)))
    body = chunk.encode() + content
    extra = struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))
    head_length = 8 + 25
    return whole[:head_length] + extra + whole[head_length:]


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
    "an unknown kind": (
        lambda: ("a.bmp", encoded("BMP", Image.new("RGB", (9, 9)))),
        "Not a supported image format. Supported formats: AVIF, GIF, JPG, JPEG, PNG, WEBP.",
    ),
    "an SVG under another name": (lambda: ("a.png", b"<svg/>"), "Upload a valid image"),
    "PostScript under another name": (lambda: ("a.png", postscript()), "Upload a valid image"),
    "PostScript behind a JPEG's head": (
        lambda: ("a.jpg", b"\xff\xd8\xff\xe0" + postscript()),
        "damaged or not whole",
    ),
    "a PNG whose colour profile is enormous": (
        lambda: ("a.png", png_with("iCCP", b"a\0\0" + zlib.compress(b"\0" * 20_000_000))),
        "damaged or not whole",
    ),
    "a PNG whose text is enormous": (
        lambda: ("a.png", png_with("zTXt", b"a\0\0" + zlib.compress(b"\0" * 20_000_000))),
        "damaged or not whole",
    ),
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


def test_image_file_is_not_replaced_by_postscript(admin_client):
    image, file = ImageFactory(), uploaded("a.png", postscript())
    answer = admin_client.post(f"/admin/images/{image.pk}/", {"title": "A", "file": file})
    assert "Upload a valid image" in str(answer.context["form"].errors)
    assert CreditedImage.objects.get().file.name == image.file.name


def test_bad_profile_picture_is_refused(admin_client, bad):
    file, words = bad
    answer = admin_client.post("/admin/account/", ACCOUNT | {"avatar-avatar": file})
    assert words in html.unescape(answer.content.decode())
    assert not UserProfile.objects.exclude(avatar="").exists()


def test_profile_picture_is_taken_and_made_small(admin_client):
    file = png(size=(800, 600))
    answer = admin_client.post("/admin/account/", ACCOUNT | {"avatar-avatar": file})
    assert answer.status_code == 302
    with UserProfile.objects.get().avatar.open() as stored, Image.open(stored) as picture:
        assert picture.size == (400, 300)


def test_photo_with_a_second_picture_behind_it_is_taken(admin_client):
    """Phones write depth maps and brighter versions so (CIPA DC-007, Multi-Picture Format)."""
    first, second = (Image.new("RGB", (20, 20), colour) for colour in ("red", "blue"))
    photo = encoded("MPO", first, save_all=True, append_images=[second])
    admin_client.post("/admin/images/add/", {"title": "A", "file": uploaded("a.jpg", photo)})
    image = CreditedImage.objects.get()
    assert image.get_rendition("width-10").width == 10


def test_no_format_but_the_supported_ones_can_be_opened():
    Image.init()
    assert set(Image.OPEN) == {"AVIF", "GIF", "JPEG", "PNG", "WEBP"}


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
