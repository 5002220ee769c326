"""Pictures of pages: drawn by the worker, offered as AVIF and WebP, never awaited by readers."""

import pytest
from lxml import html
from wagtail.models import Page
from wagtail.rich_text import RichText

from blog.models import PostPage
from blog.models.preparing import prepare
from blog.paper import html_of
from blog.standalone import as_html
from core.models import Rendition
from home.models import StandardPage
from tests.factories import ImageFactory, PostFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(home, section):
    """A post with a lead image and another in its body, of which nothing is drawn yet."""
    shown = {"image": wide(), "alt_text": "A lamp", "caption": RichText("")}
    post = PostFactory(
        parent=section, lead_image=wide(), lead_image_alt="A room", body=[("image", shown)]
    )
    assert not Rendition.objects.exists()
    return post


def wide():
    return ImageFactory(file__width=900, file__height=600)


def publish(page: Page, commit) -> None:
    with commit(execute=True):
        page.save_revision().publish()


def sources(client, url: str) -> list[html.HtmlElement]:
    response = client.get(url)
    assert response.status_code == 200
    return html.fromstring(response.content).xpath("//main//picture/source")


def image_beside(source: html.HtmlElement) -> html.HtmlElement:
    """Return the image of a picture; lxml takes it for a part of the source."""
    [image] = source.xpath("ancestor::picture//img")
    return image


def test_readers_find_the_pictures_of_a_published_post_drawn(
    client, post, django_capture_on_commit_callbacks
):
    assert sources(client, post.url) == []
    assert Rendition.objects.filter(filter_spec__contains="webp").exists()
    assert not Rendition.objects.filter(filter_spec__contains="avif").exists()

    publish(post, django_capture_on_commit_callbacks)
    drawn = Rendition.objects.count()
    lead, inside = sources(client, post.url)
    for source in (lead, inside):
        assert source.get("type") == "image/avif"
        assert [part.split()[1] for part in source.get("srcset").split(", ")] == [
            *("480w", "800w", "900w")
        ]
        assert ".avif" in source.get("srcset") and ".webp" not in source.get("srcset")
        picture = image_beside(source)
        for name in ("sizes", "width", "height"):
            assert source.get(name) == picture.get(name)
        assert ".webp" in picture.get("src")
    assert image_beside(lead).get("fetchpriority") == "high"
    assert image_beside(inside).get("loading") == "lazy"

    [card] = sources(client, post.get_parent().url)
    assert ".avif" in card.get("srcset")
    assert Rendition.objects.count() == drawn

    publish(post, django_capture_on_commit_callbacks)
    assert Rendition.objects.count() == drawn


def test_a_missing_and_a_damaged_file_do_not_keep_others_from_being_drawn(
    client, post, django_capture_on_commit_callbacks, caplog
):
    damaged = wide()
    with damaged.file.storage.open(damaged.file.name, "wb") as file:
        file.write(b"no picture")
    shown = {"image": damaged, "alt_text": "Noise", "caption": RichText("")}
    post.body = [("image", shown), *((block.block_type, block.value) for block in post.body)]
    post.lead_image.file.storage.delete(post.lead_image.file.name)
    publish(post, django_capture_on_commit_callbacks)
    assert f"Image {damaged.pk} could not be drawn" in caplog.text
    whole = post.body[1].value["image"]
    assert whole.renditions.filter(filter_spec__contains="avif").count() == 4

    post.body.pop(0)
    publish(post, django_capture_on_commit_callbacks)
    [inside] = sources(client, post.url)
    assert ".avif" in inside.get("srcset")


def test_heroes_and_pages_beside_posts(client, home, django_capture_on_commit_callbacks):
    hero = {"headline": "A lit room", "image": wide(), "alt_text": "A", "buttons": []}
    home.body = [("hero", hero)]
    page = home.add_child(
        instance=StandardPage(title="About", slug="about", lead_image=wide(), lead_image_alt="A")
    )
    for it in (home, page):
        publish(it, django_capture_on_commit_callbacks)
        drawn = Rendition.objects.count()
        [source] = sources(client, it.url)
        assert image_beside(source).get("fetchpriority") == "high"
        assert Rendition.objects.count() == drawn


def test_away_from_its_page_a_post_has_plain_pictures(post, django_capture_on_commit_callbacks):
    publish(post, django_capture_on_commit_callbacks)
    again = PostPage.objects.in_full().get(pk=post.pk)
    prepare([again], with_surroundings=True)
    for source in (as_html(again), html_of(again)):
        assert "<picture" not in source and "<source" not in source and ".avif" not in source
        assert source.count(".webp") == 2
