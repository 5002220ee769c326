"""Guessing passwords and codes is stopped; strangers cannot keep honest people out."""

import logging
from datetime import timedelta

import pytest
import time_machine
from axes.models import AccessAttempt, AccessLog
from django.core.management import call_command
from django.utils import timezone
from wagtail.models import Collection, CollectionViewRestriction, PageViewRestriction

from accounts import lockout, tasks
from tests.factories import PostFactory

from .conftest import PASSWORD, SECRET, code_now

pytestmark = pytest.mark.django_db

TOO_MANY = "Too many failed attempts. Wait 15 minutes, then try again."


def fail(client, log_in, times=5, **kwargs):
    for _ in range(times):
        response = log_in(client, password="wrong", **kwargs)
    return response


def is_logged_in(response) -> bool:
    return response.status_code == 302 and "login" not in response["Location"]


@pytest.mark.parametrize("path", ["/admin/login/", "/_util/login/"])
def test_login_is_locked_for_account_and_network(client, editor, log_in, path):
    assert fail(client, log_in, times=4, path=path).status_code == 200

    response = fail(client, log_in, times=1, path=path)
    assert response.status_code == 429
    assert response["Retry-After"] == "900"
    assert TOO_MANY in response.content.decode()

    response = log_in(client, path=path)
    assert response.status_code == 429
    assert TOO_MANY in response.content.decode()


def test_stranger_does_not_lock_owner_out(client, editor, log_in):
    fail(client, log_in, times=20, address="198.51.100.7")
    assert log_in(client, address="198.51.100.7").status_code == 429
    assert is_logged_in(log_in(client, address="192.0.2.1"))


def test_neighbours_in_network_stay_welcome(client, editor, log_in, django_user_model):
    django_user_model.objects.create_superuser("boss", "boss@example.org", PASSWORD)
    fail(client, log_in)
    assert is_logged_in(log_in(client, username="boss"))


def test_lockout_ends_even_if_attempts_go_on(client, editor, log_in):
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        fail(client, log_in)
    with time_machine.travel(start + timedelta(minutes=14), tick=False):
        assert fail(client, log_in, times=3).status_code == 429
    with time_machine.travel(start + timedelta(minutes=16), tick=False):
        assert is_logged_in(log_in(client))


def test_success_resets_count(client, editor, log_in):
    for _ in range(2):
        fail(client, log_in, times=4)
        assert is_logged_in(log_in(client))


def test_network_that_tries_many_accounts_is_locked(client, editor, log_in, monkeypatch):
    monkeypatch.setattr(lockout, "MAX_FAILURES_PER_NETWORK", 8)
    for number in range(lockout.MAX_FAILURES_PER_NETWORK):
        log_in(client, username=f"user{number}", password="wrong")
    assert log_in(client).status_code == 429
    assert is_logged_in(log_in(client, address="192.0.2.2"))


def test_account_that_many_networks_try_is_locked_except_where_it_is_known(
    client, editor, log_in, monkeypatch
):
    monkeypatch.setattr(lockout, "MAX_FAILURES_PER_ACCOUNT", 8)
    assert is_logged_in(log_in(client, address="192.0.2.1"))
    for number in range(lockout.MAX_FAILURES_PER_ACCOUNT):
        log_in(client, password="wrong", address=f"198.51.100.{number}")
    assert log_in(client, address="203.0.113.9").status_code == 429
    assert is_logged_in(log_in(client, address="192.0.2.1"))


def test_ipv6_network_counts_as_one(client, editor, log_in):
    for number in range(1, 6):
        fail(client, log_in, times=1, address=f"2001:db8:1:2::{number}")
    assert log_in(client, address="2001:db8:1:2::99").status_code == 429
    assert is_logged_in(log_in(client, address="2001:db8:1:3::1"))


def test_forwarded_address_counts_behind_proxies_only(client, editor, log_in, settings):
    def try_from(address: str, password: str = "wrong"):
        form = {"username": "anna", "password": password}
        return client.post("/admin/login/", form, headers={"x-forwarded-for": address})

    for number in range(5):
        try_from(f"198.51.100.{number}")
    assert try_from("198.51.100.99", PASSWORD).status_code == 429

    settings.PROXY_COUNT = 1
    assert is_logged_in(try_from("198.51.100.99", PASSWORD))
    # What the client itself put before the proxy's entry counts for nothing.
    for number in range(5):
        try_from(f"203.0.113.{number}, 192.0.2.50")
    assert try_from("203.0.113.77, 192.0.2.50", PASSWORD).status_code == 429


def test_unreadable_address_is_no_error(client, editor, log_in):
    assert fail(client, log_in, address="").status_code == 429


def test_codes_count_like_passwords(client, with_app, log_in):
    log_in(client)
    for _ in range(5):
        response = client.post("/admin/login/code/", {"code": "1"}, REMOTE_ADDR="192.0.2.1")
    assert response.status_code == 429
    response = client.post(
        "/admin/login/code/", {"code": code_now(SECRET)}, REMOTE_ADDR="192.0.2.1"
    )
    assert response.status_code == 429
    assert TOO_MANY in response.content.decode()
    assert log_in(client).status_code == 429


def test_confirming_with_password_is_limited(client, editor):
    client.force_login(editor)
    for _ in range(6):
        response = client.post("/admin/account/security/confirm/", {"password": "wrong"})
    assert response.status_code == 429
    assert TOO_MANY in response.content.decode()


