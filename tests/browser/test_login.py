"""An editor protects the account with an app and a passkey, and logs in with either."""

import pytest
from playwright.sync_api import Page, expect

from tests.site.accounts.conftest import code_now

from .conftest import ON_SQLITE, LiveSite
from .editor import log_in
from .test_reading import Visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), ON_SQLITE]


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_account_is_protected(open_window, live_site, width: int, scheme: str):
    name = f"guarded-{width}"
    make_editor(live_site, name)
    page = open_window(width, color_scheme=scheme)
    add_authenticator(page)
    visit = Visit(page, live_site.url, scripts=True)
    page.goto("/admin/login/")
    visit.look()
    log_in(page, name)
    page.goto("/admin/account/security/")
    visit.look()

    page.get_by_role("link", name="Set up an authenticator app").click()
    secret = page.locator(".account-secret").inner_text()
    visit.look()
    page.get_by_label("Enter the code from the app").fill(code_now(secret))
    page.get_by_role("button", name="Set up").click()
    expect(page.locator(".account-codes li")).to_have_count(10)
    visit.look()
    recovery_code = page.locator(".account-codes li").first.inner_text()
    page.get_by_role("link", name="I have saved them").click()
    expect(page).to_have_url(f"{live_site.url}/admin/")

    page.goto("/admin/account/security/passkeys/add/")
    visit.look()
    page.get_by_label("Name").fill("My phone")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text("Passkey added.")).to_be_visible()
    expect(page.get_by_role("link", name="Rename My phone")).to_be_visible()
    visit.look()

    page.context.clear_cookies()
    page.goto("/admin/reports/locked/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page).to_have_url(f"{live_site.url}/admin/reports/locked/")

    begin_login(page, name)
    visit.look()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(f"{live_site.url}/admin/")

    begin_login(page, name)
    page.get_by_label("Code").fill(recovery_code)
    page.get_by_role("button", name="Confirm").click()
    expect(page).to_have_url(f"{live_site.url}/admin/")
    assert visit.troubles == []
    assert live_site.errors() == []


def make_editor(live_site: LiveSite, name: str) -> None:
    make = f"User.objects.create_superuser('{name}', '{name}@example.org', 'secret-of-the-{name}')"
    live_site.run("manage.py", "shell", "-c", f"from core.models import User; {make}")


def add_authenticator(page: Page) -> None:
    """Give the browser a device that keeps passkeys and takes its owner for present."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def begin_login(page: Page, name: str) -> None:
    """Give the password, in a browser that has forgotten the last login."""
    page.context.clear_cookies()
    page.goto("/admin/login/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(f"secret-of-the-{name}")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_label("Code")).to_be_visible()
