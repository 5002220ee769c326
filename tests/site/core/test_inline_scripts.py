"""The admin's pages hold no script of their own, and what Wagtail starts by one is started."""

import html
import json
import re

import pytest
from django import forms
from django.conf import settings
from django.template.loader import render_to_string
from wagtail.admin.widgets import AdminDateInput, AdminPageChooser
from wagtail.models import Workflow

from core.inline_scripts import widget_start
from home.models import ContactField, ContactPage
from tests.factories import ImageFactory, PostFactory

pytestmark = pytest.mark.django_db

SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script>", re.DOTALL)
FUNCTION = re.compile(r'data-widget-start-function-value="(\w+)"')
KNOWN = re.search(
    r"const KNOWN = /(.*)/;", (settings.SITE_DIR / "static/js/admin/widgets.js").read_text()
)[1]


def started(content: str) -> set[str]:
    """Return the functions by which widgets of a page are started, where it has no script."""
    for attributes, script in SCRIPT.findall(content):
        assert "src=" in attributes or 'type="application/json"' in attributes, script
    assert not re.search(r"<[^>]+\son\w+=", content)
    functions = set(FUNCTION.findall(content))
    assert all(re.fullmatch(KNOWN, function) for function in functions)
    return functions


def test_forms_of_the_admin_hold_no_script(admin_client, home, section):
    post = PostFactory(parent=section)
    contact = ContactPage(title="Contact", slug="contact")
    contact.form_fields = [ContactField(label="Message", field_type="multiline")]
    home.add_child(instance=contact)
    image, workflow = ImageFactory(), Workflow.objects.first()
    expected = {
        "/admin/login/": set(),
        "/admin/": set(),
        "/admin/pages/": {"initDateChooser"},
        f"/admin/pages/{post.pk}/edit/": {"InlinePanel", "ImageChooser", "initDateTimeChooser"},
        f"/admin/pages/{contact.pk}/edit/": {"InlinePanel"},
        f"/admin/pages/{section.pk}/copy/": {"PageChooser"},
        f"/admin/images/{image.pk}/": set(),
        f"/admin/workflows/edit/{workflow.pk}/": {"InlinePanel", "createTaskChooser"},
        "/admin/redirects/add/": {"PageChooser"},
        "/admin/reports/site-history/": {"initDateChooser"},
    }
    for address, functions in expected.items():
        client = type(admin_client)() if "login" in address else admin_client
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert started(answer.content.decode()) >= functions, address


def test_calls_become_data(db):
    choose = AdminPageChooser().render("page", None, {"id": "id_a-__prefix__-page"})
    assert started(choose) == {"PageChooser"}
    identifier, options = json.loads(SCRIPT.findall(choose)[0][1])
    assert identifier == "id_a-__prefix__-page"
    assert options["modelNames"] == ["wagtailcore.page"]
    date = AdminDateInput().render("on", None, {"id": "id_on"})
    assert started(date) == {"initDateChooser"}
    assert json.loads(SCRIPT.findall(date)[0][1])[0] == "id_on"


def test_panel_of_several_choosers_is_started():
    formset = forms.formset_factory(forms.Form)(prefix="places")
    context = {
        "self": {"formset": formset, "label": "Place", "children": []},
        "options_json": json.dumps({"formsetPrefix": "id_places"}),
        "chooser_widget_definition": {"_type": "x"},
    }
    content = render_to_string("wagtailadmin/panels/multiple_chooser_panel.html", context)
    assert started(content) == {"MultipleChooserPanel"}
    assert 'id="id_places-CHOOSER_WIDGET"' in content


def test_data_cannot_end_its_element():
    hostile = {"title": "</script><script>alert(1)</script><!--", "é": "&"}
    element = widget_start("PageChooser", "id", hostile)
    assert element.count("<") == 2
    assert json.loads(SCRIPT.findall(html.unescape(element))[0][1]) == ["id", hostile]
