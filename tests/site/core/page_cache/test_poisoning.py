"""Nothing in a visitor's request changes what other visitors are shown."""

import pytest
import time_machine
from django.utils import timezone
from gunicorn.http.errors import ParseException

from core.page_cache import store
from tests.factories import PostFactory
from tests.http import gunicorn_config, send

pytestmark = pytest.mark.django_db
POST = "/journal/rain/"

HEADERS = [
    "SCRIPT_NAME: /journal/rain",
    "SCRIPT_NAME: /journal",
    "SCRIPT-NAME: /journal/rain",
    "Script-Name: /journal/rain",
    "PATH_INFO: /",
    "Path-Info: /",
    "REMOTE_USER: admin",
    "Remote-User: admin",
    "REQUEST_METHOD: POST",
    "HTTP_HOST: evil.example.com",
    "X_Forwarded_Host: evil.example.com",
    "X-Forwarded-Host: evil.example.com",
    "X-Forwarded-Server: evil.example.com",
    "X-Forwarded-Port: 8443",
    "X-Forwarded-Proto: https",
    "X-Forwarded-Protocol: ssl",
    "X-Forwarded-Ssl: on",
    "X-Forwarded-Scheme: https",
    "Front-End-Https: on",
    "X-Url-Scheme: https",
    "X-Forwarded-Prefix: /journal/rain",
    "X-Script-Name: /journal/rain",
    "X-Original-URL: /",
    "X-Original-Host: evil.example.com",
    "X-Rewrite-URL: /",
    "X-Host: evil.example.com",
    "X-HTTP-Method-Override: POST",
    "X-Method-Override: DELETE",
    "Forwarded: for=10.0.0.1;host=evil.example.com;proto=https",
    "X-Forwarded-For: 10.0.0.1",
    "X-Real-IP: 10.0.0.1",
    "Accept: application/json",
    "Accept: text/markdown",
    "Accept-Language: de",
    "Accept-Charset: utf-16",
    "Cookie: django_language=de; csrftoken=x; messages=x; sessionid=x",
    "Authorization: Basic bW9zczpmZXJu",
    "Range: bytes=0-9",
    "If-Range: x",
    "If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT",
    'If-None-Match: "x"',
    "Cache-Control: no-cache",
    "Origin: https://[",
    "Referer: https://evil.example.com/",
    "Sec-Fetch-Site: cross-site",
    "X-Requested-With: XMLHttpRequest",
    "HX-Request: true",
    "User-Agent: <script>alert(1)</script>",
    "DNT: 1",
    "Save-Data: on",
    "Content-Type: text/html; charset=utf-7",
    "Content-Length: 0",
    "Upgrade-Insecure-Requests: 1",
]
TARGETS = [
    f"http://evil.example.com{POST}",
    f"http://testserver{POST}",
    f"{POST}?utm_source=moss&page=1&q=moss",
    f"{POST}?",
    f"{POST}#moss",
    "/journal/%72ain/",
    "/%6aournal/rain/",
    "/journal%2Frain%2F",
]
OTHER_ADDRESSES = [
    f"/{POST}",
    "/journal//rain/",
    "/journal/rain//",
    "/journal/./rain/",
    "/journal/x/../rain/",
    "/journal/%2e%2e/journal/rain/",
    "/journal/rain/;moss",
    "/journal/rain;moss/",
    "/journal/rain/%00",
    "/journal/rain/%0d%0aX-A:%20b",
    "/journal/RAIN/",
    "/journal/rain/%E2%80%8B",
    "/journal/rain/%ff",
    "/journal/rain%3Fpage=1",
    "\\journal\\rain\\",
    "*",
]


@pytest.fixture
def config():
    return gunicorn_config()


@pytest.fixture(autouse=True)
def clock():
    """Forms hold the time."""
    with time_machine.travel(timezone.now(), tick=False):
        yield


@pytest.fixture(autouse=True)
def post(section):
    return PostFactory(parent=section, title="Rain", slug="rain")


@pytest.fixture
def plain(config, pages):
    """What a visitor sees who asks for the post, made for nobody else before."""
    return uncached(POST, config, pages)


def uncached(address: str, config, pages):
    forget(pages)
    answer = send(address, config=config)
    assert answer.status_code == 200
    assert not is_hit(answer)
    forget(pages)
    return answer


def forget(pages) -> None:
    pages.clear()
    store._near.clear()


def is_hit(answer) -> bool:
    return "hit" in answer.get("Cache-Status", "")


def said(answer) -> tuple:
    """What an answer says to whoever gets it, but for when it was made."""
    headers = {name: value for name, value in answer.items() if name != "Cache-Status"}
    return answer.status_code, answer.content, headers


@pytest.mark.parametrize("address", [POST, "/", "/feed.rss", "/robots.txt"])
def test_no_header_changes_an_answer_or_what_is_cached(address, config, pages):
    plain = uncached(address, config, pages)
    for header in HEADERS:
        answer = send(address, header, config=config)
        assert not is_hit(answer), header
        assert (answer.status_code, answer.content) == (200, plain.content), header
        after = send(address, config=config)
        assert is_hit(after), header
        assert said(after) == said(plain), header
        assert said(send(address, header, config=config)) == said(answer), header
        forget(pages)


def test_other_ways_to_write_an_address_get_the_same_page(plain, config, pages):
    for target in TARGETS:
        assert send(target, config=config).content == plain.content, target
        after = send(POST, config=config)
        assert is_hit(after), target
        assert said(after) == said(plain), target
        forget(pages)


def test_addresses_that_only_resemble_it_are_not_cached_as_it(plain, config, pages):
    for address in OTHER_ADDRESSES:
        try:
            answer = send(address, config=config)
        except ParseException:
            continue
        assert answer.status_code in (301, 400, 404), address
        assert "evil" not in answer.get("Location", "")
    after = send(POST, config=config)
    assert not is_hit(after)
    assert said(after) == said(plain)


def test_methods_are_cached_together_and_none_in_place_of_another(plain, config):
    head = send(POST, method="HEAD", config=config)
    assert not head.content
    after = send(POST, config=config)
    assert is_hit(after)
    assert said(after) == said(plain)


def test_prefix_of_a_server_itself_is_not_believed_either(plain, client):
    """As where gunicorn runs without the project's configuration."""
    front = client.get("/", SCRIPT_NAME=POST.rstrip("/"), PATH_INFO="/")
    assert front.content == client.get("/").content
    assert client.get(POST).content == plain.content


def test_forwarded_scheme_is_believed_of_a_counted_proxy_alone(config, settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    send(POST, "X-Forwarded-Proto: https", config=config)
    assert is_hit(send(POST, "X-Forwarded-Proto: https", config=config))
    assert not is_hit(send(POST, config=config))
