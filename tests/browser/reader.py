"""What readers do on the site; they need no JavaScript for it."""

import re

from playwright.sync_api import Page, expect

from .editor import until


def read(page: Page, title: str) -> None:
    """Find the post on the site, as soon as it is published."""
    link = page.get_by_role("link", name=title)

    def look() -> None:
        page.goto("/journal/")
        expect(link.first).to_be_visible(timeout=1_000)

    until(look)
    link.first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(title))


def comment(page: Page, title: str, text: str) -> None:
    """Write a comment under a post, again where that was quicker than a person can be."""
    read(page, title)
    form = page.locator("form", has=page.get_by_label("Comment"))
    for label, words in (("Comment", text), ("Name", "Ana"), ("Email address", "ana@example.com")):
        form.get_by_label(label, exact=True).fill(words)
    form.get_by_role("button").click()
    while page.get_by_text("That was very quick").is_visible():
        form.get_by_role("button").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Thank"))
