"""A post whose picture cannot be read is shown everywhere, without it."""

from collections.abc import Callable
from io import BytesIO
from urllib.parse import urljoin

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from PIL import Image
from pypdf import PdfReader
from wagtail.rich_text import RichText

from blog import pdf
from blog.models import PostPage
from blog.tasks import make_pdfs
from core.models import CreditedImage, SiteSettings
from newsletter.digests.rendering import render
from newsletter.models import Cohort, Digest, Newsletter
from tests.factories import AuthorFactory, BookFactory, ImageFactory, PostFactory, TopicFactory
from tests.files import encoded
from tests.newsletter.digests import DAY, MONDAY
from tests.services import missing

pytestmark = pytest.mark.django_db

WHOLE = {kind: encoded(kind, Image.effect_noise((90, 60), 50)) for kind in ("JPEG", "PNG")}
CONTENTS = {
    "missing": None,
    "empty": b"",
    "no picture": b"<!doctype html><p>Not found",
    "breaking off": WHOLE["JPEG"][:900],
}
MORE_CONTENTS = {
    "a PNG that breaks off": WHOLE["PNG"][:900],
    "a PNG with a chunk of other bytes": WHOLE["PNG"][:20] + b"\0" * 30 + WHOLE["PNG"][50:],
    "a WebP that is none": b"RIFF\x24\0\0\0WEBPVP8 ",
    "an AVIF that is none": b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf",
    "too many pixels": b"P5 60000 60000 255\n",
}


def breaking(content: bytes | None) -> CreditedImage:
    """Return an image of which nothing has been drawn, with a file that has other content."""
    image = ImageFactory()
    storage, name = image.file.storage, image.file.name
    storage.delete(name)
    if content is not None:
        assert storage.save(name, ContentFile(content)) == name
    return image


@pytest.fixture(params=CONTENTS)
def broken(request) -> Callable[[], CreditedImage]:
    """Makes images whose files cannot be read."""
    return lambda: breaking(CONTENTS[request.param])


@pytest.fixture
def post(section, broken) -> PostPage:
    """A post with a picture wherever one can be, none of which can be read."""
    picture = {"image": broken(), "alt_text": "Noise", "caption": RichText("<p>Beside it</p>")}
    author = AuthorFactory(name="Ana", slug="ana", photo=broken())
    return PostFactory(
        parent=section,
        title="Awake",
        authors=[author],
        topics=[TopicFactory(slug="sleep")],
        lead_image=broken(),
        lead_image_alt="A lamp",
        body=[
            ("paragraph", RichText("<p>It begins.</p>")),
            ("image", picture),
            ("gallery", {"images": [picture]}),
            ("embed", {"url": "https://video.example.org/1", "poster": broken()}),
            ("author", {"author": author, "text": RichText("")}),
            ("book", {"book": BookFactory(title="Corridor", cover=broken()), "note": ""}),
        ],
    )


@pytest.fixture
def show(client, post) -> Callable[[str], str]:
    """Asks for an address; returns what a reader gets, which shows no picture."""

    def show(url: str) -> str:
        answer = client.get(url)
        assert answer.status_code == 200
        text = b"".join(answer).decode()
        assert "not-found" not in text
        assert "<img" not in text.partition("<main")[2].partition("</main>")[0]
        return text

    return show


def test_its_page_says_all_else_and_is_shared_with_a_card(show, post):
    page = show(post.url)
    assert "It begins." in page and "Corridor" in page
    assert "<figure" not in page.partition('class="post-lead')[2].partition("It begins.")[0]
    assert 'class="figure' not in page
    assert f'<meta property="og:image" content="http://localhost/cards/{post.pk}-' in page
    assert f'"image": "http://localhost/cards/{post.pk}-' in page


def test_the_card_is_drawn(client, show, post):
    address = show(post.url).partition('og:image" content="http://localhost')[2].partition('"')[0]
    assert client.get(address)["Content-Type"] == "image/png"


