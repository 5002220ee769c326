"""From a sign-up to a digest in the mailbox and out again, as people do it in a browser."""

import re
from collections.abc import Callable
from contextlib import suppress

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser

ANA = "ana@example.com"
STAYS = "stays@example.com"


def test_from_sign_up_to_a_digest_and_out_again(page: Page, live_site):
    sign_up(page, ANA)
    confirm(page)
    log_in(page)
    publish_with_three_blocks(page, "Rain on the harbour")
    live_site.run("-m", "tests.browser.world", "fall_due")

    digest = mail_to(page, ANA, "Rain on the harbour")
    expect(digest.get_by_role("link", name="Rain on the harbour").first).to_be_visible()
    leave(page)

    publish(page, "A second morning")
    live_site.run("-m", "tests.browser.world", "fall_due")
    mail_to(page, STAYS, "A second morning")
    assert subjects_to(page, ANA)[0] != "A second morning"
    assert live_site.errors() == []


def sign_up(page: Page, address: str) -> None:
    page.goto("/journal/")
    form = page.locator("form", has=page.get_by_label("Email address"))
    form.get_by_label("Email address").fill(address)
    form.get_by_label("Daily").check()
    form.get_by_text("Choose topics").click()
    form.get_by_label("Name").fill("Ana")
    form.get_by_role("button").click()
    quick = page.get_by_text("That was very quick")
    sent = page.get_by_role("heading", name=re.compile("inbox|mailbox|mail", re.IGNORECASE))
    expect(quick.or_(sent).first).to_be_visible()
    while quick.is_visible():
        page.locator("form", has=page.get_by_label("Email address")).get_by_role("button").click()
        expect(quick.or_(sent).first).to_be_visible()


def confirm(page: Page) -> None:
    mail = mail_to(page, ANA, re.compile("The Letter"))
    follow(page, mail.get_by_role("link", name=re.compile("confirm|yes", re.IGNORECASE)).first)
    page.get_by_role("button", name=re.compile("Yes")).click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    mail_to(page, ANA, re.compile("[Ww]elcome"))


def log_in(page: Page) -> None:
    page.goto("/admin/login/")
    page.get_by_label("Username").fill("editor")
    page.get_by_label("Password").fill("secret-of-the-editor")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Newsletter")).to_be_visible()


def new_post(page: Page, title: str) -> None:
    """Begin a post: title, author, topic."""
    page.goto("/admin/pages/")
    page.get_by_role("link", name="Explore child pages of 'Home'").click()
    page.get_by_role("link", name=re.compile("child pages? .*Journal")).click()
    if "/add/" not in page.url:
        page.get_by_role("link", name="Add child page").first.click()
    page.get_by_placeholder("Page title*").fill(title)
    page.get_by_role("button", name="Add Author").click()
    choose(page, page.locator("#inline_child_bylines-0"), "Noor Hallam")
    page.get_by_label("Sleep").check()


def publish(page: Page, title: str) -> None:
    new_post(page, title)
    press_publish(page)


def publish_with_three_blocks(page: Page, title: str) -> None:
    new_post(page, title)
    for block, chosen in (
        ("Author bio", "Noor Hallam"),
        ("Book", "The Long Corridor"),
        ("Disclaimer", "No advice"),
    ):
        choose(page, add_block(page, block), chosen)
    press_publish(page)


def add_block(page: Page, name: str) -> Locator:
    """Add a block at the end of the body and return it."""
    body = page.locator("[data-contentpath=body]")
    body.get_by_title("Insert a block").last.click()
    page.get_by_role("option", name=name, exact=True).click()
    return body.locator("[data-streamfield-child]").last


def choose(page: Page, field: Locator, name: str) -> None:
    """Choose a snippet in the dialogue that a field opens."""
    field.get_by_role("button", name=re.compile("^Choose")).first.click()
    page.locator(".modal-content").get_by_role("link", name=name).click()
    expect(field.get_by_text(name).first).to_be_visible()


def press_publish(page: Page) -> None:
    """Publish a post that the editor has saved by itself meanwhile, as it does while people think.

    Whatever is done faster than the editor has loaded is no change to it.
    """

    def change() -> None:
        page.get_by_placeholder("Page title*").press_sequentially(" ")
        expect(page).to_have_url(re.compile("/edit/"), timeout=3_000)

    until(change)
    page.locator(".footer [data-w-dropdown-target=toggle]").click()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text(re.compile("published"))).to_be_visible()


def mail_to(page: Page, address: str, subject: str | re.Pattern) -> Locator:
    """Wait for a mail, open it, and return its HTML part."""
    row = page.locator("main tr, main li").filter(has_text=address)
    link = row.get_by_role("link", name=subject).first

    def look() -> None:
        page.goto(f"/mailbox/?q={address}")
        expect(link).to_be_visible(timeout=1_000)

    until(look)
    link.click()
    return page.frame_locator("iframe").locator("body")


def subjects_to(page: Page, address: str) -> list[str]:
    page.goto(f"/mailbox/?q={address}")
    return page.locator("main tr a, main li a").all_inner_texts()


def follow(page: Page, link: Locator) -> None:
    page.goto(link.get_attribute("href"))


def leave(page: Page) -> None:
    mail = mail_to(page, ANA, "Rain on the harbour")
    follow(page, mail.get_by_role("link", name="Unsubscribe").first)
    page.get_by_role("button", name=re.compile("Leave")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile("left", re.IGNORECASE))


def until(look: Callable[[], None], attempts: int = 60) -> None:
    """Look again and again until what is looked for is there."""
    for _ in range(attempts - 1):
        with suppress(AssertionError):
            return look()
    return look()
