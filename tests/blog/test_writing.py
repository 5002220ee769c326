"""Editors save drafts while they write, and are told what a post lacks before it is published."""

import pytest
from wagtail.models import Page
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from blog.models import BlogIndexPage, PostPage
from tests.factories import AuthorFactory, ImageFactory, TopicFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def write(admin_client, section):
    """Send the form of a new post, as a draft or to be published."""

    def write(action: str = "", authors: tuple = (), topics: tuple = (), **fields):
        form = {
            "title": "Rain",
            "slug": "rain",
            "standfirst": "",
            "lead_image": "",
            "lead_image_alt": "",
            "recommendations": streamfield([]),
            "body": streamfield([]),
            "bylines": inline_formset([{"author": author.pk} for author in authors]),
            "comments": inline_formset([]),
            "in_digests": "on",
            "commenting": "open",
            "close_after_days": "30",
            **fields,
        }
        data = nested_form_data(form) | {"topics": [topic.pk for topic in topics]}
        if action:
            data[action] = "yes"
        return admin_client.post(f"/admin/pages/add/blog/postpage/{section.pk}/", data)

    return write


def errors(response) -> str:
    """Return what the editor says is wrong."""
    form = response.context["form"]
    formsets = [formset.errors for formset in form.formsets.values()]
    return f"{form.errors} {formsets} {[f.non_form_errors() for f in form.formsets.values()]}"


def test_a_draft_needs_no_more_than_a_title(write):
    assert write().status_code == 302
    post = PostPage.objects.get()
    assert not post.live
    assert post.authors == []


def test_a_draft_may_have_a_lead_image_that_is_not_described_yet(write):
    assert write(lead_image=ImageFactory().pk).status_code == 302


UNFINISHED = [
    ("call_to_action", {"text": "", "label": "Go", "page": "", "url": ""}, "one of the two"),
    (
        "callout",
        {"kind": "crisis", "title": "", "text": rich_text(""), "phone": ""},
        "A crisis line needs a number",
    ),
    (
        "embed",
        {"url": "https://example.org/", "title": "", "poster": "", "caption": rich_text("")},
        "Nothing is embedded",
    ),
    ("image", {"image": "", "alt_text": "", "caption": rich_text(""), "credit": ""}, "required"),
    ("gallery", {"images": streamfield([])}, "minimum number of items"),
]


@pytest.mark.parametrize(("kind", "value", "told"), UNFINISHED)
def test_a_block_may_be_unfinished_in_a_draft_and_not_in_what_is_published(
    write, kind, value, told
):
    """Else the editor would stop to save by itself while somebody fills the block in."""
    body = streamfield([(kind, value)])
    refused = write("action-publish", (AuthorFactory(),), (TopicFactory(),), body=body)
    assert told in refused.content.decode()
    assert write(body=body).status_code == 302
    assert [block.block_type for block in PostPage.objects.get().body] == [kind]


@pytest.mark.parametrize("action", ["action-publish", "action-submit"])
def test_a_post_to_be_published_has_an_author_a_topic_and_described_images(write, action):
    said = errors(write(action, lead_image=ImageFactory().pk))
    assert "A post needs at least one author." in said
    assert "This field is required." in said
    assert "Say what the lead image shows" in said
    assert not PostPage.objects.exists()


def test_a_post_with_all_it_needs_is_published(write):
    author, topic = AuthorFactory(), TopicFactory()
    answer = write(
        "action-publish",
        authors=(author,),
        topics=(topic,),
        lead_image=ImageFactory().pk,
        lead_image_alt="A lamp",
    )
    assert answer.status_code == 302, errors(answer)
    post = PostPage.objects.get()
    assert post.live
    assert post.authors == [author]


def test_an_author_stands_once_in_a_byline(write):
    author = AuthorFactory()
    said = errors(write("action-publish", authors=(author, author), topics=(TopicFactory(),)))
    assert "duplicate" in said
    assert not PostPage.objects.exists()


def test_a_section_does_not_take_an_address_of_the_site_itself(admin_client, home):
    data = nested_form_data({"title": "Topics", "slug": "topics", "comments": inline_formset([])})
    answer = admin_client.post(f"/admin/pages/add/blog/blogindexpage/{home.pk}/", data)
    assert "The site uses this address itself." in errors(answer)
    assert not Page.objects.type(BlogIndexPage).exists()
