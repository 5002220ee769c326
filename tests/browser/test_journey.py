"""From a sign-up to a digest in the mailbox and out again, as people do it in a browser."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from .editor import add_block, choose, log_in, new_post, press_publish, until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

ANA = "ana@example.com"
STAYS = "stays@example.com"


def test_from_sign_up_to_a_digest_and_out_again(page: Page, live_site):
    sign_up(page, ANA)
    confirm(page)
    log_in(page, "admin")
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
