"""What people do in the editor, by the words that it shows them."""

import re
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import quote_plus

from playwright.sync_api import Locator, Page, expect

PATIENCE = 30_000  # Milliseconds; a machine with little to spare is slow with a long form.


def log_in(page: Page, name: str) -> None:
    page.goto("/admin/login/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(f"secret-of-the-{name}")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).to_have_url(re.compile("/admin/$"))


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


def open_page(page: Page, title: str) -> None:
    """Find a page and open it in the editor."""
    page.goto(f"/admin/pages/search/?q={quote_plus(title)}")
    page.get_by_role("link", name=title, exact=True).first.click()
    expect(page).to_have_url(re.compile("/edit/"))


def add_block(page: Page, name: str) -> Locator:
    """Add a block at the end of the body and return it."""
    body = page.locator("[data-contentpath=body]")
    blocks = body.locator("[data-streamfield-child]")
    before = blocks.count()
    body.get_by_title("Insert a block").last.click()
    page.get_by_role("option", name=name, exact=True).click()
    # Until it is there, the last one is that before it.
    expect(blocks).not_to_have_count(before)
    return blocks.last


def choose(page: Page, field: Locator, name: str) -> None:
    """Choose a snippet in the dialogue that a field opens."""
    chooser = open_chooser(field.get_by_role("button", name=re.compile("^Choose")).first)
    pick(chooser, name)
    expect(field.get_by_text(name).first).to_be_visible()


def fill(block: Locator, label: str, words: str) -> None:
    """Write into the field of a block that has a label."""
    block.get_by_label(re.compile(rf"^{label}\*?$")).last.fill(words)


def write(block: Locator, words: str) -> None:
    """Write into the last rich text of a block."""
    block.locator("[contenteditable=true]").last.click()
    block.page.keyboard.type(words)


def pick_image(block: Locator) -> None:
    chooser = open_chooser(block.get_by_role("button", name="Choose an image").last)
    pick(chooser, "A lamp")
    expect(block.locator("img").last).to_be_visible()


def choose_page(block: Locator, title: str) -> None:
    """Search for a post in the dialogue of a block, and choose it."""
    chooser = open_chooser(
        block.get_by_role("button", name=re.compile("Choose (a page|Post)")).first
    )
    chooser.get_by_label("Search term").fill(title)
    pick(chooser, title)
    expect(block.get_by_text(title).first).to_be_visible()


def open_chooser(button: Locator) -> Locator:
    """Press a button that opens a dialogue, again where the block was not ready for it yet."""
    chooser = button.page.locator(".modal-content")

    def press() -> None:
        button.click()
        expect(chooser).to_be_visible(timeout=10_000)

    until(press, attempts=3)
    return chooser


def pick(chooser: Locator, name: str) -> None:
    """Take something from a dialogue, again where its list was just being renewed."""

    def take() -> None:
        if chooser.is_visible():
            chooser.get_by_role("link", name=name).first.click()
        expect(chooser).to_be_hidden(timeout=10_000)

    until(take, attempts=3)


def act(page: Page, name: str, said: str) -> None:
    """Press a button of the menu below the form, which opens once the editor has loaded."""
    page.wait_for_load_state("networkidle")
    page.locator(".footer [data-w-dropdown-target=toggle]").click()
    press(page, page.get_by_role("button", name=name), said)


def press(page: Page, button: Locator, said: str) -> None:
    """Press a button until the editor says that it is done.

    Where the editor saved by itself at that moment, Wagtail takes it for another window and asks
    once more, with a button of the same name.
    """
    name = button.inner_text()
    button.click()
    again = page.get_by_role("dialog").get_by_role("button", name=name)
    done = page.get_by_text(re.compile(said))
    expect(done.or_(again).first).to_be_visible(timeout=PATIENCE)
    if again.is_visible():
        again.click()
    expect(done.first).to_be_visible(timeout=PATIENCE)


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


def until(look: Callable[[], None], attempts: int = 60) -> None:
    """Look again and again until what is looked for is there."""
    for _ in range(attempts - 1):
        with suppress(AssertionError):
            return look()
    return look()
