"""An editor is told what is worth a look in a page as readers see it."""

import pytest
from playwright.sync_api import expect

from .conftest import ON_SQLITE
from .editor import log_in
from .reader import read

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), ON_SQLITE]


def test_the_checker_finds_what_is_wrong_in_a_rendered_post(page, live_site):
    log_in(page, "editor")
    read(page, "A careless post")
    page.get_by_role("button", name="View Wagtail quick actions").click()
    page.get_by_role("menuitem", name="Checks").click()
    found = page.locator("[data-content-checker-name]:visible")
    expect(found.filter(has_text="Affiliate link without a label")).to_have_count(1)
    expect(found.filter(has_text="Incorrect heading hierarchy")).to_have_count(1)
    expect(found.filter(has_text="Picture without alternative text")).to_have_count(1)
    assert live_site.errors() == []
