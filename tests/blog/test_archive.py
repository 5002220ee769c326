"""The ways to posts by month, author and topic, in the site's time zone and in pages."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from taggit.models import Tag
from wagtail.models import PageViewRestriction

from blog.models import PostPage
from tests.factories import AuthorFactory, PostFactory, TopicFactory

pytestmark = pytest.mark.django_db


def published(section, *moment: int, **fields):
    return PostFactory(parent=section, first_published_at=datetime(*moment, tzinfo=UTC), **fields)


def test_the_archive_counts_posts_by_month_in_the_time_zone_of_the_site(client, section, settings):
    settings.TIME_ZONE = "Pacific/Auckland"
    published(section, 2026, 2, 28, 23, 30, title="March there")
    published(section, 2026, 2, 28, 10, title="February there")
    published(section, 2024, 12, 5)
    html = client.get("/archive/").content.decode()
    assert re.findall(r'href="/archive/(\d+/\d+)/">(\w+)<', html) == [
        ("2026/03", "March"),
        ("2026/02", "February"),
        ("2024/12", "December"),
    ]
    march = client.get("/archive/2026/03/").content.decode()
    assert "March there" in march
    assert "February there" not in march


def test_months_are_named_in_the_language_of_the_site_and_lead_to_their_neighbours(
    client, section, settings
):
    settings.LANGUAGE_CODE = "pt"
    for month in (1, 3, 5):
        published(section, 2026, month, 9)
    html = client.get("/archive/2026/3/").content.decode()
    assert "Março de 2026" in html
    assert 'href="/archive/2026/01/"' in html
    assert 'href="/archive/2026/05/"' in html


@pytest.mark.parametrize("month", ["2026/04", "2026/13", "2026/0", "0/1", f"{10**20}/1", "x/y"])
def test_a_month_without_posts_is_not_found(client, section, month):
    published(section, 2026, 3, 1)
    assert client.get(f"/archive/{month}/").status_code == 404


def test_what_is_not_public_is_counted_nowhere(client, section):
    author, topic = AuthorFactory(), TopicFactory()
    of = {"authors": [author], "topics": [topic]}
    published(section, 2026, 3, 1, **of)
    published(section, 2026, 3, 2, live=False, **of)
    published(section, 2026, 3, 3, listed=False, **of)
    private = published(section, 2026, 3, 4, **of)
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    for post in PostPage.objects.all():
        post.tags.add("rain")
        post.save()
    for url in ("/archive/", "/authors/", "/topics/", "/tags/"):
        assert re.findall(r"(\d+) posts?\s", client.get(url).content.decode()) == ["1"], url


def test_who_has_no_post_is_in_no_index(client, home):
    AuthorFactory(name="Nobody yet"), TopicFactory(name="Nothing yet")
    Tag.objects.create(name="Nothing yet")
    for url in ("/archive/", "/authors/", "/topics/", "/tags/"):
        html = client.get(url).content.decode()
        assert "Nothing has been published yet." in html
        assert "Nobody yet" not in html and "Nothing yet" not in html


def test_long_lists_have_links_to_pages_by_number(client, section):
    topic = TopicFactory(slug="rain")
    for number in range(31):
        PostFactory(parent=section, slug=f"p{number}", topics=[topic])
    html = client.get("/topics/rain/?page=2").content.decode()
    assert 'rel="prev" href="/topics/rain/"' in html
    assert 'rel="next" href="?page=3"' in html
    assert re.findall(r'href="([^"]*)" aria-label="Page (\d)"', html) == [
        ("/topics/rain/", "1"),
        ("?page=3", "3"),
        ("?page=4", "4"),
    ]
    assert '<span aria-current="page">2</span>' in html


@pytest.mark.parametrize("page", ["0", "-1", "99999", "soon", "", "1\x00", "１", "9" * 5000])
def test_a_page_number_that_is_off_gets_a_page_of_every_listing(client, section, page):
    author, topic = AuthorFactory(), TopicFactory()
    post = published(section, 2026, 3, 1, authors=[author], topics=[topic])
    post.tags.add("rain")
    post.save()
    listings = (author.get_absolute_url(), topic.get_absolute_url(), "/archive/2026/03/")
    for url in (*listings, "/tags/rain/", "/authors/", "/topics/", "/tags/", "/books/"):
        assert client.get(url, {"page": page}).status_code == 200


def test_indexes_take_the_same_few_queries_however_many_there_are(client, section):
    def queries() -> list[int]:
        counts = []
        for url in ("/archive/", "/archive/2026/03/", "/authors/", "/topics/", "/tags/"):
            client.get(url)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(url).status_code == 200
            counts.append(len(captured))
        return counts

    post = published(section, 2026, 3, 1)
    post.tags.add("rain")
    post.save()
    few = queries()
    for number in range(8):
        post = published(section, 2026, 3, 2, slug=f"p{number}")
        post.tags.add(f"tag {number}")
        post.save()
        published(section, 2025, 1 + number, 2)
    assert queries() == few
    assert max(few) <= 12


def test_an_index_of_many_comes_in_pages(client, section, monkeypatch):
    monkeypatch.setattr("blog.views.PER_INDEX", 2)
    post = published(section, 2026, 3, 1)
    post.tags.add("hail", "rain", "snow")
    post.save()
    assert re.findall(r'href="/tags/(\w+)/"', client.get("/tags/").text) == ["hail", "rain"]
    second = client.get("/tags/?page=2").text
    assert re.findall(r'href="/tags/(\w+)/"', second) == ["snow"]
    assert 'rel="prev" href="/tags/"' in second


def test_search_engines_are_told_what_each_lists(client, section):
    topic = TopicFactory(name="Rain & <snow>", slug="rain")
    post = published(section, 2026, 3, 1, topics=[topic])
    post.tags.add("hail")
    post.save()
    for url, says in {
        "/topics/": "All topics",
        "/tags/": "All tags",
        "/authors/": "All authors",
        "/archive/": "Posts by month",
        "/archive/2026/03/": "All posts of March 2026.",
        "/tags/hail/": "All posts filed under “hail”.",
        "/topics/rain/": "All posts filed under “Rain &amp; &lt;snow&gt;”.",
    }.items():
        assert f'<meta name="description" content="{says}">' in client.get(url).text


def test_every_page_leads_to_the_indexes_and_they_to_each_other(client, section):
    for url in (published(section, 2026, 3, 1).url, section.url):
        footer = client.get(url).text.partition("<footer")[2]
        assert re.findall(r'href="/(topics|authors|archive)/"', footer) == [
            "topics",
            "authors",
            "archive",
        ]
    for index in ("topics", "tags", "authors", "archive"):
        html = client.get(f"/{index}/").text.partition("<footer")[0]
        ways = re.findall(r'href="/(\w+)/"(?: aria-current="(page)")?>[A-Z]', html)
        assert [name for name, _ in ways[-5:]] == ["topics", "tags", "authors", "archive", "books"]
        assert [name for name, current in ways if current] == [index]


def test_the_latest_of_a_month_comes_first(client, section):
    for day in (1, 20, 9):
        published(section, 2026, 3, day, title=f"Day {day:02}")
    html = client.get("/archive/2026/03/").content.decode()
    assert re.findall(r">Day (\d+)</a>", html) == ["20", "09", "01"]


class TestNotFound:
    def test_it_helps_on_with_the_words_of_the_address(self, client, section):
        post = PostFactory(parent=section, title="Rain at last")
        PostFactory(parent=section, title="Secret rain", listed=False)
        answer = client.get("/2019/04/some_old-post%20about-rain.html")
        html = answer.content.decode()
        assert answer.status_code == 404
        assert 'value="some old post about rain"' in html
        for url in (post.url, section.url, "/topics/", "/archive/", "/"):
            assert f'href="{url}"' in html
        assert "Secret rain" not in html

    @pytest.mark.parametrize(
        "url",
        [
            "/%00",
            "/%22%3E%3Cscript%3E",
            "/a%0d%0ab",
            "/" + "x" * 5000 + "/",
            "/😀/",
            "/%ff%fe",
            "/a%00b/index.md",
            "/a%00b/post.pdf",
            "/tags/%00/",
            f"/books/{10**30}/",
            "/sitemap-%00.xml",
            "/sitemap-pages.xml?p=99999",
            "/sitemap-tags.xml?p=soon",
        ],
    )
    def test_no_address_makes_it_fail(self, client, home, url):
        answer = client.get(url)
        assert answer.status_code == 404
        assert "<script>" not in answer.content.decode()

    def test_it_takes_few_queries_however_many_posts_there_are(self, client, section):
        client.get("/nowhere/")
        for days in range(9):
            PostFactory(parent=section, first_published_at=timezone.now() - timedelta(days=days))
        with CaptureQueriesContext(connection) as captured:
            client.get("/nowhere/")
        assert len(captured) <= 11

    def test_with_the_database_down_it_is_the_static_page_of_errors(self, client, rf):
        from django.db import DatabaseError
        from django.http import Http404

        from home.not_found import page_not_found

        def fail(*args: object) -> None:
            raise DatabaseError("The server is gone.")

        with connection.execute_wrapper(fail):
            answer = page_not_found(rf.get("/nowhere/"), Http404())
        assert answer.status_code == 500
        assert b"Something went wrong on our side" in answer.content
