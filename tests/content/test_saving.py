"""What editors and their browsers send is saved, or answered with an error at its field."""

import json

import pytest
from django.apps import apps
from django.db import models
from django.test import Client
from taggit.models import Tag
from wagtail.admin.forms.models import formfield_for_dbfield
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from blog.blocks.body import MAX_BLOCKS
from blog.models import PostPage
from home.models import StandardPage
from tests.factories import AuthorFactory, PostFactory, TopicFactory

pytestmark = pytest.mark.django_db
INVISIBLE = ["\u200b", "\u200b \u2060", "\u2800", "\u3164", "\u202e", "\ufe0f"]


@pytest.fixture
def author():
    return AuthorFactory()


@pytest.fixture
def add(admin_client, section, author):
    """Sends a new post from the editor."""

    def send(publish: bool = False, more: dict | None = None, **values):
        form = {
            "title": "A post",
            "slug": "a-post",
            "standfirst": "",
            "lead_image": "",
            "lead_image_alt": "",
            "recommendations": streamfield([]),
            "body": streamfield([]),
            "bylines": inline_formset([{"author": author.pk}]),
            "comments": inline_formset([]),
            "commenting": "open",
            "close_after_days": "30",
            "listed": "on",
            "in_digests": "on",
        }
        posted = nested_form_data(form | values) | {"topics": [TopicFactory().pk]} | (more or {})
        if publish:
            posted["action-publish"] = "yes"
        return admin_client.post(f"/admin/pages/add/blog/postpage/{section.pk}/", posted)

    return send


def saved() -> PostPage:
    return PostPage.objects.get().get_latest_revision_as_object()


def reopened(client: Client) -> str:
    """Open the post in the editor and in all previews, and return the editor."""
    page = f"/admin/pages/{PostPage.objects.get().pk}/"
    for mode in ("", "email", "text"):
        assert client.get(f"{page}view_draft/?mode={mode}").status_code == 200
    answer = client.get(f"{page}edit/")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("tag", ["🎉", "🎉🎉", "漢字", "עברית", "!!!", "ﷺ" * 100, "e\u0301", "a/b"])
def test_a_tag_of_any_characters_is_saved_and_has_a_page(add, admin_client, client, tag):
    assert add(publish=True, tags=f'"{tag}"').status_code == 302
    assert saved().labels[0].name == tag
    reopened(admin_client)
    slug = Tag.objects.get().slug
    assert 0 < len(slug) <= 100
    assert client.get(PostPage.objects.get().url).status_code == 200
    for path in (f"/tags/{slug}/", f"/tags/{slug}/feed.rss", "/tags/", "/sitemap-tags.xml"):
        assert client.get(path).status_code == 200


def test_tags_with_similar_names_have_separate_pages(add):
    add(tags="🎉, 🎉!, 🎉?, party popper")
    assert len(set(Tag.objects.values_list("slug", flat=True))) == 4


def test_invisible_tags_are_left_out(add):
    assert add(tags="\u200b, a, \u2060").status_code == 302
    assert [tag.name for tag in Tag.objects.all()] == ["a"]


@pytest.mark.parametrize("title", INVISIBLE)
def test_an_invisible_title_is_an_error_at_its_field(add, title):
    for publish in (True, False):
        answer = add(publish, title=title)
        assert "title" in answer.context["form"].errors
    assert not PostPage.objects.exists()


def edited_fields() -> list[models.Field]:
    """Return the lines of text that the admin edits."""
    labels = ("blog", "home", "core", "newsletter")
    ours = [model for label in labels for model in apps.get_app_config(label).get_models()]
    return [
        field
        for model in ours
        for field in model._meta.concrete_fields
        if type(field) is models.CharField and field.editable and not field.choices
    ]


def test_no_line_of_text_in_the_admin_may_be_invisible():
    fields = edited_fields()
    assert {"Author", "Topic", "Book", "Newsletter"} <= {it.model.__name__ for it in fields}
    for field in fields:
        if field.model._meta.app_label != "core" or field.model.__name__ != "User":
            form_field = formfield_for_dbfield(field)
            with pytest.raises(Exception, match="readers can see"):
                form_field.run_validators("\u200b")


@pytest.mark.parametrize(
    "block",
    [
        ("heading", "\u200b"),
        (
            "call_to_action",
            {"text": "", "label": "\u200b", "page": "", "url": "https://a.example/"},
        ),
        ("posts", {"title": "\u2800", "posts": streamfield([])}),
    ],
)
def test_an_invisible_line_of_a_block_is_an_error(add, block):
    answer = add(body=streamfield([block]))
    assert "body" in answer.context["form"].errors


@pytest.mark.parametrize("slug", ["books", "admin", "tags"])
@pytest.mark.parametrize("how", ["publish_copies", "alias"])
def test_a_copy_takes_no_reserved_slug(admin_client, home, section, slug, how):
    page = home.add_child(instance=StandardPage(title="About", slug="about"))
    form = {"new_title": "Books", "new_slug": slug, "new_parent_page": home.pk, how: "on"}
    answer = admin_client.post(f"/admin/pages/{page.pk}/copy/", form)
    assert "new_slug" in answer.context["form"].errors
    assert not home.get_children().filter(slug=slug).exists()


@pytest.mark.parametrize("title", ["\u200b", "a" * 256, "a\x00b"])
def test_a_copy_has_a_title_that_a_page_can_have(admin_client, section, title):
    post = PostFactory(parent=section)
    form = {"new_title": title, "new_slug": "copy", "new_parent_page": section.pk}
    answer = admin_client.post(f"/admin/pages/{post.pk}/copy/", form)
    assert "new_title" in answer.context["form"].errors