@pytest.mark.parametrize(
    "url", ["/", "/journal/", "/authors/ana/", "/books/", "/search/?q=awake", "/topics/sleep/"]
)
def test_listings_name_it(show, post, home, url):
    home.body = [("latest", {"title": "", "number": 3, "topic": None})]
    home.save()
    assert ("Corridor" if url == "/books/" else "Awake") in show(url)


@pytest.mark.parametrize("name", ["feed.rss", "feed.atom", "feed.json", "journal/feed.rss"])
def test_feeds_hold_it_without_enclosures(show, post, name):
    feed = show(f"/{name}")
    assert "Awake" in feed and "It begins." in feed
    assert "image/jpeg" not in feed and "&lt;img" not in feed


def test_markdown(show, post):
    text = show(f"{post.url}index.md")
    assert "It begins." in text and "![" not in text


def test_its_pdf(client, post):
    if wanting := pdf.missing_libraries():
        missing(", ".join(wanting))
    client.get(f"{post.url}post.pdf")
    make_pdfs()
    file = PdfReader(BytesIO(b"".join(client.get(f"{post.url}post.pdf"))))
    assert "It begins." in "".join(page.extract_text() for page in file.pages)
    assert not any(page.images for page in file.pages)


@pytest.mark.parametrize("form", Newsletter.Form.values)
def test_digests(newsletter, post, form):
    newsletter.post_form = form
    newsletter.save()
    digest = Digest.objects.create(
        newsletter=newsletter, cadence="daily", since=MONDAY - DAY, until=MONDAY
    )
    cohort = Cohort.objects.create(digest=digest, key="key")
    cohort.posts.set([post])
    mail = render(cohort)
    assert "Awake" in mail.html and "Awake" in mail.text
    assert "<img" not in mail.html and "Beside it" not in mail.html


@pytest.mark.parametrize("mode", ["", "email", "text"])
def test_previews(post, mode):
    answer = post.make_preview_request(preview_mode=mode)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "It begins." in text and "not-found" not in text


def test_its_editor(admin_client, post):
    assert admin_client.get(f"/admin/pages/{post.pk}/edit/").status_code == 200
    for image in CreditedImage.objects.all():
        assert admin_client.get(f"/admin/images/{image.pk}/").status_code == 200
    assert admin_client.get("/admin/images/").status_code == 200
    assert admin_client.get("/admin/reports/images-without-credit/").status_code == 200


def test_the_publication_is_named_where_its_logo_is_broken(client, home, broken):
    brand = SiteSettings.objects.create(site=home.get_site(), name="The Lamp", logo=broken())
    page = client.get("/")
    header = page.content.decode().partition("<main")[0]
    assert page.status_code == 200
    assert brand.name in header.partition("<body")[2] and "<img" not in header


@pytest.mark.parametrize("kind", MORE_CONTENTS)
def test_files_are_broken_in_many_ways(client, section, kind):
    image = breaking(MORE_CONTENTS[kind])
    post = PostFactory(parent=section, lead_image=image, lead_image_alt="A lamp")
    page = client.get(post.url)
    assert page.status_code == 200
    assert "A lamp" not in page.content.decode() and "not-found" not in page.content.decode()


@pytest.mark.parametrize(
    "url", ["", "index.md", "../feed.rss", "../feed.json", "../", "post.pdf", "/authors/ana/"]
)
def test_sizes_that_were_drawn_and_whose_files_are_gone_make_no_error(client, section, url):
    """As after a backup was restored that had not all files."""
    author = AuthorFactory(slug="ana", photo=ImageFactory())
    post = PostFactory(
        parent=section, authors=[author], lead_image=ImageFactory(), lead_image_alt="A lamp"
    )
    for seen in ("", "../", "index.md", "../feed.rss", "/authors/ana/"):
        assert client.get(urljoin(post.url, seen)).status_code == 200
    for image in CreditedImage.objects.all():
        for file in [image.file, *(rendition.file for rendition in image.renditions.all())]:
            file.storage.delete(file.name)
    cache.clear()
    answer = client.get(urljoin(post.url, url))
    if answer.status_code == 202:
        make_pdfs()
        answer = client.get(urljoin(post.url, url))
    assert answer.status_code == 200 or pdf.missing_libraries()
