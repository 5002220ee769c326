"""Administrators help users who are locked out."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, Permission
from django.core.management import CommandError, call_command
from django.test import Client
from wagtail.models import ModelLogEntry

from core.models import User

from .conftest import PASSWORD, CommittingClient, code_now

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(home) -> User:
    return User.objects.create_superuser("boss", "boss@example.org", PASSWORD)


@pytest.fixture
def manager(home) -> User:
    """Somebody who looks after users, but is not an administrator."""
    group = Group.objects.create(name="Managers")
    names = ("access_admin", "change_user")
    group.permissions.set(Permission.objects.filter(codename__in=names))
    user = User.objects.create_user("max", "max@example.org", PASSWORD)
    user.groups.add(group)
    return user


def security_of(user: User) -> str:
    return f"/admin/users/{user.pk}/security/"


def test_administrator_resets_factors(client, with_app, administrator, log_in, mailoutbox):
    victim = Client()
    log_in(victim)
    victim.post("/admin/login/code/", {"code": code_now()})
    assert victim.get("/admin/").status_code == 200

    log_in(client, username="boss")
    assert security_of(with_app) in client.get(f"/admin/users/edit/{with_app.pk}/").content.decode()
    assert "Authenticator app" in client.get(security_of(with_app)).content.decode()
    client.post(security_of(with_app), {"reset": ""})

    assert not Authenticator.objects.exists()
    assert victim.get("/admin/").status_code == 302
    assert client.get("/admin/").status_code == 200
    assert log_in(victim)["Location"] == "/admin/"
    entry = ModelLogEntry.objects.get(action="accounts.two_factor_reset")
    assert (entry.user, entry.object_id) == (administrator, str(with_app.pk))
    assert [(message.to, message.subject) for message in mailoutbox] == [
        (["anna@example.org"], "Your two-factor authentication was reset")
    ]


def test_administrator_unlocks(client, editor, administrator, log_in):
    for _ in range(5):
        log_in(client, password="wrong")
    log_in(client, username="boss", address="192.0.2.9")
    assert "5 recent failed attempts" in client.get(security_of(editor)).content.decode()
    client.post(security_of(editor), {"unlock": ""})
    assert ModelLogEntry.objects.filter(action="accounts.unlocked", user=administrator).exists()
    assert log_in(Client())["Location"] == "/admin/"


def test_reset_asks_again_who_it_is(client, with_app, administrator):
    client.force_login(administrator)
    response = client.post(security_of(with_app), {"reset": ""})
    assert response["Location"].startswith("/admin/account/security/confirm/")
    assert Authenticator.objects.exists()


def test_only_administrators_manage_administrators(client, administrator, manager, editor, log_in):
    log_in(client, username="max")
    assert client.get(security_of(editor)).status_code == 200
    for user in (administrator, manager):
        client.post(security_of(user), {"reset": ""})
        assert client.get(security_of(user)).status_code == 302
    assert not ModelLogEntry.objects.filter(action="accounts.two_factor_reset").exists()


def test_editors_manage_nobody(client, editor, manager, log_in):
    log_in(client)
    assert client.get(security_of(manager)).status_code == 302


def test_command_resets(client, with_app, log_in):
    for _ in range(5):
        log_in(client, password="wrong")
    call_command("reset_two_factor", "anna")
    assert log_in(client)["Location"] == "/admin/"
    with pytest.raises(CommandError, match="There is no user “nobody”"):
        call_command("reset_two_factor", "nobody")


def test_password_change_ends_other_sessions(editor):
    browsers = [CommittingClient(), CommittingClient()]
    for browser in browsers:
        browser.force_login(editor)
    editor.set_password("another long password")
    editor.save()
    assert [browser.get("/admin/").status_code for browser in browsers] == [302, 302]
