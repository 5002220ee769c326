"""``make screenshots``: take the pictures of the README and of docs/editors.md anew."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

from django.conf import settings
from playwright.sync_api import Page, sync_playwright

settings.DEBUG  # noqa: B018 (the tests' settings put what the site needs into the environment)

from .conftest import CHROMIUM, CHROMIUM_FLAGS, ROOT, LiveSite  # noqa: E402

PICTURES = ROOT / "docs" / "images"
SIZE = {"width": 1280, "height": 860}
PHONE = {"width": 390, "height": 844}
POST = "/journal/the-strange-arithmetic-of-less-time-in-bed/"


def main() -> None:
    """Make a site with the demo in it, and take each picture."""
    if CHROMIUM is None:
        sys.exit("Chromium is needed: on Debian and Ubuntu, apt-get install chromium.")
    with tempfile.TemporaryDirectory() as folder, demo(Path(folder)) as page:
        for name, look in VIEWS.items():
            look(page)
            page.wait_for_load_state("networkidle")
            page.screenshot(path=PICTURES / f"{name}.png", animations="disabled")


@contextmanager
def demo(folder: Path) -> Iterator[Page]:
    """Yield a window on the demo."""
    site = LiveSite(folder)
    site.run("manage.py", "migrate", "--verbosity=0")
    site.run("manage.py", "load_demo")
    site.start()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
            page = browser.new_page(base_url=site.url, viewport=SIZE)
            yield page
            browser.close()
    finally:
        site.stop()


def show_home(page: Page) -> None:
    page.goto("/")


def show_post(page: Page) -> None:
    page.goto(POST)


def show_post_on_phone(page: Page) -> None:
    page.set_viewport_size(PHONE)
    page.goto(POST)


def open_post(page: Page) -> None:
    """Log in, and open the post that has the most kinds of blocks."""
    page.set_viewport_size(SIZE)
    page.goto("/admin/login/")
    page.get_by_label("Username").fill("editor")
    page.get_by_label("Password").fill("lantern-editor")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/admin/")
    page.goto("/admin/pages/search/?q=Less+Time+in+Bed")
    page.get_by_role("link", name="The Strange Arithmetic of Less Time in Bed").first.click()
    page.get_by_placeholder("Page title*").wait_for()


def show_blocks(page: Page) -> None:
    page.locator("[data-contentpath=body]").first.scroll_into_view_if_needed()
    page.locator("[data-contentpath=body]").get_by_title("Insert a block").first.click()
    page.get_by_role("option", name="Paragraph", exact=True).wait_for()


def show_checks(page: Page) -> None:
    page.keyboard.press("Escape")
    page.get_by_text("As it was last saved").first.scroll_into_view_if_needed()


def show_sharing(page: Page) -> None:
    page.get_by_role("tab", name="Promote").click()
    page.locator(".sharing").scroll_into_view_if_needed()


def show_comments(page: Page) -> None:
    page.goto("/admin/")
    page.get_by_role("button", name="Comments").click()
    page.get_by_role("link", name="Queue").click()


VIEWS: dict[str, Callable[[Page], None]] = {
    "home": show_home,
    "post": show_post,
    "post-phone": show_post_on_phone,
    "home-phone": show_home,
    "editor-post": open_post,
    "editor-blocks": show_blocks,
    "editor-checks": show_checks,
    "editor-sharing": show_sharing,
    "editor-comments": show_comments,
}

if __name__ == "__main__":
    main()