def test_old_password_in_account_is_limited(client, editor):
    client.force_login(editor)
    form = account_form("wrong")
    for _ in range(6):
        response = client.post("/admin/account/", form)
    assert response.status_code == 429
    assert TOO_MANY in response.content.decode()
    client.post("/admin/account/", account_form(PASSWORD))
    editor.refresh_from_db()
    assert editor.check_password(PASSWORD)


def account_form(old_password: str) -> dict[str, str]:
    """Return what the account page sends for a change of the password."""
    return {
        "name_email-first_name": "Anna",
        "name_email-last_name": "Berg",
        "name_email-email": "anna@example.org",
        "theme-theme": "system",
        "theme-density": "default",
        "theme-contrast": "system",
        "theme-keyboard_shortcuts": "on",
        "locale-preferred_language": "",
        "locale-current_time_zone": "UTC",
        "password-old_password": old_password,
        "password-new_password1": "another long password",
        "password-new_password2": "another long password",
    }


def test_password_can_be_changed(client, editor):
    client.force_login(editor)
    response = client.post("/admin/account/", account_form(PASSWORD))
    assert response.status_code == 302
    editor.refresh_from_db()
    assert editor.check_password("another long password")
    assert client.get("/admin/").status_code == 200


def test_nothing_of_forms_is_kept(client, editor):
    client.force_login(editor)
    client.post("/admin/account/", account_form("wrong"))
    client.post("/admin/account/", account_form("wrong"))
    attempt = AccessAttempt.objects.get()
    assert (attempt.post_data, attempt.get_data, attempt.failures_since_start) == ("", "", 2)


def test_lockout_is_logged_once_and_without_unknown_names(client, editor, log_in, caplog):
    with caplog.at_level(logging.WARNING, "accounts"):
        fail(client, log_in, times=8)
        fail(client, log_in, times=8, username="my secret password")
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("accounts")]
    assert lines == [
        "Login locked after repeated failures: account anna, network 192.0.2.1",
        "Login locked after repeated failures: account (no such account), network 192.0.2.1",
    ]


def test_command_unlocks(client, editor, log_in):
    fail(client, log_in)
    call_command("axes_reset_username", "anna")
    assert is_logged_in(log_in(client))


def test_addresses_are_deleted_at_night(client, editor, log_in):
    start = timezone.now()
    with time_machine.travel(start - timedelta(days=91), tick=False):
        fail(client, log_in, times=1, username="somebody")
        log_in(client)
    with time_machine.travel(start, tick=False):
        log_in(client)
        fail(client, log_in, times=1)
        tasks.tidy_logins()
    assert AccessLog.objects.count() == 1
    assert [attempt.username for attempt in AccessAttempt.objects.all()] == ["anna"]


# Passwords of pages and collections


@pytest.fixture
def secret_page(section) -> str:
    """Return where the password of a page is given."""
    post = PostFactory(parent=section)
    restriction = PageViewRestriction.objects.create(
        page=post, restriction_type=PageViewRestriction.PASSWORD, password="lantern"
    )
    return f"/_util/authenticate_with_password/{restriction.pk}/{post.pk}/"


@pytest.fixture
def secret_collection(home) -> str:
    """Return where the password of a collection is given."""
    collection = Collection.get_first_root_node().add_child(name="Secret")
    restriction = CollectionViewRestriction.objects.create(
        collection=collection,
        restriction_type=CollectionViewRestriction.PASSWORD,
        password="lantern",
    )
    return f"/documents/authenticate_with_password/{restriction.pk}/"


@pytest.mark.parametrize("which", ["secret_page", "secret_collection"])
def test_password_of_readers_is_limited_by_network(client, which, request):
    path = request.getfixturevalue(which)

    def guess(password: str, address: str = "192.0.2.1"):
        form = {"password": password, "return_url": "/"}
        return client.post(path, form, REMOTE_ADDR=address)

    for _ in range(9):
        assert guess("candle").status_code == 200
    assert guess("lantern").status_code == 302  # The right one begins the count again.
    for _ in range(10):
        guess("candle")
    response = guess("lantern")
    assert response.status_code == 429
    assert TOO_MANY in response.content.decode()
    assert guess("lantern", address="198.51.100.1").status_code == 302


@pytest.mark.parametrize("which", ["secret_page", "secret_collection"])
def test_password_of_readers_is_limited_across_networks(client, which, request, monkeypatch):
    monkeypatch.setattr(lockout, "MAX_FAILURES_PER_RESTRICTION", 6)
    path = request.getfixturevalue(which)
    for number in range(7):
        address = f"2001:db8:0:{number:x}::1"
        response = client.post(path, {"password": "candle", "return_url": "/"}, REMOTE_ADDR=address)
        assert response.status_code == (200 if number < 5 else 429)


def test_reader_login_refuses_a_long_username_before_it_is_hashed_or_stored(client, home):
    for username, password in (("e" * 151, "x"), ("e" * 60_000, "x"), ("editor", "x" * 5_000)):
        response = client.post("/_util/login/", {"username": username, "password": password})
        assert response.status_code == 200
        assert response.context["form"].errors
    assert not AccessAttempt.objects.exists()


def test_readers_do_not_lock_editors_out(client, editor, log_in, secret_page, monkeypatch):
    monkeypatch.setattr(lockout, "MAX_FAILURES_PER_NETWORK", 8)
    for number in range(9):
        form = {"password": f"candle {number}", "return_url": "/"}
        client.post(secret_page, form, REMOTE_ADDR="192.0.2.1")
    assert is_logged_in(log_in(client))
