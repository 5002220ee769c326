"""An editor makes the front page of its blocks."""

import pytest
from playwright.sync_api import expect

from home.blocks import FrontBlock

from .conftest import ON_SQLITE, WIDTHS
from .editor import act, add_block, choose, choose_page, fill, log_in, open_page, pick_image

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), ON_SQLITE]


@WIDTHS
def test_the_front_page_is_made_of_every_block(open_window, live_site, width: int):
    live_site.run("-m", "tests.browser.world", "clear_front_page")
    page = open_window(width)
    log_in(page, "editor")
    open_page(page, "Home")
    labels = {name: str(block.label) for name, block in FrontBlock().child_blocks.items()}

    hero = add_block(page, labels.pop("hero"))
    fill(hero, "Headline", f"A lit room at {width}")
    pick_image(hero)
    fill(hero, "Alternative text", "A lamp in a window")
    choose_page(add_block(page, labels.pop("featured")), "An older post")
    latest = add_block(page, labels.pop("latest"))
    fill(latest, "Title", "Just out")
    fill(latest, "How many", "1")
    topics = add_block(page, labels.pop("topics"))
    choose(page, topics, "Sleep")
    quote = add_block(page, labels.pop("quote"))
    fill(quote, "Text", "I read it twice.")
    button = add_block(page, labels.pop("call_to_action"))
    fill(button, "Button", "Write to the desk")
    fill(button, "Address", "https://example.org/desk")
    choose(page, add_block(page, labels.pop("signup")), "The Letter")
    assert not labels
    act(page, "Publish", "has been published")

    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"A lit room at {width}")
    for words in ("An older post", "Just out", "By topic", "I read it twice.", "Write to the desk"):
        expect(page.get_by_text(words).first).to_be_visible()
    expect(page.get_by_alt_text("A lamp in a window")).to_be_visible()
    expect(page.get_by_label("Email address").first).to_be_visible()
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1")
    assert live_site.errors() == []
