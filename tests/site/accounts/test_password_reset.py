"""A forgotten password: the same answer for all, and not too often."""

import re

import pytest

from accounts import tasks, views
from accounts.forms import MAX_RESETS_PER_ADDRESS

from .conftest import SECRET, code_now

pytestmark = pytest.mark.django_db

PATH = "/admin/password_reset/"


def ask(client, email: str = "anna@example.org", address: str = "192.0.2.1"):
    return client.post(PATH, {"email": email}, REMOTE_ADDR=address)


def test_answer_does_not_tell_who_has_an_account(
    client, editor, mailoutbox, monkeypatch, django_assert_num_queries
):
    with monkeypatch.context() as patch:
        queued = []
        patch.setattr(tasks.send_password_reset, "delay", lambda *args: queued.append(args))
        for email in ("anna@example.org", "nobody@example.org"):
            with django_assert_num_queries(0):
                response = ask(client, email)
            assert response["Location"] == "/admin/password_reset/done/"
    for args in queued:
        tasks.send_password_reset(*args)
    assert [message.to for message in mailoutbox] == [["anna@example.org"]]


def test_link_sets_password_but_does_not_replace_factor(client, with_app, mailoutbox, log_in):
    ask(client)
    path = re.search(r"http://localhost(\S+confirm\S+)", mailoutbox[0].body)[1]
    form = client.get(path, follow=True)
    new = {"new_password1": "a brand new password", "new_password2": "a brand new password"}
    client.post(form.redirect_chain[-1][0], new)
    assert log_in(client, password="a brand new password")["Location"] == "/admin/login/code/"
    assert client.get("/admin/").status_code == 302
    client.post("/admin/login/code/", {"code": code_now(SECRET)})
    assert client.get("/admin/").status_code == 200


def test_address_gets_few(client, editor, mailoutbox):
    for number in range(MAX_RESETS_PER_ADDRESS + 3):
        response = ask(client, "Anna@Example.org" if number % 2 else "anna@example.org")
        assert response.status_code == 302
    assert len(mailoutbox) == MAX_RESETS_PER_ADDRESS


def test_network_asks_few_times(client, editor, mailoutbox):
    for number in range(views.MAX_RESETS_PER_NETWORK):
        ask(client, f"user{number}@example.org")
    response = ask(client)
    assert response.status_code == 429
    assert "Too many requests. Wait an hour, then try again." in response.content.decode()
    assert not mailoutbox
    assert ask(client, address="198.51.100.1").status_code == 302
    assert len(mailoutbox) == 1
