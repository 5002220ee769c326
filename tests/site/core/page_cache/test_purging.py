"""No page is shown as it was: a table of what can change, and of where readers see it."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, PageViewRestriction, Site
from wagtail.rich_text import RichText

from blog.comments import moderating, personal_data
from blog.models import Comment, Embed, PostPage
from blog.tasks import draw_pictures
from core.guards import new_stamp
from core.models import CreditedImage, SiteSettings
from core.page_cache import purging, store
from core.tasks import publish_scheduled
from newsletter.models import Newsletter
from tests.factories import (
    AuthorFactory,
    BookFactory,
    CommentFactory,
    DisclaimerFactory,
    ImageFactory,
    PostFactory,
    ReusableContentFactory,
    SectionFactory,
    SeriesFactory,
    TopicFactory,
)

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
VIDEO = "https://www.youtube.com/watch?v=1"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


class World:
    """A post with all that it can show, and the things that it shows."""

    def __init__(self, section, newsletter) -> None:
        self.section, self.newsletter = section, newsletter
        self.author = AuthorFactory(name="Ana Old", slug="ana")
        self.topic = TopicFactory(name="Old topic", slug="weather")
        self.series = SeriesFactory(name="Old series", slug="rivers")
        self.book = BookFactory(title="Old book", affiliate=True)
        self.program = self.book.links.get().program
        change(self.program, text="<p>Old program.</p>")
        self.disclaimer = DisclaimerFactory(rule="always", text="<p>Old disclaimer.</p>")
        self.reusable = ReusableContentFactory(body=[("paragraph", RichText("<p>Old box.</p>"))])
        self.image = ImageFactory(credit="Old credit")
        self.embed = Embed.objects.create(url=VIDEO, title="Old video", player_url=VIDEO)
        self.post = PostFactory(
            parent=section,
            title="Old title",
            slug="rain",
            authors=[self.author],
            topics=[self.topic],
            series=self.series,
            lead_image=self.image,
            lead_image_alt="Rain",
            body=[
                ("book", {"book": self.book}),
                ("reusable", {"content": self.reusable}),
                ("embed", {"url": VIDEO}),
                ("signup", {"newsletter": newsletter}),
            ],
        )
        self.other = SectionFactory(parent=section.get_parent(), title="Other", slug="other")
        self.comment = CommentFactory(post=self.post, text="An old thought.")
        self.address = self.post.url

    def site_settings(self) -> SiteSettings:
        return SiteSettings.objects.get_or_create(site=Site.objects.get())[0]


@pytest.fixture
def world(section, newsletter) -> World:
    return World(section, newsletter)


def change(thing, **values) -> None:
    for name, value in values.items():
        setattr(thing, name, value)
    thing.save()


def publish(world: World) -> None:
    world.post.title = "New title"
    world.post.save_revision().publish()


def change_image_file(world: World) -> None:
    image = world.image
    image.file = ImageFactory.build().file
    image.save()
    image.renditions.all().delete()


def write_trusted_comment(world: World) -> None:
    change(world.site_settings(), comments_trusted_after=1)
    moderating.answer(world.comment, "New thought.", "Desk", timezone.now())


POST, SECTION, HOME = "/journal/rain/", "/journal/", "/"
# What is done; where that is seen; what is said there before, and after. "" is on every page.
CHANGES = {
    "a post is published anew": (publish, POST, "Old title", "New title"),
    "… as its section shows it": (publish, SECTION, "Old title", "New title"),
    "… as the front page shows it": (publish, HOME, "Old title", "New title"),
    "a post is added": (
        lambda it: PostFactory(parent=it.section, title="New post"), SECTION, "", "New post",
    ),
    "a post is taken down": (lambda it: it.post.unpublish(), SECTION, "Old title", ""),
    "a post is deleted": (lambda it: it.post.delete(), HOME, "Old title", ""),
    "a post is moved": (lambda it: it.post.move(it.other, "last-child"), SECTION, "Old title", ""),
    "a post gets another address": (
        lambda it: change(it.post, slug="snow"), SECTION, "/journal/rain/", "/journal/snow/",
    ),
    "a section gets another address": (
        lambda it: change(it.section, slug="paper"), HOME, "/journal/rain/", "/paper/rain/",
    ),
    "a post is made private": (
        lambda it: PageViewRestriction.objects.create(page=it.post, restriction_type="login"),
        HOME, "Old title", "",
    ),
    "an author": (lambda it: change(it.author, name="Ana New"), POST, "Ana Old", "Ana New"),
    "an author's page": (
        lambda it: change(it.author, bio="<p>New life.</p>"), "/authors/ana/", "", "New life",
    ),
    "a topic": (lambda it: change(it.topic, name="New topic"), POST, "Old topic", "New topic"),
    "a series": (lambda it: change(it.series, name="New series"), POST, "Old series", "New series"),
    "a book": (lambda it: change(it.book, title="New book"), "/books/", "Old book", "New book"),
    "a link to a shop": (lambda it: change(it.book, links=[]), POST, "example.com/", ""),
    "a disclaimer": (
        lambda it: change(it.disclaimer, text="<p>New one.</p>"), POST, "Old disclaimer", "New one",
    ),
    "an affiliate program": (
        lambda it: change(it.program, text="<p>New one.</p>"), POST, "Old program", "New one",
    ),
    "reusable content": (
        lambda it: change(it.reusable, body=[("paragraph", RichText("<p>New box.</p>"))]),
        POST, "Old box", "New box",
    ),
    "what is known of a video": (
        lambda it: change(it.embed, title="New video"), POST, "Old video", "New video",
    ),
    "the credit of an image": (
        lambda it: change(it.image, credit="New credit"), POST, "Old credit", "New credit",
    ),
    "the name of the site": (
        lambda it: change(it.site_settings(), name="The New"), SECTION, "", "The New",
    ),
    "the menu": (
        lambda it: change(it.other, show_in_menus=True), SECTION, "", ">Other</a>",
    ),
    "a newsletter": (
        lambda it: change(it.newsletter, name="The New Letter"), POST, "", "The New Letter",
    ),
    "a newsletter is closed": (
        lambda it: change(it.newsletter, active=False), POST, "/newsletter/letter/", "",
    ),
    "a comment is taken back": (
        lambda it: moderating.decide([it.comment.pk], "spam", timezone.now()),
        POST, "An old thought", "",
    ),
    "a comment is answered": (write_trusted_comment, POST, "", "New thought"),
    "a comment is deleted": (
        lambda it: moderating.delete([it.comment.pk]), POST, "An old thought", "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_seen_at_once(world, commit, read, name):
    act, url, before, after = CHANGES[name]
    old, _ = read(url)
    assert before in old
    assert read(url) == (old, True)
    commit(act, world)
    new, was_kept = read(url)
    assert not was_kept
    assert after in new
    assert new != old
    assert not before or before not in new


def test_the_pictures_of_another_file_are_shown(world, commit, read):
    def addresses(page: str) -> set[str]:
        return {word for word in page.split('"') if "/images/" in word}

    old, _ = read(POST)
    old, _ = read(POST)
    commit(change_image_file, world)
    new, _ = read(POST)
    assert addresses(old)
    assert addresses(new).isdisjoint(addresses(old))


def test_renditions_that_are_made_purge_nothing_and_those_deleted_do(world, commit, read):
    read(POST)
    commit(world.image.get_rendition, "width-33")
    assert read(POST)[1]
    commit(call_command, "wagtail_update_image_renditions", purge_only=True)
    assert not read(POST)[1]


def test_an_answer_of_erased_words_is_forgotten_by_pages(world, commit, read):
    CommentFactory(post=world.post, parent=world.comment, text="Indeed.")
    read(POST)
    commit(personal_data.erase, world.comment.email, timezone.now())
    assert "An old thought" not in read(POST)[0]


def test_a_post_that_is_gone_or_private_is_answered_for_no_more(world, commit, client, read):
    read(POST)
    private = commit(
        PageViewRestriction.objects.create, page=world.section, restriction_type="password"
    )
    assert "Old title" not in client.get(POST).content.decode()
    commit(private.delete)
    assert "Old title" in read(POST)[0]
    commit(world.post.unpublish)
    assert client.get(POST).status_code == 404


def test_a_redirect_is_followed_as_soon_as_it_is_there(world, commit, client):
    assert client.get("/old.php?id=5&utm_source=x").status_code == 404
    commit(Redirect.objects.create, old_path="/old.php?id=5", redirect_link="/journal/")
    assert client.get("/old.php?id=5").status_code == 301


def test_what_is_planned_appears_and_goes_with_the_tick(world, commit, read, clock):
    planned = PostFactory(parent=world.section, title="Planned", live=False)
    planned.go_live_at = NOON + timedelta(hours=1)
    planned.expire_at = NOON + timedelta(hours=2)
    commit(planned.save_revision().publish)
    assert "Planned" not in read(SECTION)[0]
    for hours, is_there in ((1, True), (1, False)):
        clock.shift(timedelta(hours=hours, minutes=-5))
        read(SECTION)
        clock.shift(timedelta(minutes=5, seconds=1))
        commit(publish_scheduled)
        assert ("Planned" in read(SECTION)[0]) is is_there


def test_comments_close_on_time_on_a_page_that_is_kept(world, commit, read, clock, client):
    commit(change, world.post, commenting="while_new", close_after_days=1)
    clock.move_to(world.post.first_published_at + timedelta(days=1, minutes=-2))
    assert "reply-stamp" in read(POST)[0]
    clock.shift(timedelta(minutes=1))
    assert read(POST)[1]
    form = reverse("comments:write", args=[world.post.pk])
    assert not read(form)[1]
    assert read(form)[1]
    clock.shift(timedelta(minutes=1))
    assert "reply-stamp" not in read(POST)[0]
    assert client.get(form).status_code == 403


def test_what_no_reader_sees_purges_nothing(world, commit, read, client):
    read(POST)
    stamp = new_stamp()
    form = {"text": "I wait.", "name": "Ana", "email": "a@example.com", "stamp": stamp}
    with time_machine.travel(NOON + timedelta(seconds=5), tick=False):
        posted = commit(client.post, reverse("comments:write", args=[world.post.pk]), form)
    assert posted.status_code == 302
    assert Comment.objects.filter(state="waiting").exists()
    world.post.title = "A draft"
    commit(world.post.save_revision)
    commit(get_user_model().objects.create_superuser, "ed", "ed@example.org", "secret")
    assert read(POST)[1]


def test_a_page_is_given_up_once_something_is_drawn_that_it_does_not_offer(
    world, commit, read, client
):
    assert "image/avif" not in read(POST)[0]
    commit(draw_pictures, world.post.pk)
    page, was_kept = read(POST)
    assert "image/avif" in page
    assert not was_kept
    commit(draw_pictures, world.post.pk)
    with world.image.file.storage.open(world.image.file.name, "wb") as file:
        file.write(b"no picture")
    commit(world.image.renditions.filter(filter_spec__contains="avif").delete)
    assert "image/avif" not in read(POST)[0]
    commit(draw_pictures, world.post.pk)
    assert read(POST)[1]


def test_each_name_of_what_no_page_shows_is_that_of_a_model(settings):
    from django.apps import apps

    labels = {model._meta.label for model in apps.get_models(include_auto_created=True)}
    assert labels | {it.label for it in apps.get_app_configs()} >= settings.PAGE_CACHE_UNSEEN
    seen = (Page, PostPage, CreditedImage, Newsletter, SiteSettings, PageViewRestriction, Comment)
    assert not any(purging.is_unseen(model) for model in seen)


def test_a_change_that_is_rolled_back_purges_nothing(world, read, commit):
    from django.db import transaction

    def fail() -> None:
        with transaction.atomic():
            change(world.author, name="Nobody")
            transaction.set_rollback(True)

    read(POST)
    commit(fail)
    assert read(POST)[1]


def test_a_page_begun_before_a_change_and_finished_after_it_is_shown_to_nobody_else(
    world, commit, read, monkeypatch
):
    """While an editor publishes, a slow process is about to answer with what it read before."""
    serve = PostPage.serve

    def slowly(post, request, *args, **kwargs):
        response = serve(post, request, *args, **kwargs).render()
        monkeypatch.undo()
        commit(publish, world)
        return response

    monkeypatch.setattr(PostPage, "serve", slowly)
    assert "Old title" in read(POST)[0]
    new, was_kept = read(POST)
    assert "New title" in new
    assert not was_kept


def test_a_slow_answer_that_is_stored_over_a_new_one_counts_for_nothing(
    world, commit, read, monkeypatch, client
):
    serve = PostPage.serve

    def slowly(post, request, *args, **kwargs):
        response = serve(post, request, *args, **kwargs).render()
        monkeypatch.undo()
        commit(publish, world)
        assert "New title" in client.get(POST).content.decode()
        return response

    monkeypatch.setattr(PostPage, "serve", slowly)
    read(POST)
    assert "New title" in read(POST)[0]


def test_pages_are_purged_by_hand(world, read, capsys):
    read(POST)
    call_command("purge_pages")
    assert "No page is kept" in capsys.readouterr().out
    assert not read(POST)[1]


def test_a_cache_that_fails_stops_neither_readers_nor_editors(
    world, commit, read, monkeypatch, pages, caplog
):
    def fail(*args, **kwargs):
        raise OSError("No space left on device")

    for name in ("get", "set", "add"):
        monkeypatch.setattr(pages, name, fail)
    assert "Old title" in read(POST)[0]
    monkeypatch.undo()
    read(POST)
    monkeypatch.setattr(pages, "delete", fail)
    commit(publish, world)
    assert "No space left on device" in caplog.text
    monkeypatch.undo()
    assert store.purge()
    assert "New title" in read(POST)[0]


def test_a_full_disk_keeps_no_old_page_alive(world, commit, read, monkeypatch, pages):
    def fail(*args, **kwargs):
        raise OSError("No space left on device")

    read(POST)
    for name in ("set", "add"):
        monkeypatch.setattr(pages, name, fail)
    commit(publish, world)
    assert "New title" in read(POST)[0]
