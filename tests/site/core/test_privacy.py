"""A reader stays a stranger: no cookie, nobody else is asked, and no page does what it may not."""

import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from wagtail.rich_text import RichText
from wagtail_factories import DocumentFactory

from blog.models import Embed
from core.guards import new_stamp
from core.models import SiteSettings
from home.models import ContactField, ContactPage, StandardPage
from newsletter.subscribing import links
from tests.factories import (
    AuthorFactory,
    BookFactory,
    CommentFactory,
    ImageFactory,
    PostFactory,
    SeriesFactory,
    SubscriptionFactory,
    TopicFactory,
)

pytestmark = pytest.mark.django_db
# What makes a browser ask for something as soon as it shows a page.
LOADING = {
    *(("img", "src"), ("img", "srcset"), ("source", "srcset"), ("script", "src")),
    *(("audio", "src"), ("video", "src"), ("video", "poster"), ("iframe", "src")),
    *(("object", "data"), ("embed", "src"), ("input", "src"), ("track", "src")),
}
LINKS_THAT_LOAD = {"stylesheet", "icon", "preload", "modulepreload", "manifest", "prefetch"}
DATA = {"application/ld+json", "application/json", "speculationrules"}


@pytest.fixture
def pages(home, section, newsletter) -> dict[str, str]:
    """The address of a page of each kind, each with what it can show."""
    SiteSettings.objects.create(site=home.get_site(), accent="#0b5a63", accent_dark="#86cbcb")
    url = "https://www.youtube.com/watch?v=1"
    Embed.objects.create(url=url, title="Film", player_url="https://www.youtube-nocookie.com/e/1")
    picture = {"image": ImageFactory(), "alt_text": "A lamp", "caption": RichText("")}
    post = PostFactory(
        parent=section,
        slug="rain",
        authors=[AuthorFactory(slug="ana", photo=ImageFactory())],
        topics=[TopicFactory(slug="weather")],
        series=SeriesFactory(slug="rivers"),
        lead_image=ImageFactory(),
        body=[
            ("heading", "A heading"),
            ("image", picture),
            ("gallery", {"images": [picture]}),
            ("embed", {"url": url}),
            ("book", {"book": BookFactory(affiliate=True, cover=ImageFactory())}),
            ("file", {"file": DocumentFactory()}),
            ("signup", {"newsletter": newsletter}),
            ("questions", {"questions": [{"question": "Why?", "answer": RichText("So.")}]}),
        ],
    )
    post.tags.add("wet")
    post.save()
    CommentFactory(post=post, website="https://ana.example.org")
    contact = ContactPage(title="Contact", slug="contact")
    contact.form_fields = [ContactField(label="Message", field_type="multiline")]
    home.add_child(instance=contact)
    home.add_child(instance=StandardPage(title="About", slug="about"))
    subscription = SubscriptionFactory(newsletter=newsletter)
    return {
        "home": home.url,
        "section": section.url,
        "post": post.url,
        "page": "/about/",
        "author": "/authors/ana/",
        "topic": "/topics/weather/",
        "series": "/series/rivers/",
        "tag": "/tags/wet/",
        "books": "/books/",
        "archive": "/archive/",
        "month": post.first_published_at.strftime("/archive/%Y/%-m/"),
        "authors": "/authors/",
        "topics": "/topics/",
        "search": "/search/?q=rain",
        "contact": contact.url,
        "contact, sent": f"{contact.url}sent/",
        "comment": reverse("comments:write", args=[post.pk]),
        "comment, sent": reverse("comments:thanks", args=[post.pk]),
        "sign up": "/newsletter/letter/",
        "sign up, sent": "/newsletter/letter/asked/",
        "preferences": links.preferences_url(subscription.pk).removeprefix("http://localhost"),
        "leave": links.leave_url(subscription.pk).removeprefix("http://localhost"),
        "nowhere": "/nowhere/",
    }


class Loads(HTMLParser):
    """Collects what a page loads by itself, and what the policy would not let it do."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.inline: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        is_data = tag == "script" and given.get("type") in DATA
        if tag == "style" or (tag == "script" and "src" not in given and not is_data):
            self.inline.append(f"<{tag}>")
        self.inline += [f"{tag} {name}" for name in given if name[:2] == "on" or name == "style"]
        found = [given[name] for name in given if (tag, name) in LOADING]
        if tag == "link" and LINKS_THAT_LOAD & set(given.get("rel", "").split()):
            found.append(given["href"])
        self.addresses += [one.split()[0] for many in found for one in many.split(",") if one]


def test_no_page_sets_a_cookie_or_asks_a_third_party_or_breaks_its_policy(pages, client):
    for name, url in pages.items():
        response = client.get(url)
        assert response.status_code == (404 if name == "nowhere" else 200), url
        assert "Set-Cookie" not in response.headers, name
        assert not response.cookies, name
        assert "cookie" not in response.get("Vary", "").lower(), name
        page = Loads(response.content.decode())
        assert page.addresses, name
        outside = {urlsplit(address).netloc for address in page.addresses} - {""}
        assert outside <= {"testserver", "localhost"}, (name, outside)
        assert not page.inline, (name, page.inline)
        policy = response["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; "), name
        assert "unsafe" not in policy, name
    assert not client.cookies


def test_no_form_that_is_sent_sets_a_cookie(pages, client):
    form = {
        "text": "Ah.",
        "name": "Ana",
        "email": "ana@example.com",
        "cadence": "daily",
        "message": "Hello.",
        "stamp": new_stamp(),
    }
    for name in ("contact", "comment", "sign up", "preferences", "leave", "post", "nowhere"):
        for data in ({}, form, form | {"url": "trap"}):
            response = client.post(pages[name], data)
            assert response.status_code in (200, 302, 404, 405, 422), name
            assert not response.cookies, name
    assert not client.cookies


def test_every_answer_has_the_headers_that_hold_browsers_back(pages, client, settings):
    response = client.get(pages["post"])
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert "camera=()" in response["Permissions-Policy"]
    rules = dict(rule.split(" ", 1) for rule in response["Content-Security-Policy"].split("; "))
    assert rules["frame-ancestors"] == rules["form-action"] == "'self'"
    assert rules["worker-src"] == "'self' blob:"
    player = re.search(r'data-player="(https://[^/]+)', response.content.decode())[1]
    assert player in rules["frame-src"].split()


def test_editors_have_a_policy_with_which_the_admin_works(pages, settings):
    editor = Client()
    user = get_user_model().objects.create_superuser("ed", "ed@example.org", "secret")
    editor.force_login(user)
    for client, url in ((Client(), "/admin/login/"), (editor, "/admin/"), (editor, pages["post"])):
        policy = client.get(url)["Content-Security-Policy"]
        rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
        assert rules["script-src"] == rules["frame-ancestors"] == "'self'"
        assert rules["style-src"] == "'self' 'unsafe-inline'"
    editor.logout()
    editor.cookies["sessionid"] = "made-up"
    assert "unsafe" not in editor.get(pages["post"])["Content-Security-Policy"]


def test_the_pages_of_django_for_developers_keep_their_looks(client, settings, home):
    settings.DEBUG = True
    assert "Content-Security-Policy" not in client.get("/nowhere/").headers
    assert "Content-Security-Policy" in client.get("/").headers
