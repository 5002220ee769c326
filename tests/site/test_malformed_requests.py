"""Requests that no browser sends: each is answered, none with an error of ours."""

from itertools import cycle, product

import pytest
from django.urls import reverse

from blog.comments.links import stop_url
from newsletter.subscribing import links
from tests.factories import CommentFactory, PostFactory, SubscriptionFactory

pytestmark = pytest.mark.django_db
HUGE = "9" * 30
HEADERS = [
    *({"Origin": origin} for origin in ("https://[", "http://[::1", "//", "null", "\xff")),
    *({"Referer": referer} for referer in ("https://[", "https://\u2100.example", "?", ":")),
    *({"Sec-Fetch-Site": value} for value in ("", "\xff", "same-origin, none", "x" * 9000)),
    *({"X-Forwarded-For": value} for value in (",", "[", "\xff", "::1%\xff, [", "x" * 9000)),
    *({"Host": f"localhost:{port}"} for port in ("0", "99999", HUGE, "", "x", "\xb2")),
    *({"Host": host} for host in ("[", "[::1", "]", "a b", "localhost\xff", "LOCALHOST", "")),
    *({"If-Modified-Since": value} for value in ("x", HUGE, "Sun, 99 Nov 99999 99:99:99 GMT")),
    *({"If-None-Match": value} for value in ("x", '"', "*", 'W/"', "," * 9000)),
    *({"Range": value} for value in ("bytes=", f"bytes={HUGE}-1", "bytes=1-0,-", "\xff")),
    *({"Accept-Language": value} for value in ("\xff", "en;q=x", "x" * 9000, "*;q=9" * 999)),
    *({"Accept-Encoding": value} for value in ("\xff", "gzip;q=x", "," * 9000)),
    *({"Content-Type": value} for value in ("multipart/form-data", "x;charset=x", "\xff", "")),
    {"Content-Type": "application/x-www-form-urlencoded; charset=utf-7"},
    {"Authorization": "Basic \xff"},
    *({"Cookie": f"sessionid={value}"} for value in ('"\\000\\000abcdefgh"', "x" * 9000)),
    *({"Cookie": value} for value in (";;;=", '"\\000"="\\000"', "csrftoken=\x7f", "messages=x")),
]
PARAMETERS = ["\x00", "٣", "-1", HUGE, "9" * 5000, "1e9", "%", "\ufffe", "'", "[]", "²"]
NAMES = ["page", "comments", "q", "topic", "reply-to", "v", "p", "next", "", "unknown", "page[]"]
PATHS = [
    *("/%00/", "/journal/%00/", "/%ff/", "/%ed%a0%80/", "/journal/%2e%2e/", "//", "/%20/", "/\\/"),
    *("/search/%00", "/newsletter/confirm/%00/", "/newsletter/preferences/1.%00/", "/tag/%00/"),
    *("/comments/stop/%00.x/", "/tags/%00/", "/topics/%00/", "/authors/%00/", "/series/%00/"),
    *(
        "/author/%00/",
        "/rss/%00",
        "/documents/1/%00",
        "/images/%00/",
        "/feed.rss%00",
        "/cards/1-x.png",
    ),
    f"/newsletter/leave/{HUGE}.x/",
]


@pytest.fixture
def urls(section, newsletter) -> list[str]:
    """Addresses of each kind of public page."""
    comment = CommentFactory(post=PostFactory(parent=section))
    subscription = SubscriptionFactory(newsletter=newsletter)
    return [
        *("/", section.url, comment.post.url, reverse("search"), reverse("search_suggest")),
        reverse("comments:write", args=[comment.post_id]),
        reverse("comments:thread", args=[comment.post_id, comment.pk]),
        *(reverse("newsletter:join", args=["letter"]), links.preferences_url(subscription.pk)),
        *(links.leave_url(subscription.pk), stop_url(comment)),
        *(reverse("wagtailcore_login"), "/feed.rss", "/sitemap.xml", "/nowhere/", "/admin/login/"),
    ]


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    ("cookie", "host"), [('"\\000\\000abcdefgh"', "localhost"), ("x" * 32, "]")]
)
def test_made_up_session_is_no_error_of_ours(client, home, method, cookie, host):
    headers = {"cookie": f"sessionid={cookie}", "host": host}
    assert getattr(client, method)("/_util/login/", headers=headers).status_code < 500


@pytest.fixture
def client(client, settings):
    """A client that answers 500 as a server does, behind one proxy."""
    settings.PROXY_COUNT = 1
    client.raise_request_exception = False
    return client


def failures(answers) -> list[str]:
    return [
        f"{case}: {answer.status_code}" for case, answer in answers if answer.status_code >= 500
    ]


def test_malformed_headers_are_no_error_of_ours(client, urls):
    answers = [
        ((method, url, headers), getattr(client, method)(url, headers=headers))
        for url, headers in zip(cycle(urls), HEADERS, strict=False)
        for method in ("get", "post")
    ]
    assert not failures(answers)


def test_malformed_parameters_are_no_error_of_ours(client, urls):
    answers = [
        ((method, url, value), getattr(client, method)(url, dict.fromkeys(NAMES, value)))
        for url, value, method in product(urls[1:7], PARAMETERS, ("get", "post"))
    ]
    assert not failures(answers)


def test_malformed_paths_are_no_error_of_ours(client, urls):
    answers = [(path, client.get(path)) for path in PATHS]
    assert not failures(answers)