def content(*entities: dict, text: str = "Some words", **more) -> str:
    """Return JSON of the editor of rich text, with the entities over its first letters."""
    block = {
        "key": "a", "text": text, "type": "unstyled", "depth": 0, "inlineStyleRanges": [],
        "entityRanges": [{"key": n, "offset": n, "length": 1} for n, _it in enumerate(entities)],
    }  # fmt: skip
    return json.dumps({"blocks": [block], "entityMap": {str(n): e for n, e in enumerate(entities)}})


def link(**data) -> dict:
    return {"type": "LINK", "mutability": "MUTABLE", "data": data}


@pytest.mark.parametrize(
    "posted",
    [
        content(text="Some words \ud83d"),
        content(text="Some words \x00\x0b\ufffe"),
        content(link(id="abc")),
        content(link(id=10**30), link(id="²"), link(id=-1), link(id=[]), link(id={"a": 1})),
        content({"type": "DOCUMENT", "mutability": "MUTABLE", "data": {"id": "abc"}}),
        content(link(url="https://[user]@example.com/"), link(url="https://["), link(url=None)),
        content({"type": "IMAGE", "mutability": "MUTABLE", "data": {"id": "x"}}),
        content().replace('s": []', 's": [{"key": 9, "offset": 0, "length": 1, "style": "X"}]'),
        "Some words",
        '{"blocks": [{"text": "Some words"}]}',
        '["Some words"]',
        '{"Some words": ' * 5000,
    ],
)
def test_rich_text_of_any_kind_keeps_its_words_and_opens_again(add, admin_client, client, posted):
    body = streamfield([("paragraph", posted)])
    assert add(publish=True, body=body).status_code == 302
    assert "Some words" in saved().body[0].value.source
    assert "Some words" in reopened(admin_client)
    assert client.get("/feed.rss").status_code == 200


def test_empty_rich_text_is_saved_as_empty(add, caplog):
    # Draft.js posts an empty editor as null.
    callout = {"kind": "note", "title": "", "text": "null", "phone": ""}
    assert add(body=streamfield([("callout", callout)])).status_code == 302
    assert saved().body[0].value["text"].source == ""
    assert not [it for it in caplog.records if it.name == "core.draftail"]


@pytest.mark.parametrize(
    "posted",
    [
        json.dumps({"data": [["Some words \ud83d \x00"]], "table_header_choice": "row"}),
        json.dumps({"data": "Some words", "table_header_choice": "row"}),
        json.dumps({"data": [[1, None, True, ["x"]], "x", None], "table_header_choice": "both"}),
        json.dumps([1]), "null", "", "Some words", "[" * 100_000,
    ],
)  # fmt: skip
def test_a_table_of_any_kind_is_saved_and_opens_again(add, admin_client, client, posted):
    assert add(publish=True, body=streamfield([("table", posted)])).status_code in (200, 302)
    if PostPage.objects.exists():
        reopened(admin_client)
        assert client.get(PostPage.objects.get().url).status_code == 200


@pytest.mark.parametrize(
    "broken",
    [
        {"body-count": "99999999"},
        {"body-count": "x"},
        {"body-0-order": "x"},
        {"body-0-type": "book", "body-0-value-book": "x"},
    ],
)
def test_incomplete_form_is_refused(add, broken):
    body = streamfield([("code", {"code": "x", "language": ""})] * 2)
    assert add(more=broken, body=body).status_code == 400


@pytest.mark.parametrize(
    "block",
    [
        ("image", {"image": "99999999", "alt_text": "x", "caption": rich_text(""), "credit": ""}),
        ("image", {"image": "9" * 30, "alt_text": "x", "caption": rich_text(""), "credit": ""}),
        ("book", {"book": "99999999", "note": ""}),
        ("nonsense", "x"),
    ],
)
def test_block_that_references_a_missing_object(add, admin_client, block):
    assert add(body=streamfield([block])).status_code in (200, 302)
    if PostPage.objects.exists():
        reopened(admin_client)


@pytest.mark.parametrize("moment", ["0001-01-01 00:00", "9999-12-31 23:59", "x", "2026-13-45 0:0"])
def test_moments_at_the_ends_of_time_are_saved_or_refused(add, admin_client, moment):
    answer = add(publish=True, go_live_at=moment, expire_at=moment)
    assert answer.status_code in (200, 302)
    if PostPage.objects.exists():
        reopened(admin_client)


def test_null_characters_are_an_error_at_their_field(add):
    for name in ("title", "slug", "standfirst", "search_description", "tags", "canonical_url"):
        answer = add(**{name: "a\x00b"})
        assert name in answer.context["form"].errors


def test_more_blocks_than_a_body_may_have_are_an_error_at_the_body(add):
    answer = add(body=streamfield([("divider", "")] * (MAX_BLOCKS + 1)))
    assert "body" in answer.context["form"].errors


def test_form_with_too_many_fields_gets_instructions(add, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 10
    answer = add()
    assert answer.status_code == 413
    assert "Nothing was saved" in answer.content.decode()


def test_stored_blocks_of_unknown_kinds_are_passed_over(section, client, admin_client):
    post = PostFactory(parent=section)
    stored = [{"type": "gone", "value": {"a": 1}, "id": "1"}, {"type": "heading", "value": "Here"}]
    PostPage.objects.update(body=json.dumps(stored))
    assert "Here" in client.get(post.url).content.decode()
    reopened(admin_client)
