"""Readers go through the site: with JavaScript and without, in the light and in the dark."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Locator, Page, Request, expect

from .conftest import ON_SQLITE
from .world import LONG_POST, PARTS

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), ON_SQLITE]
WAYS = pytest.mark.parametrize(
    ("width", "scheme", "scripts"),
    [(1280, "light", True), (390, "dark", True), (1280, "dark", False), (390, "light", False)],
    ids=lambda it: {True: "with scripts", False: "without"}.get(it, str(it)),
)


# Whether what moves or fades to its place is there; what goes round for ever is not waited for.
SETTLED = """() => document.getAnimations().every(
  (it) => it.playState !== "running" || it.effect.getComputedTiming().endTime === Infinity
)"""


class Visit:
    """A reader's window, and what no reader should meet with on the way."""

    def __init__(self, page: Page, home: str, scripts: bool) -> None:
        self.page, self.home, self.scripts = page, home, scripts
        self.troubles: list[str] = []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.troubles.append(f"script: {error}"))
        page.on("request", self._see)

    def look(self) -> None:
        """See that the page fits the window, and that everyone can use it (WCAG 2.2 AA).

        People see it only with its style sheets; messages of the admin fade in.
        """
        self.page.wait_for_load_state()
        self.page.wait_for_function(SETTLED)
        wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        if self.page.evaluate(wide):
            self.troubles.append(f"{self.page.url} scrolls sideways")
        if self.scripts:
            # Preloading, axe puts what sheets import into the page, which its policy forbids.
            found = Axe().run(self.page, options={"preload": False}).response["violations"]
            self.troubles += [f"{self.page.url}: {it['id']}, {it['help']}" for it in found]

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and "404 (Not Found)" not in message.text:
            self.troubles.append(f"console: {message.text}")

    def _see(self, request: Request) -> None:
        if not request.url.startswith((self.home, "data:", "blob:")):
            self.troubles.append(f"asked elsewhere: {request.url}")


@WAYS
def test_from_the_front_page_through_a_post_to_others(
    open_window, live_site, width: int, scheme: str, scripts: bool
):
    page = open_window(width, color_scheme=scheme, java_script_enabled=scripts)
    visit = Visit(page, live_site.url, scripts)
    page.goto("/")
    visit.look()
    go_to(page, page.get_by_role("link", name="Journal"), "Journal")
    visit.look()
    go_to(page, page.get_by_role("link", name=LONG_POST), LONG_POST)
    visit.look()
    read_a_part(page, scripts)
    pass_on(page, scripts)
    recommended = page.get_by_role("region", name="Recommended for you")
    go_to(page, recommended.get_by_role("link", name="A slow night"), "A slow night")
    go_to(page, page.get_by_role("article").get_by_role("link", name="Sleep"), "Sleep")
    visit.look()
    go_to(page, page.get_by_role("link", name=LONG_POST), LONG_POST)
    go_to(page, page.get_by_role("article").get_by_role("link", name="Noor Hallam"), "Noor Hallam")
    visit.look()
    search(page, "length", scripts)
    visit.look()
    go_to(page, page.locator("main").get_by_role("link", name=LONG_POST), LONG_POST)
    assert visit.troubles == []
    assert page.context.cookies() == []
    assert live_site.errors() == []


def go_to(page: Page, link: Locator, title: str) -> None:
    link.first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(title))


def read_a_part(page: Page, scripts: bool) -> None:
    """Go to a part of a long post by its table of contents, where scripts mark where one is."""
    # Only with its style does it stand open where there is room for it.
    page.wait_for_load_state()
    contents = page.get_by_role("navigation", name="Contents")
    link = contents.get_by_role("link", name=PARTS[1])
    if not link.is_visible():
        contents.get_by_text("Contents").click()
    link.click()
    expect(page.get_by_role("heading", name=PARTS[1])).to_be_in_viewport()
    if scripts:
        expect(link).to_have_attribute("aria-current", "true")


def pass_on(page: Page, scripts: bool) -> None:
    """Find links to share a post by; only scripts can copy its address."""
    share = page.get_by_role("region", name="Share")
    expect(share.get_by_role("link", name="mail")).to_have_attribute("href", re.compile("^mailto:"))
    expect(share.get_by_role("button", name="Copy link")).to_be_visible(visible=scripts)


def search(page: Page, words: str, scripts: bool) -> None:
    """Search; while one types, scripts suggest titles."""
    page.get_by_role("link", name="Search").first.click()
    box = page.get_by_label("Search for")
    box.press_sequentially(words)
    if scripts:
        expect(page.locator(f"datalist option[value='{LONG_POST}']")).to_be_attached()
    box.press("Enter")
    expect(page.locator("main mark").first).to_have_text(re.compile(words, re.IGNORECASE))
