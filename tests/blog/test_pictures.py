"""Pictures of pages: drawn by the worker, offered as AVIF and WebP, never awaited by readers."""

import pytest
from lxml import html
from wagtail.models import Page
from wagtail.rich_text import RichText

from blog.models import PostPage
from blog.models.preparing import prepare
from blog.paper import html_of
from blog.standalone import as_html
from config import celery_app
from core.models import Rendition
from core.tasks import draw_what_is_wanting
from home.models import StandardPage
from tests.factories import AuthorFactory, BookFactory, ImageFactory, PostFactory
from tests.files import png

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
    for source, widths in ((lead, ["750w", "900w"]), (inside, ["480w", "800w", "900w"])):
        assert source.get("type") == "image/avif"
        assert [part.split()[1] for part in source.get("srcset").split(", ")] == widths
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


@pytest.fixture
def author(home):
    return AuthorFactory(name="Ana", slug="ana")


def test_photos_and_covers_are_drawn_before_readers_ask(
    client, author, section, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        author.photo = wide()
        author.save()
        book = BookFactory(cover=wide())
    PostFactory(parent=section, body=[("book", {"book": book, "note": ""})])
    drawn = Rendition.objects.count()
    assert drawn == 2 * 3 * 2 + 1
    for url in ("/authors/ana/", "/books/"):
        [source] = sources(client, url)
        assert ".avif" in source.get("srcset") and ".webp" in image_beside(source).get("src")
    assert Rendition.objects.count() == drawn


def test_nothing_is_drawn_of_people_and_books_without_a_picture_or_that_are_gone(
    author, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks() as callbacks:
        author.save()
        BookFactory()
        author.photo = wide()
        author.save()
        gone = BookFactory(cover=wide())
    author.delete()
    gone.delete()
    for callback in callbacks:
        callback()
    assert not Rendition.objects.exists()


class TestDrawingAgain:
    @pytest.fixture(autouse=True)
    def drawn(self, post, django_capture_on_commit_callbacks):
        publish(post, django_capture_on_commit_callbacks)

    def edit(self, client, image, **data) -> None:
        form = {
            "title": image.title,
            "collection": image.collection_id,
            **{f"focal_point_{name}": "" for name in ("x", "y", "width", "height")},
        }
        answer = client.post(f"/admin/images/{image.pk}/", form | data)
        assert answer.status_code == 302, answer.context["form"].errors

    def test_an_image_gets_another_file(
        self, client, admin_client, post, django_capture_on_commit_callbacks
    ):
        image = post.lead_image
        before = set(image.renditions.values_list("filter_spec", flat=True))
        old = sources(client, post.url)[0].get("srcset")
        with django_capture_on_commit_callbacks(execute=True):
            self.edit(admin_client, image, file=png("new.png", "red", (1000, 700)))
        assert set(image.renditions.values_list("filter_spec", flat=True)) == before
        assert all("new" in rendition.file.name for rendition in image.renditions.all())
        drawn = Rendition.objects.count()
        lead, _inside = sources(client, post.url)
        assert lead.get("srcset") != old and "new" in lead.get("srcset")
        assert lead.get("srcset").endswith("1000w")
        assert Rendition.objects.count() == drawn

    def test_an_image_gets_another_focal_point(
        self, client, admin_client, post, django_capture_on_commit_callbacks
    ):
        [card] = sources(client, post.get_parent().url)
        spot = {"focal_point_x": 10, "focal_point_y": 10}
        size = {"focal_point_width": 20, "focal_point_height": 20}
        with django_capture_on_commit_callbacks(execute=True):
            self.edit(admin_client, post.lead_image, **spot, **size)
        drawn = Rendition.objects.count()
        [again] = sources(client, post.get_parent().url)
        assert ".avif" in again.get("srcset") and again.get("srcset") != card.get("srcset")
        assert Rendition.objects.count() == drawn

    def test_an_image_that_says_something_else_stays_as_it_is(
        self, admin_client, post, django_capture_on_commit_callbacks
    ):
        drawn = set(Rendition.objects.values_list("pk", flat=True))
        with django_capture_on_commit_callbacks(execute=True):
            self.edit(admin_client, post.lead_image, title="A room")
        assert set(Rendition.objects.values_list("pk", flat=True)) == drawn

    def test_what_readers_saw_as_webp_alone_is_drawn_at_night(self, client, post):
        avif = Rendition.objects.filter(filter_spec__endswith="|format-avif")
        lost = set(avif.values_list("image", "filter_spec"))
        assert lost
        draw_what_is_wanting()
        assert set(avif.values_list("image", "filter_spec")) == lost
        avif.delete()
        assert sources(client, post.url) == []
        draw_what_is_wanting()
        assert set(avif.values_list("image", "filter_spec")) == lost
        assert len(sources(client, post.url)) == 2

    def test_at_night_one_damaged_file_keeps_no_other_from_being_drawn(self, post, caplog):
        avif = Rendition.objects.filter(filter_spec__endswith="|format-avif")
        avif.delete()
        image = post.lead_image
        with image.file.storage.open(image.file.name, "wb") as file:
            file.write(b"no picture")
        draw_what_is_wanting()
        assert f"Image {image.pk} could not be drawn" in caplog.text
        assert avif.exists() and not avif.filter(image=image).exists()


def test_pictures_are_drawn_on_a_queue_of_their_own():
    tasks = [name for name in celery_app.tasks if name.split(".")[-1].startswith("draw")]
    assert {name.partition(".")[0] for name in tasks} == {"blog", "core", "home"}
    route = celery_app.amqp.router.route
    for name in tasks:
        assert route({}, name)["queue"].name == "drawing"
    assert route({}, "newsletter.tasks.send_batch")["queue"].name == "mail"
    assert route({}, "newsletter.tasks.tick")["queue"].name == "default"
