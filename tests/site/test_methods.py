"""Which HTTP methods the addresses of readers take; any other is refused before work is done."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver, resolve, reverse
from wagtail.models import PageViewRestriction
from wagtail_factories import DocumentFactory

from blog.models import Series
from home.models import ContactField, ContactPage, StandardPage
from tests.factories import (
    AuthorFactory,
    BookFactory,
    CommentFactory,
    PostFactory,
    TopicFactory,
)

pytestmark = pytest.mark.django_db

READ = {"GET", "HEAD"}
PAGE = READ | {"OPTIONS"}
FORM = READ | {"POST"}
METHODS = ("POST", "PUT", "DELETE", "OPTIONS", "TRACE", "X")


@pytest.fixture
def addresses(home, newsletter, section, settings) -> dict[str, set[str]]:
    """Addresses of every kind that readers meet, with the methods that they take."""
    settings.COMMENTS_PROOF_OF_WORK = True
    settings.METRICS_TOKEN = "a-token-of-twenty-letters"
    series = Series.objects.create(name="Rain", slug="rain")
    book, document = BookFactory(), DocumentFactory()
    post = PostFactory(
        parent=section,
        slug="rain",
        authors=[AuthorFactory(slug="ana")],
        topics=[TopicFactory(slug="weather")],
        tags=["wet"],
        series=series,
    )
    comment = CommentFactory(post=post)
    about = home.add_child(instance=StandardPage(title="About", slug="about"))
    contact = ContactPage(title="Contact", slug="contact")
    contact.form_fields = [ContactField(label="Message", field_type="multiline")]
    home.add_child(instance=contact)
    month = post.first_published_at
    pages = {page.url: PAGE for page in (home, section, post, about)}
    listings = {"/authors/ana/", "/series/rain/", "/tags/wet/", "/topics/weather/"}
    feeds = {
        f"{listing}feed.{kind}"
        for listing in ("/", "/journal/", *listings)
        for kind in ("rss", "atom", "json")
    }
    read = (
        listings
        | feeds
        | {
            *("/robots.txt", "/llms.txt", "/sitemap.xml", "/sitemap-pages.xml", "/theme.css"),
            *("/archive/", f"/archive/{month:%Y/%-m}/", "/authors/", "/tags/", "/topics/"),
            *("/books/", f"/books/{book.pk}/", "/search/?q=rain", "/search/suggest/?q=rain"),
            *(
                f"{post.url}index.md",
                f"{post.url}post.pdf",
                f"/cards/{post.pk}-x.png",
                document.url,
            ),
            *("/comments/challenge/", reverse("comments:thanks", args=[post.pk])),
            reverse("comments:thread", args=[post.pk, comment.pk]),
            *("/newsletter/letter/asked/", "/metrics", "/styleguide/"),
        }
    )
    forms = {reverse("comments:write", args=[post.pk]), "/comments/stop/x/", "/newsletter/letter/"}
    forms |= {f"/newsletter/{view}/x/" for view in ("confirm", "preferences", "leave")}
    return (
        pages
        | {contact.url: PAGE | {"POST"}, f"{contact.url}sent/": PAGE}
        | dict.fromkeys(read, READ)
        | dict.fromkeys(forms, FORM)
    )


def allowed_by(answer) -> set[str]:
    return set(answer["Allow"].split(", "))


def test_other_methods_are_refused(addresses, django_assert_max_num_queries):
    client = Client(enforce_csrf_checks=True)
    for address, methods in addresses.items():
        for method in set(METHODS) - methods:
            with django_assert_max_num_queries(8, info=address):
                answer = client.generic(method, address)
            assert answer.status_code == 405, (method, address)
            assert allowed_by(answer) in (methods, PAGE | {"POST"}), (method, address)
            assert not answer.content


def test_methods_that_are_allowed_are_answered(addresses, client):
    for address, methods in addresses.items():
        for method in methods - {"GET"}:
            answer = client.generic(method, address)
            assert answer.status_code not in (403, 405, 500), (method, address)
            if method == "OPTIONS":
                assert answer.status_code == 200
                assert allowed_by(answer) <= PAGE | {"POST"}
            if method == "HEAD":
                assert not answer.getvalue()


@pytest.mark.parametrize("kind", ["password", "login"])
def test_private_page_refuses_other_methods_too(section, client, kind):
    post = PostFactory(parent=section)
    PageViewRestriction.objects.create(page=post, restriction_type=kind, password="moss")
    for method in set(METHODS) - PAGE:
        answer = client.generic(method, post.url)
        assert answer.status_code == 405, method
    assert client.options(post.url)["Allow"] == "GET, HEAD, OPTIONS"
    if kind == "password":
        action = client.get(post.url).context["action_url"]
        answer = client.post(action, {"password": "moss", "return_url": post.url})
        assert answer.status_code == 302


def routes(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        route = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, route)
        else:
            yield route


def test_every_address_of_readers_is_tried(addresses):
    tried = {resolve(address.partition("?")[0]).route for address in addresses}
    others = ("admin/", "mail/", "_util/", "documents/authenticate_with_password/")
    expected = {route for route in routes(get_resolver()) if not route.startswith(others)}
    assert expected - tried <= {r"documents/^(\d+)/(.*)$"}
