"""A post is translated, and then read, found, mailed and disclosed in its language."""

import re

import pytest
from wagtail.models import Page
from wagtail.rich_text import RichText

from blog.models import PostPage
from blog.models.preparing import prepare
from tests.factories import (
    BookFactory,
    DisclaimerFactory,
    NewsletterFactory,
    PostFactory,
    ReusableContentFactory,
)
from tests.two_languages import WORDS

pytestmark = pytest.mark.django_db


def page_of(client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def alternates(html: str) -> dict[str, str]:
    return dict(re.findall(r'<link rel="alternate" hreflang="([^"]+)" href="([^"]+)">', html))


def test_a_translated_post_is_read_at_an_address_of_its_language(client, post, translated):
    html = page_of(client, "/de/tagebuch/die-lange-nacht/")

    assert '<html lang="de">' in html
    assert "Es beginnt." in html and "It begins." not in html
    assert (
        alternates(html)
        == alternates(page_of(client, "/journal/the-long-night/"))
        == {
            "en-gb": "http://localhost/journal/the-long-night/",
            "x-default": "http://localhost/journal/the-long-night/",
            "de": "http://localhost/de/tagebuch/die-lange-nacht/",
        }
    )


def languages(client, url: str) -> list[tuple[str, str]]:
    """Return the addresses that the way to other languages leads to, and their languages."""
    nav = re.search(r'<ul class="menu languages">.*?</ul>', page_of(client, url), re.DOTALL)
    return re.findall(r'<a href="([^"]+)" hreflang="([^"]+)"', nav[0])


def test_readers_change_the_language(client, section, translated):
    PostFactory(parent=section, title="Not translated", slug="english-only")

    assert languages(client, "/journal/the-long-night/") == [
        ("/journal/the-long-night/", "en-gb"),
        ("/de/tagebuch/die-lange-nacht/", "de"),
    ]
    assert languages(client, "/de/topics/sleep/") == [
        ("/topics/sleep/", "en-gb"),
        ("/de/topics/sleep/", "de"),
    ]
    assert languages(client, "/journal/english-only/")[1] == ("/de/", "de")
    assert alternates(page_of(client, "/journal/english-only/")) == {
        "en-gb": "http://localhost/journal/english-only/",
        "x-default": "http://localhost/journal/english-only/",
    }


@pytest.mark.parametrize(
    "path",
    [
        "",
        "topics/sleep/",
        "authors/ana-reis/",
        "feed.rss",
        "topics/sleep/feed.rss",
        "llms.txt",
        "search/",
    ],
)
def test_lists_hold_the_posts_of_their_language(client, translated, path):
    english, german = page_of(client, f"/{path}"), page_of(client, f"/de/{path}")

    assert "The long night" in english and "Die lange Nacht" not in english
    assert "Die lange Nacht" in german and "The long night" not in german
    assert "/de/tagebuch/die-lange-nacht/" in german


def test_each_language_is_searched_for_itself(client, translated):
    assert "Die lange Nacht" in re.sub("</?mark>", "", page_of(client, "/de/search/?q=Nacht"))
    assert "Die lange Nacht" not in re.sub("</?mark>", "", page_of(client, "/search/?q=Nacht"))


def test_menus_lead_to_the_pages_of_their_language(client, home, section, translated):
    Page.objects.filter(translation_key=section.translation_key).update(show_in_menus=True)

    assert '<a href="/de/tagebuch/">Tagebuch</a>' in page_of(client, "/de/")
    assert '<a href="/journal/">Journal</a>' in page_of(client, "/")


def test_each_language_has_a_map_of_its_own(client, translated):
    assert "Sitemap: http://localhost/de/sitemap.xml" in page_of(client, "/robots.txt")
    assert "/de/sitemap-pages.xml" in page_of(client, "/de/sitemap.xml")
    english, german = (page_of(client, f"{at}/sitemap-pages.xml") for at in ("", "/de"))
    assert "http://localhost/journal/the-long-night/" in english and "/de/" not in english
    assert "http://localhost/de/tagebuch/die-lange-nacht/" in german
    assert "http://localhost/journal/" not in german
    assert "Es beginnt." in page_of(client, "/de/tagebuch/die-lange-nacht/index.md")


def test_a_newsletter_is_in_the_language_of_its_section(client, newsletter, translated):
    section = translated.get_parent().specific
    letter = NewsletterFactory(name="Der Brief", slug="brief", section=section)

    assert (letter.language, newsletter.language) == ("de", "en-gb")
    html = page_of(client, "/newsletter/brief/")
    assert '<html lang="de">' in html
    assert '<link rel="canonical" href="http://localhost/de/newsletter/brief/">' in html
    assert not alternates(html)
    assert '<html lang="en-gb">' in page_of(client, "/de/newsletter/letter/")


@pytest.fixture
def library(topic):
    """What the post shows and owes: one disclaimer by its topic, one placed by hand, and words."""
    owed = DisclaimerFactory(name="Advice", rule="topic", text="<p>Ask.</p>")
    owed.topics.add(topic)
    return {
        "owed": owed,
        "always": DisclaimerFactory(name="Always", rule="always", text="<p>English alone.</p>"),
        "placed": DisclaimerFactory(name="Placed", rule="always", text="<p>Nobody paid.</p>"),
        "words": ReusableContentFactory(
            name="Help", body=[("paragraph", RichText("<p>Call somebody.</p>"))]
        ),
    }


def test_a_translated_post_owes_and_shows_what_the_original_does(
    client, home, section, topic, library, translate
):
    post = PostFactory(
        parent=section,
        title="The long night",
        slug="the-long-night",
        topics=[topic],
        body=[
            ("disclaimer", {"disclaimer": library["placed"]}),
            ("reusable", {"content": library["words"]}),
        ],
    )
    german = {"Ask.": "Fragen.", "Nobody paid.": "Bezahlt hat niemand.", "Call somebody.": "Anruf."}
    translate(home, WORDS | german)
    assert "Ask." in page_of(client, "/de/tagebuch/die-lange-nacht/")
    translate(library["owed"], german)

    html = page_of(client, "/de/tagebuch/die-lange-nacht/")

    assert [html.count(words) for words in german.values()] == [1, 1, 1]
    assert not [words for words in german if words in html]
    assert html.count("English alone.") == 1
    english = page_of(client, post.url)
    assert [english.count(words) for words in german] == [1, 1, 1]
    both = list(PostPage.objects.order_by("path").in_full())
    prepare(both)
    texts = [[it.text for it in post.disclaimers_at_end] for post in both]
    assert texts == [
        ["<p>Ask.</p>", "<p>English alone.</p>"],
        ["<p>Fragen.</p>", "<p>English alone.</p>"],
    ]
    feed = page_of(client, "/de/feed.atom")
    assert [feed.count(words) for words in german.values()] == [1, 1, 1]


def test_what_an_affiliate_program_asks_to_be_said_is_said_in_german(
    client, home, section, translate
):
    book = BookFactory(affiliate=True)
    program = book.programs[0]
    program.text = "<p>We earn.</p>"
    program.save()
    PostFactory(parent=section, slug="the-long-night", body=[("book", {"book": book, "note": ""})])
    translate(home, WORDS)
    translate(program, {"We earn.": "Wir verdienen."})

    for page in ("/de/tagebuch/die-lange-nacht/", "/de/books/"):
        html = page_of(client, page)
        assert "Wir verdienen." in html and "We earn." not in html
    assert "We earn." in page_of(client, "/books/")


def test_pages_of_translators_hold_no_script_of_their_own(admin_client, post, translated):
    """The admin's policy forbids it."""
    for page in (f"/admin/localize/submit/page/{post.pk}/", f"/admin/pages/{translated.pk}/edit/"):
        html = page_of(admin_client, page)
        assert "js/admin/translations.js" in html
        assert not re.findall(r"<script>|<script type=\"text/javascript\">", html)
