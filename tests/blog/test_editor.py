"""What the blog adds to the editor."""

import pytest
from wagtail.test.utils.form_data import nested_form_data, streamfield

from blog.models import ReusableContent
from tests.factories import (
    AuthorFactory,
    BookFactory,
    DisclaimerFactory,
    ReusableContentFactory,
    TopicFactory,
)

LIBRARY = "/admin/snippets/blog"


def names(response) -> list[str]:
    return [str(snippet) for snippet in response.context["object_list"]]


def test_books_have_an_icon(admin_client, db):
    assert 'id="icon-book"' in admin_client.get("/admin/sprite/").content.decode()
    assert 'href="#icon-book"' in admin_client.get(f"{LIBRARY}/book/").content.decode()


@pytest.mark.parametrize(
    ("kind", "make", "words", "found"),
    [
        ("author", lambda: AuthorFactory(name="Ana Reis", role="Nurse"), "nur", "Ana Reis"),
        ("topic", lambda: TopicFactory(name="Sleep"), "slee", "Sleep"),
        ("book", lambda: BookFactory(title="Rain", isbn="9780306406157"), "03064", "Rain"),
        ("disclaimer", lambda: DisclaimerFactory(name="Shops"), "shop", "Shops"),
        ("reusablecontent", lambda: ReusableContentFactory(name="Shops"), "shop", "Shops"),
    ],
)
def test_the_library_is_searched_by_parts_of_words(admin_client, db, kind, make, words, found):
    make()
    assert names(admin_client.get(f"{LIBRARY}/{kind}/", {"q": words})) == [found]
    assert names(admin_client.get(f"{LIBRARY}/{kind}/", {"q": "nothing like it"})) == []


def test_search_filter_and_order_go_together(admin_client, db):
    AuthorFactory(name="Ana", role="Nurse", guest=True)
    AuthorFactory(name="Anatol", role="Doctor", guest=True)
    AuthorFactory(name="Anabel", role="Baker")
    asked = {"q": "ana", "guest": "true", "ordering": "role"}
    assert names(admin_client.get(f"{LIBRARY}/author/", asked)) == ["Anatol", "Ana"]


def test_disclaimers_are_filtered_by_rule(admin_client, db):
    DisclaimerFactory(name="Guests", rule="guest")
    DisclaimerFactory(name="Shops", rule="affiliate")
    assert names(admin_client.get(f"{LIBRARY}/disclaimer/", {"rule": "guest"})) == ["Guests"]


def test_reusable_content_is_written_with_the_blocks_of_posts(admin_client, db):
    values = nested_form_data({"name": "Help", "body": streamfield([("heading", "Whom to call")])})
    answer = admin_client.post(f"{LIBRARY}/reusablecontent/add/", values)
    assert answer.status_code == 302
    content = ReusableContent.objects.get()
    assert [(block.block_type, block.value) for block in content.body] == [
        ("heading", "Whom to call")
    ]
    page = admin_client.get(f"{LIBRARY}/reusablecontent/edit/{content.pk}/").content.decode()
    assert "Whom to call" in page
