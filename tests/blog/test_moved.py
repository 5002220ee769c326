"""Who asks for an old address is led to the new one."""

import pytest
from taggit.models import Tag
from wagtail.contrib.redirects.models import Redirect

from blog.models import BlogIndexPage
from tests.factories import AuthorFactory, PostFactory, SectionFactory, SeriesFactory, TopicFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def committing(django_capture_on_commit_callbacks):
    """Wagtail leads on once the change of an address is committed."""
    return django_capture_on_commit_callbacks


def tag_of_a_post(slug: str) -> Tag:
    post = PostFactory(parent=BlogIndexPage.objects.get(), slug=f"about-{slug}")
    post.tags.add(slug)
    post.save()
    return Tag.objects.get(slug=slug)


def led(client, url: str) -> str:
    """Return where one redirect leads for good; empty where there is none."""
    answer = client.get(url)
    return answer["Location"] if answer.status_code == 301 else ""


def test_a_renamed_section_leads_on_with_all_that_lies_in_it(client, section, committing):
    PostFactory(parent=section, slug="a-post")
    section.slug = "diary"
    with committing(execute=True):
        section.save_revision().publish()
    assert led(client, "/journal/") == "/diary/"
    assert led(client, "/journal/a-post/") == "/diary/a-post/"
    assert led(client, "/journal/a-post/index.md") == "/diary/a-post/index.md"
    for kind in ("rss", "atom", "json"):
        assert led(client, f"/journal/feed.{kind}") == f"/diary/feed.{kind}"
    assert client.get("/nowhere/feed.rss").status_code == 404


def test_a_post_that_is_renamed_and_moved_leads_on(client, home, section, committing):
    post = PostFactory(parent=section, slug="old")
    post.slug = "new"
    with committing(execute=True):
        post.save_revision().publish()
    assert led(client, "/journal/old/") == "/journal/new/"
    post.move(SectionFactory(parent=home, slug="news"), "last-child")
    assert led(client, "/journal/old/") == led(client, "/journal/new/") == "/news/new/"
    assert led(client, "/journal/new/index.md") == "/news/new/index.md"


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (AuthorFactory, "authors"),
        (TopicFactory, "topics"),
        (SeriesFactory, "series"),
        (tag_of_a_post, "tags"),
    ],
)
def test_what_posts_are_gathered_under_leads_on(client, section, make, kind):
    thing = make(slug="first")
    for slug in ("second", "third"):
        thing.slug = slug
        thing.save()
    assert client.get(f"/{kind}/third/").status_code == 200
    for slug in ("first", "second"):
        assert led(client, f"/{kind}/{slug}/") == f"http://localhost/{kind}/third/"
    assert led(client, f"/{kind}/first/feed.rss") == f"http://localhost/{kind}/third/feed.rss"
    thing.slug = "first"
    thing.save()
    assert client.get(f"/{kind}/first/").status_code == 200
    assert led(client, f"/{kind}/third/") == f"http://localhost/{kind}/first/"
    make(slug="second")
    assert client.get(f"/{kind}/second/").status_code == 200


def test_a_redirect_that_an_editor_made_is_kept(client, db):
    made = Redirect.add_redirect("/topics/new/", "https://example.org/")
    topic = TopicFactory(slug="old")
    topic.slug = "new"
    topic.save()
    made.refresh_from_db()
    assert client.get("/topics/new/").status_code == 200
