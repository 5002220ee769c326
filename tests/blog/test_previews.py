"""Editors preview a post as web page, as email and as plain text."""

import pytest
from wagtail.rich_text import RichText

from tests.factories import BookFactory, DisclaimerFactory, ImageFactory, PostFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(section):
    DisclaimerFactory(name="Shops", rule="affiliate")
    return PostFactory(
        parent=section,
        title="Rain & <wind>",
        lead_image=ImageFactory(),
        lead_image_alt="A lamp",
        body=[
            ("paragraph", RichText("<p>It <b>begins</b>.</p>")),
            ("book", {"book": BookFactory(title="Corridor", affiliate=True), "note": ""}),
        ],
    )


def preview(post, mode: str) -> str:
    return post.make_preview_request(preview_mode=mode).content.decode()


def test_a_post_has_three_previews(post):
    assert [str(label) for _, label in post.preview_modes] == ["Web", "Email", "Plain text"]


def test_the_web_preview_is_the_page(post):
    assert "<h1" in preview(post, "")


def test_the_email_preview_is_compiled_mjml(post):
    html = preview(post, "email")
    assert "<mj-" not in html
    assert "Rain &amp; &lt;wind&gt;" in html
    assert "Corridor" in html
    assert "affiliate link" in html
    assert "Text of Shops." in html


def test_the_text_preview_is_plain(post):
    answer = post.make_preview_request(preview_mode="text")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    text = answer.content.decode()
    assert "Rain & <wind>" in text
    assert "It begins." in text
    assert "Text of Shops." in text


def test_an_empty_new_post_can_be_previewed(section):
    from blog.models import PostPage

    post = PostPage(title="New", slug="new")
    section.add_child(instance=post)
    for mode, _ in post.preview_modes:
        assert post.make_preview_request(preview_mode=mode).status_code == 200
