"""What pages tell search engines of what they are about."""

import json
import re

import pytest
from wagtail.rich_text import RichText

from blog.models import AuthorLink
from core.models import SiteSettings
from tests.factories import AuthorFactory, BookFactory, ImageFactory, PostFactory, TopicFactory

pytestmark = pytest.mark.django_db


def things(client, url: str) -> dict[str, dict]:
    """Return what a page tells of, by its kind."""
    html = client.get(url).content.decode()
    (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    data = json.loads(text)
    assert data["@context"] == "https://schema.org"
    return {thing["@type"]: thing for thing in data["@graph"]}


def test_a_post_tells_of_itself_its_authors_and_who_publishes_it(client, section):
    SiteSettings.objects.update_or_create(
        site=section.get_site(), defaults={"organisation": "The Lamp Trust"}
    )
    post = PostFactory(
        parent=section,
        title="Awake",
        authors=[AuthorFactory(name="Ana", slug="ana", credentials="MSc", organisation="Clinic")],
        topics=[TopicFactory(name="Sleep")],
        lead_image=ImageFactory(),
    )
    told = things(client, post.url)
    assert set(told) == {"BlogPosting", "BreadcrumbList"}
    article = told["BlogPosting"]
    assert article["headline"] == "Awake"
    assert article["url"] == article["mainEntityOfPage"] == post.full_url
    assert article["image"].startswith("http://localhost/media/")
    assert article["datePublished"] == article["dateModified"]
    assert article["articleSection"] == ["Sleep"]
    assert article["author"] == [
        {
            "@type": "Person",
            "name": "Ana",
            "honorificSuffix": "MSc",
            "url": "http://localhost/authors/ana/",
            "affiliation": {"@type": "Organization", "name": "Clinic"},
        }
    ]
    assert article["publisher"]["name"] == "The Lamp Trust"
    steps = told["BreadcrumbList"]["itemListElement"]
    assert [(step["position"], step["item"]) for step in steps] == [
        (1, "http://localhost/"),
        (2, section.full_url),
        (3, post.full_url),
    ]


def test_questions_and_answers_are_told_of(client, section):
    questions = [
        {"question": "Nap?", "answer": RichText("<p>Yes, <b>briefly</b>.</p>")},
        {"question": "Tea?", "answer": RichText("<p>No.</p>")},
    ]
    post = PostFactory(parent=section, body=[("questions", {"questions": questions})])
    assert things(client, post.url)["FAQPage"]["mainEntity"] == [
        {
            "@type": "Question",
            "name": "Nap?",
            "acceptedAnswer": {"@type": "Answer", "text": "Yes, briefly."},
        },
        {
            "@type": "Question",
            "name": "Tea?",
            "acceptedAnswer": {"@type": "Answer", "text": "No."},
        },
    ]


@pytest.mark.parametrize(
    "words", ["</script><script>alert(1)</script>", "<!--<script>", "a&b\u2028"]
)
def test_nothing_that_is_written_ends_it(client, section, words):
    guest = AuthorFactory(name=words, slug="ana", bio="")
    post = PostFactory(parent=section, title=words, standfirst=words, authors=[guest])
    article = things(client, post.url)["BlogPosting"]
    assert article["headline"] == article["description"] == article["author"][0]["name"] == words
    assert things(client, "/authors/ana/")["ProfilePage"]["mainEntity"]["name"] == words


def test_a_section_tells_where_it_lies(client, section):
    steps = things(client, section.url)["BreadcrumbList"]["itemListElement"]
    assert [step["name"] for step in steps] == ["Home", "Journal"]


def test_an_author_is_told_of_with_where_else_they_are(client, db):
    author = AuthorFactory(slug="ana", role="Nurse", bio="<p>Writes.</p>")
    author.website = "https://ana.example.org/"
    author.links = [AuthorLink(name="Mastodon", url="https://social.example.org/@ana")]
    author.save()
    person = things(client, "/authors/ana/")["ProfilePage"]["mainEntity"]
    assert person["jobTitle"] == "Nurse"
    assert person["description"] == "Writes."
    assert person["sameAs"] == ["https://ana.example.org/", "https://social.example.org/@ana"]


def test_books_are_told_of(client, section):
    book = BookFactory(title="The Long", authors="Iris Vance", year=2023, isbn="978-0-306-40615-7")
    PostFactory(parent=section, body=[("book", {"book": book})])
    assert things(client, "/books/")["Book"] == {
        "@type": "Book",
        "name": "The Long",
        "author": [{"@type": "Person", "name": "Iris Vance"}],
        "isbn": "9780306406157",
        "datePublished": "2023",
    }


def test_an_empty_page_of_books_tells_of_nothing(client, db):
    assert b"ld+json" not in client.get("/books/").content
