"""Readers comment without JavaScript, and a moderator decides what others see."""

import re

import pytest
from playwright.sync_api import Page, expect

from .conftest import ON_SQLITE, WIDTHS
from .editor import log_in
from .reader import comment, read

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), ON_SQLITE]
POST = "An older post"


@WIDTHS
def test_a_moderator_decides_which_comments_readers_see(open_window, live_site, width: int):
    good, rude, *pills = [f"{it} at {width}" for it in ("Well said", "Nonsense", "Pills", "More")]
    reader, moderator = open_window(width, java_script_enabled=False), open_window(width)
    for text in (good, rude, *pills):
        comment(reader, POST, text)
    log_in(moderator, "moderator")
    decide(moderator, good, "Approve")
    decide(moderator, rude, "Reject")
    decide_together(moderator, pills, "Mark as spam")

    read(reader, POST)
    expect(reader.get_by_text(good)).to_be_visible()
    for text in (rude, *pills):
        expect(reader.get_by_text(text)).to_have_count(0)
    assert live_site.errors() == []


def decide(page: Page, text: str, decision: str) -> None:
    """Open a comment from the queue, and press one of its buttons."""
    page.goto("/admin/comments/queue/")
    page.get_by_role("row", name=text).get_by_role("link", name="Ana").first.click()
    page.get_by_role("button", name=decision).click()
    expect(page.get_by_text("is now:")).to_be_visible()


def decide_together(page: Page, texts: list[str], decision: str) -> None:
    """Tick comments in the queue, and decide about all of them."""
    page.goto("/admin/comments/queue/")
    for text in texts:
        page.get_by_role("row", name=text).get_by_role("checkbox").check()
    page.get_by_role("link", name=decision).click()
    page.get_by_role("button", name=re.compile(decision)).click()
    for text in texts:
        expect(page.get_by_role("row", name=text).get_by_text("spam")).to_be_visible()
