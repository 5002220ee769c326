"""An author writes a post with every block, and an editor sees to it that readers get it."""

import os
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from blog.blocks import BodyBlock

from .editor import add_block, choose, log_in, new_post, open_chooser, pick, until
from .world import VIDEO

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(
        os.environ["DATABASE_URL"].startswith("postgres"),
        reason="takes long, and the journey tries the editor on PostgreSQL",
    ),
]
PATIENCE = 30_000  # Milliseconds; a machine with little to spare is slow with so long a form.
WIDTHS = pytest.mark.parametrize("width", [1280, 390])


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
    button = block.get_by_role("button", name=re.compile("Choose a page|Choose Post"))
    chooser = open_chooser(button.first)
    chooser.get_by_label("Search term").fill("older")
    pick(chooser, "An older post")
    expect(block.get_by_text("An older post").first).to_be_visible()


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


def read(page: Page, title: str) -> None:
    """Find the post on the site, as soon as it is published."""
    link = page.get_by_role("link", name=title)

    def look() -> None:
        page.goto("/journal/")
        expect(link.first).to_be_visible(timeout=1_000)

    until(look)
    link.first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(title))


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
def test_a_post_with_every_block_from_its_author_to_its_readers(
    browser: Browser, live_site, width: int
):
    blocks = BodyBlock().child_blocks
    assert set(WRITERS) == set(blocks)
    title = f"Every block at {width}"
    context = browser.new_context(base_url=live_site.url, viewport={"width": width, "height": 900})
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    log_in(page, "author")
    new_post(page, title)
    for name, deed in WRITERS.items():
        deed(add_block(page, str(blocks[name].label)))
    submit(page)

    context.clear_cookies()
    log_in(page, "editor")
    open_submitted(page, title)
    for mode in ("", "email", "text"):
        look_at_preview(page, mode)
    approve(page)
    read(page, title)
    context.close()
    assert live_site.errors() == []
