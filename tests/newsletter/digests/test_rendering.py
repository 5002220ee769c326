"""Digests of odd posts render in each form, stay short enough, and say the same in both parts."""

import pytest
from wagtail.rich_text import RichText

from newsletter.digests.rendering import MOST_BYTES, render, size_of
from newsletter.mail import Mail
from newsletter.models import Cohort, Digest, Newsletter
from tests.factories import (
    AuthorFactory,
    BookFactory,
    DisclaimerFactory,
    ImageFactory,
    PostFactory,
    TopicFactory,
)

from . import DAY, MONDAY

pytestmark = pytest.mark.django_db
LONG = RichText("<p>" + "word " * 5000 + "</p>")


@pytest.fixture
def compose(newsletter):
    """Renders a digest of some posts in a form."""

    def compose(form: str, *posts) -> Cohort:
        newsletter.post_form = form
        newsletter.save()
        digest = Digest.objects.create(
            newsletter=newsletter, cadence="daily", since=MONDAY - DAY, until=MONDAY
        )
        cohort = Cohort.objects.create(digest=digest, key="key")
        cohort.posts.set(posts)
        return render(cohort)

    return compose


def odd_body(name: str) -> list:
    image = ImageFactory()
    bodies = {
        "empty": [],
        "a book without links": [("book", {"book": BookFactory(links=0), "note": ""})],
        "a deleted book": [("book", {"book": None, "note": "gone"})],
        "a deleted image": [
            ("image", {"image": image, "alt_text": "A lamp", "caption": RichText("")})
        ],
        "5,000 words": [("paragraph", LONG)],
        "breaking characters": [
            ("heading", "]]></mj-text>\\ \x0b & <b>"),
            ("paragraph", RichText("<p>]]&gt;&lt;/mj-text&gt; \x0c \ufffe</p>")),
        ],
        "right to left": [("paragraph", RichText("<p>שלום עולם 🌧️</p>"))],
    }
    if name == "a deleted image":
        image.file.delete(save=False)
        image.delete()
    return bodies[name]


@pytest.mark.parametrize("form", Newsletter.Form.values)
@pytest.mark.parametrize(
    "name",
    [
        "empty",
        "a book without links",
        "a deleted book",
        "a deleted image",
        "5,000 words",
        "breaking characters",
        "right to left",
    ],
)
def test_a_digest_with_an_odd_post_renders(compose, section, form, name):
    DisclaimerFactory(rule="always")
    post = PostFactory(parent=section, title="Rain & <wind>", body=odd_body(name))
    cohort = compose(form, post)
    assert "Rain &amp; &lt;wind&gt;" in cohort.html
    assert "Rain & <wind>" in cohort.text
    assert "<mj-" not in cohort.html
    assert "None" not in cohort.text


def test_a_post_in_full_brings_its_book_links_and_disclaimers(compose, section):
    DisclaimerFactory(name="Shops", rule="affiliate")
    body = [("book", {"book": BookFactory(affiliate=True), "note": ""})]
    cohort = compose("full", PostFactory(parent=section, body=body))
    for part in (cohort.html, cohort.text):
        assert "https://example.com/0" in part
        assert "affiliate link" in part
        assert "Text of Shops." in part


def test_a_digest_too_long_for_mail_programs_takes_a_shorter_form(compose, section):
    posts = [PostFactory(parent=section, body=[("paragraph", LONG)]) for _ in range(6)]
    cohort = compose("full", *posts)
    assert size_of(Mail(cohort.subject, cohort.html, cohort.text)) <= MOST_BYTES
    for post in posts:
        assert post.full_url in cohort.text
        assert post.full_url in cohort.html


def test_where_even_titles_are_too_many_the_rest_is_counted(compose, section, newsletter):
    topics, authors = [TopicFactory()], [AuthorFactory()]
    posts = [
        PostFactory(parent=section, title=f"{n} " + "long " * 40, topics=topics, authors=authors)
        for n in range(90)
    ]
    cohort = compose("full", *posts)
    assert size_of(Mail(cohort.subject, cohort.html, cohort.text)) <= MOST_BYTES
    shown = sum(post.full_url in cohort.text for post in posts)
    assert 1 < shown < 90
    for part in (cohort.html, cohort.text):
        assert f"And {90 - shown} more on the site" in part
        assert section.full_url in part
        assert "Here are 90 new pieces." in part
    assert "and 89 more" in cohort.subject
    assert len(cohort.rendered_posts) == 90


def test_a_place_on_the_page_is_no_link_in_a_mail(compose, section):
    body = [("paragraph", RichText('<p><a href="#later">See below</a></p>'))]
    cohort = compose("full", PostFactory(parent=section, body=body))
    assert "See below" in cohort.html
    assert "#later" not in cohort.html
    assert "#later" not in cohort.text


def test_a_post_without_standfirst_is_shown_by_how_it_begins(compose, section):
    body = [("paragraph", RichText("<p>It <b>begins</b> here.</p>"))]
    cohort = compose("excerpt", PostFactory(parent=section, standfirst="", body=body))
    assert "It begins here." in cohort.text
    assert "It begins here." in cohort.html
