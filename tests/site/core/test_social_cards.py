"""Cards: what is shown of a page where it is shared and has no picture."""

from io import BytesIO

import pytest
from PIL import Image
from wagtail.models import PageViewRestriction

from core.models import SiteSettings
from core.social_cards import HEIGHT, WIDTH, Card, draw
from tests.factories import AuthorFactory, ImageFactory, PostFactory
from tests.site.core.test_sharing import told

pytestmark = pytest.mark.django_db

INK = (27, 33, 36)


def dark_columns(card: bytes) -> list[int]:
    """Return in which columns of a picture the title is written."""
    picture = Image.open(BytesIO(card)).convert("RGB")
    assert picture.size == (WIDTH, HEIGHT)
    dark = picture.convert("L").point(lambda light: 255 if light < 50 else 0)
    left, _top, right, _bottom = dark.getbbox() or (0, 0, 0, 0)
    return [left, right]


def card(title: str, site: str = "Gazette") -> bytes:
    return draw(Card(title, site, "#a05a9a"))


def path_of(client, url: str) -> str:
    return told(client, url)["og:image"].removeprefix("http://localhost")


def test_a_page_without_a_picture_has_one(client, section):
    post = PostFactory(parent=section, title="Awake & alone")
    told_of = told(client, post.url)
    assert told_of["og:image:alt"] == "Awake &amp; alone"
    assert (told_of["og:image:width"], told_of["og:image:height"]) == ("1200", "630")
    assert told_of["twitter:card"] == "summary_large_image"
    answer = client.get(path_of(client, post.url))
    assert answer["Content-Type"] == "image/png"
    assert "immutable" in answer["Cache-Control"]
    assert len(answer.content) < 60_000
    assert not answer.cookies
    dark_columns(answer.content)


def test_it_gets_another_address_when_it_looks_different(client, section):
    post = PostFactory(parent=section, title="One")
    first = path_of(client, post.url)
    assert path_of(client, post.url) == first
    post.title = "Two"
    post.save()
    second = path_of(client, post.url)
    SiteSettings.objects.update_or_create(site=post.get_site(), defaults={"accent": "#a14a00"})
    third = path_of(client, post.url)
    assert len({first, second, third}) == 3
    assert client.get(first)["Location"] == third


def test_what_is_no_page_in_the_tree_has_that_of_the_front_page(client, home):
    author = AuthorFactory(slug="ana")
    assert path_of(client, author.get_absolute_url()) == path_of(client, "/")
    assert told(client, "/")["og:image:alt"] == "Gazette"


def test_pictures_come_first_with_what_they_show(client, section):
    lead = ImageFactory(title="Lamp")
    post = PostFactory(parent=section, lead_image=lead, lead_image_alt="A lamp at dusk")
    assert told(client, post.url)["og:image:alt"] == "A lamp at dusk"
    post.social_image = ImageFactory(title="Boat")
    post.save()
    assert told(client, post.url)["og:image:alt"] == "Boat"
    post.social_image = gone = ImageFactory()
    post.save()
    gone.file.storage.delete(gone.file.name)
    assert "/cards/" in path_of(client, post.url)


def test_what_not_everyone_may_see_has_none(client, section):
    private, draft = PostFactory(parent=section), PostFactory(parent=section, live=False)
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    for number in (private.pk, draft.pk, 0):
        assert client.get(f"/cards/{number}-aaaaaaaaaaaa.png").status_code == 404


@pytest.mark.parametrize(
    "title", ["W" * 255, "Words " * 42, "", " ", "\x00\x1b", "日本語", "🎉 Party", "a\nb", "<b>&"]
)
def test_any_title_makes_a_picture(title):
    left, right = dark_columns(card(title))
    assert 100 < left < right < WIDTH - 100


@pytest.mark.parametrize("title", ["ماذا تعلّمت الممرضة", "שלום עולם", "«שלום» world"])
def test_what_is_written_from_the_right_begins_there(title):
    left, right = dark_columns(card(title))
    assert right > WIDTH - 120
    assert left > 300
