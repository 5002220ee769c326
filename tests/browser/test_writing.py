"""An author writes a post with every block, and an editor sees to it that readers get it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from blog.blocks import BodyBlock

from .conftest import ON_SQLITE, WIDTHS
from .editor import (
    act,
    add_block,
    choose,
    choose_page,
    fill,
    log_in,
    new_post,
    open_chooser,
    pick,
    pick_image,
    press,
    write,
)
from .reader import read
from .world import VIDEO

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    ON_SQLITE,
]


def heading(block: Locator) -> None:
    block.locator("input[type=text]").fill("What helped")


def paragraph(block: Locator) -> None:
    write(block, "A first line (Vance, 2023).")


def quote(block: Locator) -> None:
    fill(block, "Text", "I went while I was afraid.")


def callout(block: Locator) -> None:
    block.get_by_label("Kind").select_option("crisis")
    fill(block, "Telephone number", "116 123")
    write(block, "Somebody listens.")


def questions(block: Locator) -> None:
    fill(block, "Question", "May I nap?")
    write(block, "Before three.")


def code(block: Locator) -> None:
    fill(block, "Code", "rest(night)")


def references(block: Locator) -> None:
    fill(block, "Authors", "Vance, I.")
    fill(block, "Year", "2023")
    block.get_by_label(re.compile(r"^Title\*?$")).last.fill("Waiting rooms")


def image(block: Locator) -> None:
    pick_image(block)
    fill(block, "Alternative text", "A lamp in a window")


def gallery(block: Locator) -> None:
    images = block.page.locator("[data-contentpath=images]")
    while (items := images.locator("[data-streamfield-child]")).count() < 2:
        images.locator("[data-streamfield-list-add]").last.click()
    for number, words in enumerate(["One lamp", "Another lamp"]):
        pick_image(items.nth(number))
        fill(items.nth(number), "Alternative text", words)


def table(block: Locator) -> None:
    block.get_by_label(re.compile("^Table headers")).select_option(index=1)
    fill(block, "Table caption", "A week")
    block.locator("td").first.dblclick()
    block.page.keyboard.type("Monday")
    block.page.keyboard.press("Enter")


def embed(block: Locator) -> None:
    fill(block, "Address", VIDEO)


def file(block: Locator) -> None:
    chooser = open_chooser(block.get_by_role("button", name="Choose a document"))
    pick(chooser, "A diary")
    expect(block.get_by_text("A diary").first).to_be_visible()


def author_bio(block: Locator) -> None:
    choose(block.page, block, "Noor Hallam")


def book(block: Locator) -> None:
    choose(block.page, block, "The Long Corridor")


def disclaimer(block: Locator) -> None:
    choose(block.page, block, "No advice")


def call_to_action(block: Locator) -> None:
    fill(block, "Button", "Write to the desk")
    fill(block, "Address", "https://example.org/desk")


def posts(block: Locator) -> None:
    choose_page(block, "An older post")


def reusable(block: Locator) -> None:
    choose(block.page, block, "Whom to call")


def signup(block: Locator) -> None:
    choose(block.page, block, "The Letter")


def divider(block: Locator) -> None:
    expect(block.get_by_text("A line is drawn here.")).to_be_visible()


def submit(page: Page) -> None:
    """Hand in what has been written."""
    press(page, page.get_by_role("button", name="Save draft"), "has been (created|saved|updated)")
    act(page, "Submit to Review", "submitted for moderation")


def open_submitted(page: Page, title: str) -> None:
    page.get_by_role("link", name=title).first.click()
    expect(page).to_have_url(re.compile("/edit/"))


def look_at_preview(page: Page, mode: str) -> None:
    """See that a channel shows every block."""
    preview = page.context.new_page()
    number = re.search(r"/pages/(\d+)/", page.url)[1]
    preview.goto(f"/admin/pages/{number}/view_draft/?mode={mode}")
    shown = preview.locator("body").inner_text() + preview.content()
    missing = [words for words in SHOWN if words not in shown]
    assert not missing, f"{mode or 'web'} does not show {missing}"
    is_wide = "() => document.documentElement.scrollWidth > window.innerWidth + 1"
    assert mode == "text" or not preview.evaluate(is_wide)
    preview.close()


def approve(page: Page) -> None:
    act(page, "Approve and Publish", "has been updated")


WRITERS: dict[str, Callable[[Locator], None]] = {
    deed.__name__: deed
    for deed in (
        *(heading, paragraph, quote, callout, questions, code, divider, references),
        *(image, gallery, table, embed, file),
        *(author_bio, book, disclaimer, reusable),
        *(call_to_action, posts, signup),
    )
}
# What each channel shows of them.
SHOWN = [
    *("What helped", "A first line", "while I was afraid", "116 123", "May I nap?", "rest(night)"),
    *("Waiting rooms", "A lamp in a window", "Another lamp", "Monday", "Rain on a tent", "A diary"),
    *("Noor Hallam", "The Long Corridor", "affiliate link", "This is no advice", "We earn from"),
    *("Call somebody", "Write to the desk", "An older post", "The Letter"),
]


@WIDTHS
def test_a_post_with_every_block_from_its_author_to_its_readers(open_window, live_site, width: int):
    blocks = BodyBlock().child_blocks
    assert set(WRITERS) == set(blocks)
    title = f"Every block at {width}"
    page = open_window(width)
    log_in(page, "author")
    new_post(page, title)
    for name, deed in WRITERS.items():
        deed(add_block(page, str(blocks[name].label)))
    submit(page)

    page.context.clear_cookies()
    log_in(page, "editor")
    open_submitted(page, title)
    for mode in ("", "email", "text"):
        look_at_preview(page, mode)
    approve(page)
    read(page, title)
    assert live_site.errors() == []
