"""No spreadsheet that the admin exports holds a formula."""

import csv
import io

import pytest
from openpyxl import load_workbook
from wagtail.contrib.redirects.models import Redirect

from home.models import ContactField, ContactMessage, ContactPage
from tests.factories import PostFactory

pytestmark = pytest.mark.django_db

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1", '=cmd|" /C"!A0']
TEXTS = ["a=1", "1-1", "'=1", "a\n=1", "", "é", "٣"]


def exported(client, address: str, kind: str) -> list[list[tuple[object, str]]]:
    """Return the cells of a spreadsheet, each with its type ("s" for text, "f" for a formula)."""
    answer = client.get(address, {"export": kind})
    assert answer.status_code == 200
    content = b"".join(answer.streaming_content)
    if kind == "csv":
        rows = csv.reader(io.StringIO(content.decode(), newline=""))
        return [[(value, "s") for value in row] for row in rows]
    rows = load_workbook(io.BytesIO(content)).active.rows
    return [[(cell.value, cell.data_type) for cell in row] for row in rows]


def is_formula(value: object, data_type: str, kind: str) -> bool:
    if kind == "xlsx":
        return data_type == "f"
    return str(value).strip().startswith(("=", "+", "-", "@", "＝")) or str(value)[:1] in "\t\r\n"


@pytest.fixture
def contact(home) -> str:
    """The address of a contact page's messages, whose texts and labels are hostile."""
    page = ContactPage(title="Contact", slug="contact")
    page.form_fields = [
        ContactField(label=f"{words} is field {number}", field_type="multiline")
        for number, words in enumerate(FORMULAS)
    ]
    home.add_child(instance=page)
    names = [name for name, _label in page.get_data_fields()][1:-1]
    for texts in (FORMULAS, TEXTS):
        data = dict(zip(names, texts, strict=False))
        ContactMessage.objects.create(page=page, form_data=data)
    return f"/admin/forms/submissions/{page.pk}/"


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_messages_of_visitors_are_text(admin_client, contact, kind):
    heads, hostile, harmless = exported(admin_client, contact, kind)
    cells = [*heads, *hostile, *harmless]
    assert not any(is_formula(value, data_type, kind) for value, data_type in cells if value)
    kept = [value or "" for value, _type in harmless][1 : len(TEXTS) + 1]
    assert kept == TEXTS
    if kind == "csv":
        assert [value for value, _type in hostile[1:-1]] == [f"'{words}" for words in FORMULAS]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_list_of_answers_is_text(admin_client, home, kind):
    page = ContactPage(title="Contact", slug="contact")
    page.form_fields = [ContactField(label="Pick", field_type="checkboxes", choices="=1,2")]
    home.add_child(instance=page)
    ContactMessage.objects.create(page=page, form_data={"pick": ["=1", "2"]})
    _heads, row = exported(admin_client, f"/admin/forms/submissions/{page.pk}/", kind)
    assert row[1] == ("'=1, 2" if kind == "csv" else "=1, 2", "s")


def test_control_characters_are_left_out_of_xlsx(admin_client, contact):
    message = ContactMessage.objects.last()
    message.form_data = dict.fromkeys(message.form_data, "a\x01b\x0bc")
    message.save()
    rows = exported(admin_client, contact, "xlsx")
    assert ("abc", "s") in rows[-1]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize(
    "address",
    ["reports/aging-pages/", "reports/locked/", "reports/site-history/", "redirects/"],
)
def test_exports_of_wagtail_are_text(admin_client, admin_user, section, address, kind):
    post = PostFactory(parent=section, title="=1+1", locked=True, locked_by=admin_user)
    post.save_revision().publish()
    Redirect.objects.create(old_path="/old", redirect_link="=1+1")
    rows = exported(admin_client, f"/admin/{address}", kind)
    assert ("'=1+1" if kind == "csv" else "=1+1", "s") in [cell for row in rows for cell in row]
    assert not any(is_formula(*cell, kind) for row in rows for cell in row if cell[0])
