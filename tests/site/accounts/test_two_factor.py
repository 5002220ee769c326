"""Second factors: set up, used, required, reset."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from wagtail.models import ModelLogEntry, PageViewRestriction

from accounts import encryption, rotation
from accounts.middleware import SET_UP_VIEWS
from accounts.models import TwoFactorPolicy
from core.models import User
from tests.factories import PostFactory

from .conftest import PASSWORD, code_now, recovery_codes

pytestmark = pytest.mark.django_db

LOGIN_CODE = "/admin/login/code/"


# Login with a code


def test_password_alone_does_not_log_in(client, with_app, log_in):
    response = log_in(client)
    assert response["Location"] == LOGIN_CODE
    assert client.get("/admin/")["Location"].startswith("/admin/login/")
    assert "sessionid" in client.cookies

    response = client.post(LOGIN_CODE, {"code": code_now()})
    assert response["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_reader_login_asks_for_code_too(client, with_app, log_in, section):
    post = PostFactory(parent=section, title="For editors")
    PageViewRestriction.objects.create(page=post, restriction_type=PageViewRestriction.LOGIN)
    response = log_in(client, path="/_util/login/", next=post.url)
    assert response["Location"] == LOGIN_CODE
    assert "For editors" not in client.get(post.url, follow=True).content.decode()
    response = client.post(LOGIN_CODE, {"code": code_now()}, follow=True)
    assert "For editors" in response.content.decode()


def test_code_is_taken_once_by_all_processes(with_app, log_in):
    code = code_now()
    for number, expected in enumerate([302, 200]):
        client = Client()
        log_in(client)
        cache.clear()  # As another process, which has a cache of its own.
        response = client.post(LOGIN_CODE, {"code": code})
        assert response.status_code == expected, number
    assert "Incorrect code" in response.content.decode()


def test_earlier_code_is_not_taken_after_later_one(with_app, log_in):
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        earlier, later = code_now(steps=-1), code_now()
        for code, expected in [(later, 302), (earlier, 200)]:
            client = Client()
            log_in(client)
            assert client.post(LOGIN_CODE, {"code": code}).status_code == expected


def test_code_of_two_minutes_ago_is_not_taken(client, with_app, log_in):
    log_in(client)
    assert client.post(LOGIN_CODE, {"code": code_now(steps=-4)}).status_code == 200


def test_recovery_code_works_once(client, with_app, log_in, mailoutbox):
    code = recovery_codes(with_app)[0]
    for browser, expected in ((client, 302), (Client(), 200)):
        log_in(browser)
        assert browser.post(LOGIN_CODE, {"code": code}).status_code == expected
    assert len(recovery_codes(with_app)) == 9
    assert mailoutbox[0].subject == "A recovery code was used for your account"
    assert ModelLogEntry.objects.filter(action="accounts.code_used").count() == 1


def test_session_gets_new_keys(client, with_app, log_in):
    """Whoever planted a session key gains nothing from what is proved in it later."""
    client.get("/admin/login/passkey/", headers={"accept": "application/json"})
    keys = [client.cookies["sessionid"].value]
    log_in(client)
    keys.append(client.cookies["sessionid"].value)
    client.post(LOGIN_CODE, {"code": code_now()})
    keys.append(client.cookies["sessionid"].value)
    assert len(set(keys)) == 3
    for key in keys[:2]:
        stranger = Client()
        stranger.cookies["sessionid"] = key
        assert stranger.get("/admin/").status_code == 302
        assert stranger.get(LOGIN_CODE)["Location"] == "/admin/login/"


@pytest.mark.parametrize(("remember", "age"), [({}, ""), ({"remember": "on"}, 1209600)])
def test_remember_me_lasts_through_second_factor(client, with_app, log_in, remember, age):
    log_in(client, **remember)
    client.post(LOGIN_CODE, {"code": code_now()})
    assert client.cookies["sessionid"]["max-age"] == age


def test_another_account_can_log_in_over_a_session(client, with_app, log_in, django_user_model):
    client.force_login(django_user_model.objects.create_user("reader"))
    assert log_in(client, path="/_util/login/")["Location"] == LOGIN_CODE
    assert client.post(LOGIN_CODE, {"code": code_now()}).status_code == 302
    assert client.get("/admin/").status_code == 200


def test_inactive_user_is_refused_after_second_factor(client, with_app, log_in):
    log_in(client)
    with_app.is_active = False
    with_app.save()
    client.post(LOGIN_CODE, {"code": code_now()})
    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize("path", ["/admin/login/passkey/", LOGIN_CODE])
@pytest.mark.parametrize(
    "credential",
    [
        *("", "x", "[]", "{}", "null", "7", '{"id": 1}', "[" * 50_000),
        '{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"e30",'
        '"authenticatorData":"AA","signature":"AA","userHandle":"AA"}}',
    ],
)
def test_made_up_passkey_is_refused(client, with_app, log_in, path, credential):
    if path == LOGIN_CODE:
        log_in(client)
    response = client.post(path, {"credential": credential})
    assert response.status_code in (200, 302)
    assert client.get("/admin/").status_code == 302


# Set-up


@pytest.mark.django_db(transaction=True)
def test_required_app_is_set_up(client, home, log_in, mailoutbox):
    user = User.objects.create_superuser("anna", "anna@example.org", PASSWORD)
    other = Client()
    for browser in (client, other):
        log_in(browser)
    policy = TwoFactorPolicy.load()
    policy.is_required_for_administrators = True
    policy.save()
    assert client.get("/admin/").status_code == 302

    page = client.get("/admin/account/security/app/add/").content.decode()
    secret = client.session["mfa.totp.secret"]
    assert secret in page
    assert "<svg" in page
    code = code_now(secret)
    response = client.post("/admin/account/security/app/add/", {"code": code}, follow=True)

    # The recovery codes are shown once.
    codes = recovery_codes(user)
    assert all(code in response.content.decode() for code in codes)
    again = client.get("/admin/account/security/codes/").content.decode()
    assert not any(code in again for code in codes)
    # This session goes on, others end.
    assert client.get("/admin/").status_code == 200
    assert other.get("/admin/account/security/").status_code == 302
    # The secret is encrypted.
    stored = Authenticator.objects.get(type="totp").data["secret"]
    assert secret not in stored
    assert encryption.decrypt(stored) == secret
    # It is logged and told.
    entry = ModelLogEntry.objects.get(action="accounts.factor_added")
    assert (entry.user, entry.object_id) == (user, str(user.pk))
    assert [message.subject for message in mailoutbox] == [
        "A second factor was added to your account"
    ]
    assert "http://localhost/admin/account/security/" in mailoutbox[0].body
    # The code that set it up is spent.
    log_in(other)
    assert other.post(LOGIN_CODE, {"code": code}).status_code == 200


def test_changes_ask_again_who_it_is(client, with_app, log_in):
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        log_in(client)
        client.post(LOGIN_CODE, {"code": code_now()})
    with time_machine.travel(start + timedelta(minutes=20), tick=False):
        for path in ("app/remove/", "passkeys/add/", "codes/renew/"):
            response = client.get(f"/admin/account/security/{path}")
            assert response["Location"].startswith("/admin/account/security/confirm/"), path
        client.post("/admin/account/security/confirm/", {"password": PASSWORD})
        assert client.get("/admin/account/security/app/remove/").status_code == 200


def test_removing_last_factor_removes_recovery_codes(client, with_app, log_in):
    log_in(client)
    client.post(LOGIN_CODE, {"code": code_now()})
    client.post("/admin/account/security/app/remove/")
    assert not Authenticator.objects.exists()
    assert client.get("/admin/").status_code == 200


def test_recovery_codes_are_renewed(client, with_app, log_in):
    before = recovery_codes(with_app)
    log_in(client)
    client.post(LOGIN_CODE, {"code": code_now()})
    response = client.post("/admin/account/security/codes/renew/", follow=True)
    after = recovery_codes(with_app)
    assert not set(before) & set(after)
    assert all(code in response.content.decode() for code in after)
    assert ModelLogEntry.objects.filter(action="accounts.codes_renewed").exists()


# Required by group


def admin_paths() -> list[str]:
    """Return an example of each address of the admin, but for those that lead to login."""
    resolver = get_resolver()
    admin = [p for p in resolver.url_patterns if str(p.pattern) == "admin/"]
    paths = {path for pattern in admin for path in walk(pattern, "/")}
    public = ("login/", "password_reset/", "jsi18n/", "sprite/", "logout/", "account/security/")
    return sorted(p for p in paths if not p.startswith(tuple(f"/admin/{it}" for it in public)))


def walk(pattern: URLPattern | URLResolver, prefix: str) -> list[str]:
    route = re.sub(r"<path:\w+>|<(str|slug|uuid):\w+>", "1", str(pattern.pattern))
    route = re.sub(r"<(int:)?\w+>|\(\?P<\w+>[^)]+\)|\(.*?\)", "1", route)
    path = prefix + re.sub(r"[\^$\\]", "", route)
    if isinstance(pattern, URLResolver):
        return [found for child in pattern.url_patterns for found in walk(child, path)]
    return [path]


def test_nothing_opens_before_required_factor(client, editor, required, section):
    client.force_login(editor)
    paths = admin_paths()
    assert len(paths) > 300
    for path in paths:
        assert client.get(path).headers.get("Location", "").startswith("/admin/login/"), path
    ajax = {"x-requested-with": "XMLHttpRequest"}
    assert client.get("/admin/choose-page/", headers=ajax).status_code == 403
    # From there it goes to the set-up.
    response = client.get("/admin/pages/", follow=True)
    assert response.redirect_chain[-1][0] == "/admin/account/security/"
    assert "must have a second factor" in response.content.decode()


def test_without_required_factor_nobody_reads_as_editor(client, editor, required, section):
    post = PostFactory(parent=section, title="For editors")
    PageViewRestriction.objects.create(page=post, restriction_type=PageViewRestriction.LOGIN)
    client.force_login(editor)
    assert "For editors" not in client.get(post.url, follow=True).content.decode()
    assert "wagtail-userbar" not in client.get(section.url).content.decode()
    assert client.get("/styleguide/").status_code != 200


def test_other_groups_are_not_asked(member_of, required):
    assert member_of("Author").get("/admin/").status_code == 200


def test_administrators_are_asked_by_setting(client, django_user_model, home):
    client.force_login(django_user_model.objects.create_superuser("boss"))
    assert client.get("/admin/").status_code == 200
    policy = TwoFactorPolicy.load()
    policy.is_required_for_administrators = True
    policy.save()
    assert client.get("/admin/").status_code == 302


def test_requirement_is_set_in_admin(admin_client, editor):
    path = admin_client.get("/admin/settings/accounts/twofactorpolicy/", follow=True)
    url = path.redirect_chain[-1][0]
    admin_client.post(url, {"required_groups": [editor.groups.get().pk]})
    assert TwoFactorPolicy.applies_to(editor)


def test_session_that_skipped_the_factor_is_asked_for_it(client, with_app):
    """A session from before the factor, or made without it, is nobody's."""
    client.force_login(with_app)
    assert client.get("/admin/account/security/app/remove/").status_code == 302
    assert (
        client.post("/admin/account/security/confirm/", {"password": PASSWORD}).status_code == 302
    )
    response = client.get("/admin/reports/locked/", follow=True)
    assert response.redirect_chain[-1][0].startswith("/admin/account/security/confirm/code/")
    client.post("/admin/account/security/confirm/code/", {"code": code_now()})
    assert client.get("/admin/").status_code == 200


