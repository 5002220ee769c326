"""Pages that stand by themselves, and what they owe."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import PageViewRestriction
from wagtail.rich_text import RichText
from wagtail.test.utils.form_data import inline_formset, nested_form_data, streamfield

from home.models import ContactPage, HomePage, StandardPage
from tests.factories import BookFactory, DisclaimerFactory, ImageFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def make(home):
    def make(parent=home, **fields) -> StandardPage:
        return parent.add_child(instance=StandardPage(**{"title": "About", **fields}))

    return make


def test_it_shows_its_title_words_image_and_body(client, make):
    page = make(
        standfirst="Who we are.",
        lead_image=ImageFactory(),
        lead_image_alt="A lamp",
        body=[("heading", "How it began"), ("paragraph", RichText("<p>Slowly.</p>"))],
    )
    html = client.get(page.url).content.decode()
    for words in ("About</h1>", "Who we are.", 'alt="A lamp"', "How it began", "Slowly."):
        assert words in html
    assert '<meta name="description" content="Who we are.">' in html


def test_a_title_is_enough(client, make):
    assert client.get(make().url).status_code == 200


def test_it_lies_under_the_front_page_or_another(client, make):
    child = make(parent=make(), title="Trustees", slug="trustees")
    assert client.get("/about/trustees/").status_code == 200
    assert set(StandardPage.allowed_parent_page_models()) == {HomePage, StandardPage}
    assert set(StandardPage.allowed_subpage_models()) == {StandardPage, ContactPage}
    assert child.url == "/about/trustees/"


def test_it_leads_to_the_pages_under_it_that_belong_in_menus(
    client, make, django_assert_num_queries
):
    page = make()
    make(parent=page, title="Trustees", show_in_menus=True)
    page.add_child(instance=ContactPage(title="Write to us", show_in_menus=True))
    make(parent=page, title="Quiet")
    make(parent=page, title="Draft", show_in_menus=True, live=False)
    hidden = make(parent=page, title="Members", show_in_menus=True)
    PageViewRestriction.objects.create(page=hidden, restriction_type="login")
    client.get(page.url)
    with CaptureQueriesContext(connection) as few:
        html = client.get(page.url).content.decode()
    menu = html.partition('aria-label="Pages under this one"')[2].partition("</nav>")[0]
    assert re.findall(r'<a href="([^"]+)">([^<]+)<', menu) == [
        ("/about/trustees/", "Trustees"),
        ("/about/write-to-us/", "Write to us"),
    ]
    for number in range(5):
        make(parent=page, title=f"Page {number}", show_in_menus=True)
    with django_assert_num_queries(len(few)):
        client.get(page.url)
    assert "Pages under this one" not in client.get("/about/trustees/").content.decode()


def test_a_book_with_an_affiliate_link_brings_its_disclaimer(client, make):
    """Rule 5: of every page that shows one."""
    DisclaimerFactory(rule="affiliate", text="<p>Some links pay us.</p>")
    book = BookFactory(affiliate=True)
    page = make(body=[("book", {"book": book, "note": "Good."})])
    html = client.get(page.url).content.decode()
    assert html.count("Some links pay us.") == 1
    assert "affiliate link" in html
    assert "Some links pay us." not in client.get(make(title="Plain").url).content.decode()


@pytest.mark.parametrize("slug", ["authors", "newsletter", "books"])
def test_it_takes_no_address_that_the_site_uses(make, slug):
    with pytest.raises(ValidationError, match="uses this address itself"):
        make(slug=slug)


def test_an_editor_must_say_what_the_lead_image_shows(admin_client, home):
    values = {
        "title": "About", "slug": "about", "standfirst": "", "lead_image": str(ImageFactory().pk),
        "lead_image_alt": "", "body": streamfield([("heading", "Hello")]),
        "comments": inline_formset([]), "action-publish": "1",
    }  # fmt: skip
    address = f"/admin/pages/add/home/standardpage/{home.pk}/"
    answer = admin_client.post(address, nested_form_data(values))
    assert "lead_image_alt" in answer.context["form"].errors
    values["lead_image_alt"] = "A lamp"
    assert admin_client.post(address, nested_form_data(values)).status_code == 302
    assert StandardPage.objects.get().live
