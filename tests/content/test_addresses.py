"""Whatever is asked for in paths and parameters, the answer is a page or none, and no error."""

import re

import pytest
from django.urls import URLPattern, get_resolver
from wagtail.models import Page, Site

from tests.factories import PostFactory

pytestmark = pytest.mark.django_db
TOO_LARGE = "9" * 20
READERS = [
    *("/", "/journal/", "/journal/a-post/", "/journal/a-post/index.md", "/journal/a-post/post.pdf"),
    *("/feed.rss", "/feed.atom", "/feed.json", "/journal/feed.rss", "/sitemap.xml"),
    *("/sitemap-pages.xml", "/sitemap-topics.xml", "/sitemap-nothing.xml", "/robots.txt"),
    *("/llms.txt", "/theme.css", "/search/", "/search/?q=post", "/search/suggest/?q=post"),
    *("/archive/", "/authors/", "/topics/", "/tags/", "/books/", "/authors/a-post/"),
    *("/topics/a-post/", "/authors/a-post/feed.rss", "/topics/a-post/feed.json", "/nothing/"),
    *("/comments/1/", "/newsletter/letter/", "/newsletter/confirm/x/", "/documents/1/x.pdf"),
]


def paths(patterns, before: str = "") -> list[str]:
    """Return the routes of a URL configuration."""
    found = []
    for pattern in patterns:
        route = f"{before}{pattern.pattern}"
        if isinstance(pattern, URLPattern):
            found.append(route)
        else:
            found += paths(pattern.url_patterns, route)
    return found


def filled(route: str, number: str) -> str:
    """Return a path that matches a route, with a number wherever one is taken."""
    route = re.sub(r"<int:\w+>|\(\?P<\w+>\\d\+\)|\(\\d\+\)", number, route)
    route = re.sub(r"\(\?P<\w+>([^|)]+)[^)]*\)", r"\1", route)  # The first of several words.
    return "/" + re.sub(r"<[^>]+>", "x", route).replace("^", "").replace("$", "").replace("\\", "")


NUMBERED = sorted({it for it in paths(get_resolver().url_patterns) if "<int:" in it or r"\d" in it})


@pytest.fixture
def post(section):
    return PostFactory(parent=section, slug="a-post")


def test_impossible_primary_keys_are_not_found(client, admin_client):
    """In the paths of the admin, too; what asks for more, as for a form, answers 400 or 405."""
    assert any(route.startswith("comments/") for route in NUMBERED)
    for route in NUMBERED:
        path = filled(route, TOO_LARGE)
        for answer in (client.get(path), admin_client.get(path)):
            assert answer.status_code in (302, 400, 404, 405), (path, answer.status_code)


@pytest.mark.parametrize(
    "path",
    [
        f"/comments/{TOO_LARGE}/",
        f"/comments/{TOO_LARGE}/thanks/",
        f"/books/{TOO_LARGE}/",
        f"/cards/{TOO_LARGE}-x.png",
        f"/archive/{TOO_LARGE}/1/",
        "/archive/2026/13/",
        "/archive/0000/01/",
        "/archive/0/0/",
        "/archive/99999/1/",
    ],
)
def test_readers_find_nothing_there(client, post, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "query",
    [f"page={TOO_LARGE}", "page=-1", "page=x", "page=%00", f"comments={TOO_LARGE}", "comments=%00"],
)
def test_invalid_page_numbers_show_the_nearest_page(client, post, query):
    for path in ("/journal/", "/journal/a-post/", "/authors/", "/search/"):
        assert client.get(f"{path}?{query}").status_code == 200


@pytest.mark.parametrize("number", [TOO_LARGE, "-1", "x", "%00", "%F0%9F%8E%89", "1.5"])
def test_only_existing_comments_can_be_replied_to(client, post, number):
    assert client.get(f"/comments/{post.pk}/?reply-to={number}").status_code == 404


def test_null_characters_are_found_nowhere(client, admin_client, post):
    for path in READERS:
        start = path.partition("?")[0].rstrip("/")
        assert client.get(f"{start}%00/").status_code == 404, path
    for path in (
        *("/search/", "/search/suggest/", "/admin/pages/search/", "/admin/images/"),
        *("/admin/documents/", "/admin/snippets/blog/author/", "/admin/snippets/blog/book/"),
    ):
        assert admin_client.get(f"{path}?q=a%00b").status_code in (200, 404), path


def test_without_a_site_there_is_nothing_and_no_error(client, admin_client, post, newsletter):
    Site.objects.all().delete()
    for path in READERS:
        assert client.get(path).status_code in (200, 302, 404, 405), path
    for path in ("", f"pages/{post.pk}/edit/", f"pages/{post.pk}/view_draft/", "sites/"):
        assert admin_client.get(f"/admin/{path}").status_code in (200, 302, 404), path


def test_with_a_site_that_begins_elsewhere_its_pages_are_shown(client, post, section, newsletter):
    Site.objects.update(root_page=section)
    Site.clear_site_root_paths_cache()
    assert client.get("/a-post/").status_code == 200
    for path in READERS:
        assert client.get(path).status_code in (200, 302, 404, 405), path


def test_with_a_site_that_begins_at_the_root_of_the_tree(client, post, newsletter):
    Site.objects.update(root_page=Page.get_first_root_node())
    Site.clear_site_root_paths_cache()
    for path in READERS:
        assert client.get(path).status_code in (200, 302, 404, 405), path
