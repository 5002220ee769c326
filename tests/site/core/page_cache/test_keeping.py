"""Whose answers are kept, which, under which names, and how they are handed out."""

import gzip
import re
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.core import mail
from django.core.cache import caches
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import PageViewRestriction
from wagtail.rich_text import RichText

from blog.models import Comment
from core.page_cache import store
from home.models import ContactField, ContactMessage, ContactPage
from newsletter.models import Subscription
from tests.factories import AuthorFactory, PostFactory, TopicFactory

pytestmark = pytest.mark.django_db
POST = "/journal/rain/"


@pytest.fixture
def post(section, newsletter):
    body = [("paragraph", RichText("<p>It rains.</p>")), ("signup", {"newsletter": newsletter})]
    return PostFactory(parent=section, title="Rain", slug="rain", body=body)


@pytest.fixture
def editor(db) -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("ed", "e@example.org", "secret"))
    return client


@pytest.fixture
def contact(home) -> ContactPage:
    page = ContactPage(title="Contact", slug="contact")
    page.form_fields = [ContactField(label="Message", field_type="multiline")]
    return home.add_child(instance=page)


def kept(response) -> bool:
    return "hit" in response.get("Cache-Status", "")


def entries(pages) -> set[str]:
    """The names of all that is kept, whatever the backend."""
    if hasattr(pages, "_list_cache_files"):
        return set(pages._list_cache_files())
    return set(pages._cache.get_client().keys("pages:*"))


def test_a_page_is_kept_and_handed_out_without_a_query(post, client, django_assert_num_queries):
    first = client.get(POST)
    assert not kept(first)
    with django_assert_num_queries(0):
        second = client.get(POST)
    assert kept(second)
    assert second.content == first.content
    for name in ("Content-Type", "Content-Security-Policy", "X-Frame-Options", "ETag"):
        assert second[name] == first[name]
    assert second["X-Content-Type-Options"] == "nosniff"


def test_who_is_logged_in_gets_no_kept_page_and_leaves_none(post, client, editor):
    client.get(POST)
    own = editor.get(POST)
    assert b"wagtail-userbar" in own.content
    assert own["Cache-Control"] == "private, no-cache"
    assert "Cookie" in own["Vary"]
    caches["pages"].clear()
    editor.get(POST)
    assert not kept(client.get(POST))
    assert b"wagtail-userbar" not in client.get(POST).content


@pytest.mark.parametrize("cookie", ["made-up", "a" * 32, "x" * 5000, "é" * 32])
def test_a_cookie_that_names_no_session_is_of_nobody(
    post, client, cookie, django_assert_max_num_queries
):
    client.cookies["sessionid"] = cookie
    first = client.get(POST)
    assert not first.cookies
    with django_assert_max_num_queries(1):
        assert kept(client.get(POST))
    client.cookies.clear()
    again = client.get(POST)
    assert kept(again)
    assert again.content == first.content


def test_who_was_logged_out_gets_what_is_kept(post, client, editor):
    client.get(POST)
    cookie = editor.cookies["sessionid"].value
    assert not kept(editor.get(POST))
    editor.logout()
    editor.cookies["sessionid"] = cookie
    left = editor.get(POST)
    assert kept(left)
    assert b"wagtail-userbar" not in left.content