def test_removed_required_factor_closes_admin(client, with_app, required, log_in):
    log_in(client)
    client.post(LOGIN_CODE, {"code": code_now()})
    client.post("/admin/account/security/app/remove/")
    assert client.get("/admin/").status_code == 302


def test_set_up_views_exist():
    names = {pattern.name for pattern in get_resolver("accounts.urls").url_patterns}
    assert SET_UP_VIEWS - names == {"wagtailadmin_logout"}


def test_reader_costs_nothing(client, section, django_assert_num_queries):
    client.get(section.url)
    response = client.get(section.url)
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")


def test_verified_session_costs_no_query(client, with_app, log_in):
    log_in(client)
    client.post(LOGIN_CODE, {"code": code_now()})
    with CaptureQueriesContext(connection) as queries:
        client.get("/admin/reports/locked/")
    assert not [q for q in queries if "mfa_" in q["sql"] or "twofactorpolicy" in q["sql"]]


# Keys


def test_change_of_secret_key_locks_nobody_out(with_app, log_in, settings):
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "the next key"
    client = Client()
    log_in(client)
    assert client.post(LOGIN_CODE, {"code": code_now()}).status_code == 302

    rotation.encrypt_again()
    settings.SECRET_KEY_FALLBACKS = []
    client = Client()
    log_in(client)
    assert client.post(LOGIN_CODE, {"code": recovery_codes(with_app)[0]}).status_code == 302


def test_lost_key_is_told(client, with_app, log_in, settings):
    settings.SECRET_KEY = "another key"
    log_in(client)
    response = client.post(LOGIN_CODE, {"code": code_now()})
    assert "Ask an administrator" in response.content.decode()
    rotation.encrypt_again()
    assert Authenticator.objects.count() == 2
