"""Guards of public forms, through a form and a view that use them."""

import pytest
import time_machine
from django.http import HttpResponse
from django.test import RequestFactory

from core.guards import (
    GuardedForm,
    client_address,
    guarded_post,
    is_over_limit,
    new_stamp,
)

LONG_AGO = "2026-01-01T12:00:00Z"


@guarded_post
def view(request):
    return HttpResponse("taken")


def post(**headers: str) -> HttpResponse:
    request = RequestFactory(headers={"host": "www.example.org"}).post("/", headers=headers)
    request.META["SERVER_NAME"] = "www.example.org"
    return view(request)


@pytest.fixture(autouse=True)
def hosts(settings):
    settings.ALLOWED_HOSTS = ["www.example.org", "testserver"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"host": "www.example.org", "origin": "http://www.example.org"},
        {"host": "www.example.org", "referer": "http://www.example.org/journal/"},
        {"sec-fetch-site": "same-origin", "origin": "null"},
        {"sec-fetch-site": "none"},
        {"host": "WWW.Example.org", "origin": "http://www.example.org"},
    ],
)
def test_a_post_of_the_site_itself_is_taken(headers):
    assert post(**headers).content == b"taken"


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example.com"},
        {"origin": "null"},
        {"referer": "https://evil.example.com/www.example.org"},
        {"sec-fetch-site": "cross-site", "origin": "http://www.example.org"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "\xff,same-origin"},
        *(
            {"origin": f"{broken}"}
            for broken in ("https://[", "https://[::1", "http://]", "//", "x")
        ),
        {"origin": "https://www.example.org@evil.example.com"},
        {"origin": "https://www.example.org\u2100.example.com"},
        {"referer": "https://["},
    ],
)
def test_a_post_of_another_site_is_refused(headers):
    from django.core.exceptions import PermissionDenied

    with pytest.raises(PermissionDenied):
        post(**headers)


def form(stamp: str, url: str = "") -> GuardedForm:
    return GuardedForm({"stamp": stamp, "url": url})


def test_a_form_sent_at_human_pace_is_taken():
    with time_machine.travel(LONG_AGO, tick=False) as clock:
        stamp = new_stamp()
        clock.shift(5)
        assert form(stamp).is_valid()


def test_a_form_sent_at_once_is_asked_for_again_and_then_taken():
    with time_machine.travel(LONG_AGO, tick=False) as clock:
        quick = form(new_stamp())
        assert quick.has_error("stamp", "quick")
        quick.renew_stamp()
        clock.shift(2)
        assert form(quick.data["stamp"]).is_valid()


@pytest.mark.parametrize("stamp", ["", "forged", "form:1abcde:forged", "form\x00"])
def test_a_form_without_a_stamp_of_ours_gets_a_new_one(stamp):
    stale = form(stamp)
    assert stale.has_error("stamp")


def test_a_form_open_for_months_gets_a_stamp_it_can_be_sent_with():
    with time_machine.travel(LONG_AGO, tick=False) as clock:
        from django.http import QueryDict

        stamp = new_stamp()
        clock.shift(90 * 24 * 3600)
        data = QueryDict(mutable=True)
        data["stamp"] = stamp
        stale = GuardedForm(data)
        assert stale.has_error("stamp", "stale")
        stale.renew_stamp()
        clock.shift(2)
        assert form(stale.data["stamp"]).is_valid()


def test_a_filled_honeypot_is_told():
    assert form(new_stamp(), url="https://spam.example.com").is_trapped
    assert not form(new_stamp(), url=" ").is_trapped


def test_a_limit_counts_each_person_in_each_period_for_itself():
    with time_machine.travel(LONG_AGO, tick=False) as clock:
        answers = [is_over_limit("test", "ana", limit=2, seconds=60) for _ in range(3)]
        assert answers == [False, False, True]
        assert not is_over_limit("test", "ben", limit=2, seconds=60)
        clock.shift(60)
        assert not is_over_limit("test", "ana", limit=2, seconds=60)


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "6.6.6.6", "10.0.0.9"),
        (1, "6.6.6.6, 203.0.113.5", "203.0.113.5"),
        (2, "203.0.113.5, 10.0.0.1", "203.0.113.5"),
        (2, "203.0.113.5", "10.0.0.9"),
    ],
)
def test_only_as_many_proxies_are_believed_as_there_are(settings, proxies, forwarded, address):
    settings.PROXY_COUNT = proxies
    headers = {"x-forwarded-for": forwarded}
    request = RequestFactory().get("/", headers=headers, REMOTE_ADDR="10.0.0.9")
    assert client_address(request) == address