def test_a_made_up_password_for_the_server_passes_nothing_by(post, client, settings):
    settings.PAGE_CACHE_SHARED_SECONDS = 60
    client.get(POST)
    answer = client.get(POST, headers={"authorization": "Basic bW9zczpmZXJu"})
    assert kept(answer)
    assert answer["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("kind", ["password", "login", "groups"])
def test_a_private_page_is_kept_for_nobody(post, client, pages, kind):
    PageViewRestriction.objects.create(page=post, restriction_type=kind, password="moss")
    client.get("/")
    before = entries(pages)
    refused = client.get(POST)
    assert b"It rains" not in refused.content
    if kind == "password":
        form = {"password": "moss", "return_url": POST}
        client.post(refused.context["action_url"], form)
        assert b"It rains" in client.get(POST).content
    assert entries(pages) == before
    assert b"It rains" not in Client().get(POST).content


def test_drafts_previews_and_the_admin_are_never_kept(post, editor, client, pages):
    client.get("/")
    before = entries(pages)
    client.get("/admin/login/?next=/admin/pages/")
    editor.get(reverse("wagtailadmin_pages:view_draft", args=[post.pk]))
    editor.get(reverse("wagtailadmin_pages:preview_on_edit", args=[post.pk]))
    post.unpublish()
    assert client.get(POST).status_code == 404
    client.post(POST)
    assert entries(pages) == before


def test_where_to_go_after_a_login_is_not_forgotten(client, home):
    page = client.get("/admin/login/?next=/admin/images/")
    assert b"/admin/images/" in page.content
    page = client.get(reverse("wagtailcore_login"), {"next": "/journal/"})
    assert b"/journal/" in page.content


def test_an_error_is_not_kept(post, client, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError

    client.raise_request_exception = False
    monkeypatch.setattr(type(post), "get_context", fail)
    broken = client.get(POST)
    assert broken.status_code == 500
    assert broken["Content-Security-Policy"].startswith("default-src 'none'; style-src 'unsafe")
    monkeypatch.undo()
    assert client.get(POST).status_code == 200


def test_made_up_parameters_neither_fill_the_cache_nor_pass_it_by(post, client, pages):
    client.get(POST)
    client.get("/journal/")
    before = entries(pages)
    made_up = ("utm_source=moss", "fbclid=1", "x=%00", "a=" + "b" * 5000, "PAGE=2", "x")
    elsewhere = ("q=moss", "topic=moss", "reply-to=7", "v=moss")
    no_number = ("page=-1", "page=0", "page=two", "page=01", "page=", "page=1", "page=1e9")
    for query in (*made_up, *elsewhere, *no_number, "page=" + "9" * 5000, "page=%D9%A2"):
        for url in (POST, "/journal/"):
            response = client.get(f"{url}?{query}")
            assert kept(response), query
            assert b"moss" not in response.content
    for words in ("rain", "moss & ferns", ""):
        assert client.get(f"/search/?q={words}").status_code == 200
    assert client.get(f"/comments/00{post.pk}/").status_code == 200
    assert client.get("/nowhere/?x=1").status_code == 404
    assert entries(pages) == before


def test_numbers_that_do_not_exist_cost_one_page_and_one_note_whatever_they_are(
    post, client, pages, django_assert_num_queries
):
    for url, parameter in ((POST, "comments"), (POST, "page"), ("/journal/", "page")):
        for number in (2, 5):
            assert not kept(client.get(f"{url}?{parameter}={number}"))
        after = entries(pages)
        with django_assert_num_queries(0):
            for number in (3, 77, 99999):
                assert kept(client.get(f"{url}?{parameter}={number}&{parameter}=x&{parameter}=9"))
        assert kept(client.get(url))
        assert entries(pages) == after
        pages.clear()
        store._near.clear()


def test_page_is_not_cached_with_numbers_that_are_not_in_its_key(section, client, pages):
    for number in range(11):
        PostFactory(parent=section, title=f"Post {number}")
    for url in ("/journal/", "/", "/archive/"):
        clean = client.get(url).content
        pages.clear()
        store._near.clear()
        for number in (999, 998, 997):
            client.get(f"{url}?comments={number}")
        cached = client.get(url)
        assert kept(cached)
        assert b"comments=99" not in cached.content
        assert len(cached.content) == len(clean)


def test_each_page_of_a_list_is_kept(section, client, pages):
    topic = TopicFactory(slug="rain")
    for _ in range(11):
        PostFactory(parent=section, authors=[AuthorFactory()], topics=[topic])
    first, second = client.get("/topics/rain/"), client.get("/topics/rain/?page=2&utm_source=x")
    assert first.content != second.content
    assert kept(client.get("/topics/rain/"))
    assert kept(client.get("/topics/rain/?page=1"))
    assert client.get("/topics/rain/?page=2").content == second.content
    assert client.get("/topics/rain/?page=3").content == second.content
    before = entries(pages)
    last = client.get("/topics/rain/?page=4")
    assert kept(last) and last.content == second.content
    assert entries(pages) == before


def test_when_a_list_grows_its_last_page_is_another(section, client, commit):
    topic = TopicFactory(slug="rain")
    for _ in range(11):
        PostFactory(parent=section, authors=[AuthorFactory()], topics=[topic])
    for _ in range(3):
        second = client.get("/topics/rain/?page=3")
    assert kept(second)
    posts = [PostFactory(parent=section, topics=[topic]) for _ in range(10)]
    commit(posts[0].save)
    third = client.get("/topics/rain/?page=3")
    assert not kept(third)
    assert third.content not in (second.content, client.get("/topics/rain/?page=2").content)
    assert client.get("/topics/rain/?page=8").content == third.content


def test_made_up_names_of_the_host_do_not_fill_the_cache(post, client, pages, settings):
    settings.ALLOWED_HOSTS = [".example.org", "testserver"]
    client.get(POST)
    before = entries(pages)
    for host in ("testserver:81", "TestServer", "testserver.", "x7.example.org"):
        assert client.get(POST, headers={"host": host}).status_code == 200
    assert client.get(POST, headers={"host": "evil.example.com"}).status_code == 400
    assert entries(pages) == before


def test_answers_to_different_hosts_are_kept_apart(post, client, settings):
    settings.ALLOWED_HOSTS = ["testserver", "localhost", "other.example.org"]
    client.get(POST)
    assert not kept(client.get(POST, headers={"host": "other.example.org"}))
    assert not kept(client.get(POST, secure=True))


def test_a_browser_that_has_the_page_is_told_so(post, client, commit):
    first = client.get(POST)
    assert first["Cache-Control"] == "no-cache"
    tag = first["ETag"]
    for wanted in (tag, f'"x", {tag}', "*"):
        again = client.get(POST, headers={"if-none-match": wanted})
        assert again.status_code == 304
        assert not again.content
        assert again["ETag"] == tag
    assert client.get(POST, headers={"if-none-match": '"other"'}).status_code == 200
    post.title = "Snow"
    commit(post.save_revision().publish)
    assert client.get(POST, headers={"if-none-match": tag}).status_code == 200


@pytest.mark.parametrize(
    ("accepted", "is_compressed"),
    [("gzip, deflate, br", True), ("gzip;q=0.5", True), ("br", False), ("", False)],
)
def test_a_page_is_compressed_for_those_who_take_it(post, client, accepted, is_compressed):
    plain = client.get(POST)
    response = client.get(POST, headers={"accept-encoding": accepted})
    assert kept(response)
    assert response.get("Content-Encoding") == ("gzip" if is_compressed else None)
    content = gzip.decompress(response.content) if is_compressed else response.content
    assert content == plain.content
    assert int(response["Content-Length"]) == len(response.content)
    assert response["Vary"] == "Accept-Encoding"


def test_a_head_request_is_answered_as_any_other_without_the_content(post, client):
    head = client.head(POST)
    assert not kept(head)
    got = client.get(POST)
    assert kept(got)
    again = client.head(POST)
    assert kept(again)
    for answer in (head, again):
        assert not answer.content
        assert answer["Content-Length"] == str(len(got.content))
        assert answer["ETag"] == got["ETag"]


def test_a_cdn_may_keep_a_page_where_the_operator_says_so(post, client, editor, settings):
    settings.PAGE_CACHE_SHARED_SECONDS = 60
    for is_kept in (False, True):
        answer = client.get(POST)
        assert answer["Cache-Control"] == "public, max-age=0, s-maxage=60"
        assert kept(answer) is is_kept
    assert client.get("/nowhere/")["Cache-Control"] == "no-cache"
    assert editor.get(POST)["Cache-Control"] == "private, no-cache"


def test_what_is_kept_too_long_is_made_anew(post, client, settings):
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        client.get(POST)
        clock.shift(settings.PAGE_CACHE_SECONDS - 1)
        assert kept(client.get(POST))
        clock.shift(2)
        assert not kept(client.get(POST))


def test_what_another_process_keeps_is_handed_out_and_what_it_purges_is_not(post, client):
    client.get(POST)
    client.get(POST)
    store._near.clear()
    assert kept(client.get(POST))
    assert kept(client.get(POST))
    caches["pages"].delete(store.EDITION)
    assert not kept(client.get(POST))


def test_damaged_files_are_made_anew(post, client, pages):
    client.get(POST)
    if not hasattr(pages, "_list_cache_files"):
        pytest.skip("Not kept in files.")
    for name in pages._list_cache_files():
        Path(name).write_bytes(b"nonsense")
    assert client.get(POST).status_code == 200


def stamp_in(response, prefix: str) -> str:
    return re.search(
        rf'name="stamp" value="([^"]+)" id="{prefix}-stamp"', response.content.decode()
    )[1]


@pytest.mark.parametrize("age", [0, 1])
def test_forms_on_a_kept_page_work_and_are_guarded(
    post, contact, client, commit, settings, newsletter, age
):
    """However old the page is, as far as it may be kept, and read for an hour."""
    forms = {
        "reply": (POST, reverse("comments:write", args=[post.pk]), {"text": "Ah.", "name": "Ana"}),
        "contact": (contact.url, contact.url, {"message": "Hello."}),
        "signup": ("/newsletter/letter/", "/newsletter/letter/", {"cadence": "daily"}),
    }
    counts = lambda: (  # noqa: E731
        Comment.objects.count(), ContactMessage.objects.count(), Subscription.objects.count(),
    )  # fmt: skip
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for url, _address, _form in forms.values():
            client.get(url)
        clock.shift(age * (settings.PAGE_CACHE_SECONDS - 1))
        pages = {name: client.get(url) for name, (url, *_rest) in forms.items()}
        assert all(kept(page) for page in pages.values())
        clock.shift(timedelta(hours=1))
        for number, trap in ((0, {"url": "spam"}), (1, {})):
            for name, (_url, address, form) in forms.items():
                form = {"email": "ana@example.com", "stamp": stamp_in(pages[name], name), **form}
                sent = commit(client.post, address, form | trap)
                assert sent.status_code == 302
                assert "Set-Cookie" not in sent
            assert counts() == (number,) * 3
        for _url, address, form in forms.values():
            forged = client.post(address, {"email": "b@example.com", "stamp": "forged", **form})
            assert forged.status_code == 422
            stolen = client.post(address, form, headers={"origin": "https://evil.example.com"})
            assert stolen.status_code == 403
        assert counts() == (1, 1, 1)
    assert mail.outbox
