"""A post that gets another address is still found at the old one, and links to it follow."""

import pytest
from django.urls import reverse
from wagtail.rich_text import RichText
from wagtail.test.utils.form_data import inline_formset, nested_form_data, streamfield

from blog.models import PostPage
from tests.factories import PostFactory, SectionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    """Do what follows a commit, which redirects do."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def form(post, **fields) -> dict:
    """Return the form of a post as its editor sends it to publish it."""
    values = {
        "title": post.title,
        "slug": post.slug,
        "standfirst": post.standfirst,
        "lead_image": "",
        "lead_image_alt": "",
        "recommendations": streamfield([]),
        "body": streamfield([("heading", "It falls")]),
        "bylines": inline_formset(
            [{"id": it.pk, "author": it.author_id} for it in post.bylines.all()], initial=1
        ),
        "comments": inline_formset([]),
        "in_digests": "on",
        "listed": "on",
        "commenting": "open",
        "close_after_days": "30",
        **fields,
    }
    topics = [topic.pk for topic in post.topics.all()]
    return nested_form_data(values) | {"topics": topics, "action-publish": "yes"}


def edit_url(page) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def move(admin_client, page, to) -> None:
    admin_client.post(reverse("wagtailadmin_pages:move_confirm", args=[page.pk, to.pk]))


def test_the_old_address_leads_to_the_new_one(client, admin_client, section, committed):
    post = PostFactory(parent=section, slug="rain")
    with committed():
        assert admin_client.post(edit_url(post), form(post, slug="showers")).status_code == 302
    assert PostPage.objects.get().url == "/journal/showers/"
    response = client.get("/journal/rain/")
    assert (response.status_code, response.url) == (301, "/journal/showers/")
    assert client.get("/journal/showers/").status_code == 200


def test_so_it_does_after_two_changes(client, admin_client, section, committed):
    post = PostFactory(parent=section, slug="rain")
    for slug in ("showers", "drizzle"):
        with committed():
            admin_client.post(edit_url(post), form(post, slug=slug))
    for old in ("/journal/rain/", "/journal/showers/"):
        assert client.get(old).url == "/journal/drizzle/"


def test_changed_back_it_is_shown_and_not_led_round(client, admin_client, section, committed):
    post = PostFactory(parent=section, slug="rain")
    for slug in ("showers", "rain"):
        with committed():
            admin_client.post(edit_url(post), form(post, slug=slug))
    assert client.get("/journal/rain/").status_code == 200
    assert client.get("/journal/showers/").url == "/journal/rain/"


def test_a_draft_leaves_the_address_as_it_is(client, admin_client, section, committed):
    post = PostFactory(parent=section, slug="rain")
    data = form(post, slug="showers")
    del data["action-publish"]
    with committed():
        admin_client.post(edit_url(post), data)
    assert client.get("/journal/rain/").status_code == 200


def test_a_post_that_is_moved_is_found_at_its_old_address(
    client, admin_client, home, section, committed
):
    post, notes = (
        PostFactory(parent=section, slug="rain"),
        SectionFactory(slug="notes", parent=home),
    )
    with committed():
        move(admin_client, post, notes)
    assert client.get("/journal/rain/").url == "/notes/rain/"
    assert client.get("/notes/rain/").status_code == 200


def test_so_are_the_posts_of_a_section_that_is_moved(
    client, admin_client, home, section, committed
):
    section.slug = "letters"
    PostFactory(parent=section, slug="rain")
    with committed():
        section.save_revision().publish()
    assert client.get("/journal/rain/").url == "/letters/rain/"


def test_links_in_texts_follow_a_post(client, admin_client, home, section, committed):
    post, notes = (
        PostFactory(parent=section, slug="rain"),
        SectionFactory(slug="notes", parent=home),
    )
    text = RichText(f'<p><a linktype="page" id="{post.pk}">Rain</a></p>')
    other = PostFactory(parent=section, body=[("paragraph", text)])
    assert 'href="/journal/rain/"' in client.get(other.url).content.decode()
    with committed():
        admin_client.post(edit_url(post), form(post, slug="showers"))
        move(admin_client, post, notes)
    page = client.get(other.url).content.decode()
    assert 'href="/notes/showers/"' in page
    assert "/journal/rain/" not in page
