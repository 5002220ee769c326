"""An editor schedules a post, and beat and a worker publish it with nobody there."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from .conftest import ON_SQLITE, WIDTHS
from .editor import act, log_in, open_page
from .reader import read

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), ON_SQLITE]


@WIDTHS
def test_a_scheduled_post_goes_live_by_itself(open_window, live_site, width: int):
    title = f"Out at dawn {width}"
    editor, reader = open_window(width), open_window(width, java_script_enabled=False)
    log_in(editor, "editor")
    open_page(editor, title)
    status = editor.get_by_role("button", name="Toggle status")
    status.click()
    editor.get_by_role("button", name="Set schedule").click()
    dialogue = editor.get_by_role("dialog")
    tomorrow = timezone.now() + timedelta(days=1)
    dialogue.get_by_label("Go live date/time").fill(f"{tomorrow:%Y-%m-%d} 06:30")
    # By the keyboard: the calendar may still lie over the button.
    dialogue.get_by_role("button", name="Save schedule").press("Enter")
    expect(editor.get_by_text("has been updated")).to_be_visible()
    status.click()  # On a phone the panel, open again, lies over the buttons.
    act(editor, "Schedule to publish", "has been scheduled for publishing")
    reader.goto("/journal/")
    expect(reader.get_by_role("link", name=title)).to_have_count(0)

    live_site.run("-m", "tests.browser.world", "reach_schedules")
    read(reader, title)
    assert live_site.errors() == []
