"""A post of five hundred blocks is opened, saved, previewed and published like any other."""

from itertools import cycle, islice

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.rich_text import RichText
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from blog.models import PostPage
from tests.factories import AuthorFactory, BookFactory, ImageFactory, PostFactory, TopicFactory

pytestmark = pytest.mark.django_db
BLOCKS = 500


@pytest.fixture
def form():
    """The form of a post with five hundred blocks of six kinds."""
    author, book, image = AuthorFactory(), BookFactory(affiliate=True), ImageFactory()
    kinds = cycle(
        [
            ("heading", "Part {}"),
            ("paragraph", rich_text("<p>Words {}.</p>")),
            ("quote", {"text": "Said {}.", "attribution": "", "source": ""}),
            ("image", {"image": image.pk, "alt_text": "A", "caption": rich_text(""), "credit": ""}),
            ("book", {"book": book.pk, "note": "Read {}."}),
            ("author_bio", {"author": author.pk, "text": rich_text("")}),
        ]
    )
    values = {
        "title": "A long one",
        "slug": "a-long-one",
        "standfirst": "",
        "lead_image": "",
        "lead_image_alt": "",
        "recommendations": streamfield([]),
        "body": streamfield([(kind, value) for kind, value in islice(kinds, BLOCKS)]),
        "bylines": inline_formset([{"author": author.pk}]),
        "comments": inline_formset([]),
        "in_digests": "on",
        "listed": "on",
        "commenting": "open",
        "close_after_days": "30",
    }
    return nested_form_data(values) | {"topics": [TopicFactory().pk]}


def test_it_is_saved_by_itself_opened_previewed_and_published(admin_client, section, form):
    added = admin_client.post(
        f"/admin/pages/add/blog/postpage/{section.pk}/",
        form,
        headers={"Accept": "application/json"},
    )
    assert added.json()["success"]
    post = PostPage.objects.get(title="A long one")
    edit = f"/admin/pages/{post.pk}/edit/"
    assert admin_client.get(edit).status_code == 200
    for mode in ("", "email", "text"):
        shown = admin_client.get(f"/admin/pages/{post.pk}/view_draft/", {"mode": mode})
        assert shown.content.decode().count("Part {}") >= BLOCKS / 6
    form |= {"bylines-INITIAL_FORMS": "1", "bylines-0-id": post.bylines.get().pk}
    published = admin_client.post(edit, form | {"action-publish": "yes"})
    assert published.status_code == 302
    post.refresh_from_db()
    assert post.live
    assert len(post.body) == BLOCKS


@pytest.mark.parametrize("mode", ["email", "text"])
def test_a_preview_takes_the_same_queries_however_many_blocks_there_are(section, mode):
    body = [
        ("paragraph", RichText("<p>Words.</p>")),
        ("image", {"image": ImageFactory(), "alt_text": "A"}),
        ("book", {"book": BookFactory(affiliate=True, cover=ImageFactory())}),
        ("author_bio", {"author": AuthorFactory(photo=ImageFactory())}),
    ]
    taken = []
    for times in (1, 15):
        post = PostFactory(parent=section, body=body * times)
        PostPage.objects.get(pk=post.pk).serve_preview(None, mode)  # It makes images' sizes.
        with CaptureQueriesContext(
            connection,
        ) as queries:
            PostPage.objects.get(pk=post.pk).serve_preview(None, mode)
        taken.append(len(queries))
    assert taken[0] == taken[1]
