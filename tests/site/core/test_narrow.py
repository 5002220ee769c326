"""The editor on a phone: lists are moved sideways, where Wagtail alone would cut them off."""

from django.contrib.staticfiles import finders


def test_each_page_of_the_editor_has_the_styles_for_narrow_windows(admin_client, db):
    page = admin_client.get("/admin/reports/locked/").content.decode()
    assert 'href="/static/css/admin/narrow.css"' in page
    assert finders.find("css/admin/narrow.css")
