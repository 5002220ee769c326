"""What readers see: home, section, post, author and topic, and in how many queries."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import PageViewRestriction
from wagtail.rich_text import RichText
from wagtail_factories import DocumentFactory

from blog.models import PostPage
from tests.factories import (
    AuthorFactory,
    BookFactory,
    DisclaimerFactory,
    ImageFactory,
    PostFactory,
    ReusableContentFactory,
    TopicFactory,
)

pytestmark = pytest.mark.django_db


def queries(client, url: str) -> int:
    """Return how many queries a page takes, once the sizes of its images are made."""
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def picture() -> dict[str, object]:
    return {"image": ImageFactory(), "alt_text": "A lamp", "caption": RichText("")}


def rich_post(section, size: int, **kwargs):
    """Publish a post with so many of everything."""
    link = f'<p><a linktype="page" id="{section.pk}">Here</a></p>'
    body = []
    for _ in range(size):
        book = BookFactory(affiliate=True, links=2, cover=ImageFactory())
        body += [
            ("heading", "A heading"),
            ("paragraph", RichText(link)),
            ("image", picture()),
            ("author_bio", {"author": AuthorFactory(photo=ImageFactory(), bio=link)}),
            ("book", {"book": book, "note": "Good."}),
            ("disclaimer", {"disclaimer": DisclaimerFactory(text=link)}),
            ("call_to_action", {"label": "Look", "page": PostFactory(parent=section)}),
            ("posts", {"posts": [PostFactory(parent=section) for _ in range(size)]}),
            ("file", {"file": DocumentFactory()}),
            ("callout", {"kind": "note", "text": RichText(link)}),
            ("questions", {"questions": [{"question": "Why?", "answer": RichText(link)}] * size}),
            ("reusable", {"content": ReusableContentFactory(body=[("paragraph", RichText(link))])}),
            ("gallery", {"images": [picture() for _ in range(size)]}),
        ]
        DisclaimerFactory(rule="always", text=link)
    return PostFactory(
        parent=section,
        body=body,
        lead_image=ImageFactory(),
        lead_image_alt="A lamp",
        authors=[AuthorFactory(photo=ImageFactory()) for _ in range(size)],
        topics=[TopicFactory() for _ in range(size)],
        **kwargs,
    )


def test_listings_take_the_same_queries_however_many_posts_there_are(
    client, home, section, newsletter
):
    author, topic = AuthorFactory(), TopicFactory()
    link = RichText(f'<p><a linktype="page" id="{section.pk}">Here</a></p>')

    def more_posts(count: int) -> None:
        for _ in range(count):
            PostFactory(
                parent=section,
                authors=[author, AuthorFactory()],
                topics=[topic, TopicFactory()],
                standfirst="",
                body=[("paragraph", link)],
                lead_image=ImageFactory(),
                lead_image_alt="A lamp",
            )

    urls = [home.url, section.url, author.get_absolute_url(), topic.get_absolute_url()]
    more_posts(2)
    few = [queries(client, url) for url in urls]
    more_posts(6)
    assert [queries(client, url) for url in urls] == few
    assert max(few) <= 12


def test_a_section_lists_its_posts_the_latest_first_and_in_pages(client, section):
    now = timezone.now()
    for number in range(12):
        PostFactory(
            parent=section,
            title=f"Story {number:02}",
            first_published_at=now - timedelta(hours=number),
        )
    first = client.get(section.url).content.decode()
    assert first.index("Story 00") < first.index("Story 09")
    assert "Story 10" not in first
    assert "?page=2" in first
    assert "Story 11" in client.get(section.url, {"page": 2}).content.decode()


@pytest.mark.parametrize("page", ["0", "-1", "99999", "soon", "", "1\x00"])
def test_a_page_number_that_is_off_gets_a_page(client, section, page):
    PostFactory(parent=section)
    assert client.get(section.url, {"page": page}).status_code == 200


def test_drafts_and_private_posts_are_in_no_listing(client, home, section):
    author, topic = AuthorFactory(), TopicFactory()
    posts = [
        PostFactory(parent=section, title=title, authors=[author], topics=[topic])
        for title in ("Open story", "Draft story", "Private story")
    ]
    posts[1].unpublish()
    PageViewRestriction.objects.create(page=posts[2], restriction_type="login")
    for url in (home.url, section.url, author.get_absolute_url(), topic.get_absolute_url()):
        html = client.get(url).content.decode()
        assert "Open story" in html
        assert "Draft story" not in html
        assert "Private story" not in html


def test_empty_listings_say_so(client, home, section):
    for url in (
        home.url,
        section.url,
        AuthorFactory().get_absolute_url(),
        TopicFactory().get_absolute_url(),
    ):
        answer = client.get(url)
        assert answer.status_code == 200
        assert "published" in answer.content.decode()


def test_a_post_names_its_authors_and_topics_with_links(client, section):
    post = PostFactory(
        parent=section,
        authors=[AuthorFactory(name="Ana Reis", credentials="MSc"), AuthorFactory(name="Bo Lund")],
        topics=[TopicFactory(name="Sleep")],
    )
    html = client.get(post.url).content.decode()
    for thing in (*post.authors, *post.topics.all()):
        assert f'href="{thing.get_absolute_url()}"' in html
    assert html.index("Ana Reis") < html.index("Bo Lund")


def test_an_author_or_topic_that_is_not_there_is_not_found(client, home):
    assert client.get("/authors/nobody/").status_code == 404
    assert client.get("/topics/nothing/").status_code == 404


@pytest.mark.parametrize(
    "fields",
    [
        {"lead_image": None},
        {"body": []},
        {"standfirst": "", "body": []},
        {"title": "x" * 255},
        {"title": "مرحبا בעולם 😀🌧️"},
        {"title": "<b>&\"'</b> ]]>"},
        {"body": [("paragraph", RichText("<p>" + "word " * 5000 + "</p>"))]},
        {"body": [("book", {"book": None, "note": "gone"})]},
        {"body": [("image", {"image": None, "alt_text": "gone", "caption": RichText("")})]},
    ],
)
def test_odd_posts_are_shown_in_full_and_in_listings(client, home, section, fields):
    post = PostFactory(parent=section, slug="odd", **fields)
    for url in (post.url, section.url, home.url):
        answer = client.get(url)
        assert answer.status_code == 200
        assert "<b>&" not in answer.content.decode()


def test_a_post_outlives_its_images(client, section):
    image = ImageFactory()
    post = PostFactory(
        parent=section,
        lead_image=image,
        lead_image_alt="A lamp",
        body=[("image", {"image": image, "alt_text": "A lamp", "caption": RichText("")})],
    )
    image.file.delete(save=False)
    assert client.get(post.url).status_code == 200
    image.delete()
    answer = client.get(post.url)
    assert answer.status_code == 200
    assert b"<figure" not in answer.content


def test_public_pages_set_no_cookie_and_load_nothing_from_elsewhere(client, home, section):
    import re

    post = rich_post(section, 1)
    for url in (home.url, section.url, post.url, post.authors[0].get_absolute_url()):
        answer = client.get(url)
        assert not answer.cookies
        loaded = re.findall(
            r"<(?:link|script|img|source|iframe)[^>]+(?:src|srcset|href)=\"(https?://[^\"]+)",
            answer.content.decode(),
        )
        assert all(address.startswith("http://localhost") for address in loaded)


def test_links_in_all_rich_text_of_a_post_lead_to_pages(client, section):
    html = client.get(rich_post(section, 2).url).content.decode()
    assert html.count(f'<a href="{section.url}">Here</a>') == 16
    assert "linktype" not in html


def test_showing_a_post_leaves_its_links_to_pages_as_they_are(client, section):
    post = rich_post(section, 1)
    client.get(post.url)
    post.content  # noqa: B018
    post.save()
    post.refresh_from_db()
    assert 'linktype="page"' in str(post.body.get_prep_value())


def test_two_headings_alike_have_different_ids(client, section):
    import re

    post = PostFactory(parent=section, body=[("heading", "Again"), ("heading", "Again")])
    post.save_revision().publish()
    ids = re.findall(r'<h2 id="([^"]+)"', client.get(post.url).content.decode())
    assert len(set(ids)) == len(ids) == 2


def test_an_author_page_describes_the_author_in_plain_words(client, home):
    author = AuthorFactory(bio='<p>R&amp;D, <b>mostly</b> "nights".</p>')
    html = client.get(author.get_absolute_url()).content.decode()
    assert 'content="R&amp;D, mostly &quot;nights&quot;."' in html


def test_a_page_that_is_not_there_helps_on(client, home):
    answer = client.get("/nowhere/")
    assert answer.status_code == 404
    assert 'href="/"' in answer.content.decode()


class TestWhereAPostAppears:
    def test_an_unlisted_post_is_found_by_its_address_alone(self, client, home, section):
        author, topic = AuthorFactory(), TopicFactory()
        post = PostFactory(
            parent=section, title="Hidden", listed=False, authors=[author], topics=[topic]
        )
        for url in (home.url, section.url, author.get_absolute_url(), topic.get_absolute_url()):
            assert "Hidden" not in client.get(url).content.decode(), url
        html = client.get(post.url).content.decode()
        assert "Hidden" in html
        assert '<meta name="robots" content="noindex">' in html

    def test_a_listed_post_is_for_search_engines_too(self, client, section):
        html = client.get(PostFactory(parent=section).url).content.decode()
        assert "noindex" not in html

    def test_an_unlisted_post_is_not_mailed(self, section):
        PostFactory(parent=section, listed=False)
        assert not PostPage.objects.mailable().exists()

    def test_a_pinned_post_stands_first_in_its_section(self, client, section):
        old = timezone.now() - timedelta(days=9)
        PostFactory(parent=section, title="Old and pinned", pinned=True, first_published_at=old)
        PostFactory(parent=section, title="The latest")
        html = client.get(section.url).content.decode()
        assert html.index("Old and pinned") < html.index("The latest")

    def test_search_engines_are_led_to_where_it_appeared_first(self, client, section):
        first = "https://elsewhere.example.org/rain"
        html = client.get(PostFactory(parent=section, canonical_url=first).url).content.decode()
        assert html.count('rel="canonical"') == 1
        assert f'<link rel="canonical" href="{first}">' in html
