"""What changes in the library is what pages are found by from then on."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from taggit.models import Tag
from wagtail.rich_text import RichText

from blog import indexing
from blog.models import PostPage
from blog.tasks import index_all_pages, index_pages_showing
from home.models import StandardPage
from tests.factories import (
    AuthorFactory,
    BookFactory,
    PostFactory,
    ReusableContentFactory,
    TopicFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def saving(django_capture_on_commit_callbacks):
    """Return what changes a thing, as an editor does, and waits for the worker."""

    def save(thing, **fields):
        for name, value in fields.items():
            setattr(thing, name, value)
        with django_capture_on_commit_callbacks(execute=True) as callbacks:
            thing.save()
        return callbacks

    return save


def found(words: str, model=PostPage) -> list[str]:
    return sorted(page.title for page in model.objects.search(words, operator="and"))


def quote(words: str) -> list[tuple]:
    return [("quote", {"text": words})]


def test_posts_are_found_by_the_new_names_of_what_they_are_filed_under(section, saving):
    author, topic = AuthorFactory(name="Ana Reis"), TopicFactory(name="Slumber")
    post = PostFactory(parent=section, title="Night", authors=[author], topics=[topic])
    post.tags.add("kettle")
    post.save_revision().publish()
    PostFactory(parent=section, title="Day")
    for thing, old, new in (
        (author, "reis", "Okafor"),
        (topic, "slumber", "Rest"),
        (Tag.objects.get(name="kettle"), "kettle", "Teapot"),
    ):
        assert found(old) == ["Night"]
        saving(thing, name=new)
        assert (found(old), found(new)) == ([], ["Night"])


def test_pages_are_found_by_what_books_and_reusable_content_say_now(home, section, saving):
    book = BookFactory(title="Corridors")
    block = ("book", {"book": book, "note": ""})
    content = ReusableContentFactory(body=[*quote("Nobody pays us."), block])
    reusable = [("reusable", {"content": content})]
    PostFactory(parent=section, title="Direct", body=[block])
    PostFactory(parent=section, title="Through", body=reusable)
    home.add_child(instance=StandardPage(title="About", slug="about", body=reusable))
    saving(book, title="Stairwells")
    assert found("corridors") == []
    assert found("stairwells") == ["Direct", "Through"]
    assert found("stairwells", StandardPage) == ["About"]
    saving(content, body=quote("Somebody pays."))
    assert found("nobody") == []
    assert found("stairwells") == ["Direct"]
    assert found("somebody") == ["Through"]
    assert found("somebody", StandardPage) == ["About"]


def test_nothing_is_indexed_where_nothing_was_renamed(section, saving):
    author, book = AuthorFactory(), BookFactory()
    PostFactory(parent=section, authors=[author], body=[("book", {"book": book, "note": ""})])
    tasks = [
        callback
        for thing, fields in ((author, {"bio": "<p>Sings.</p>"}), (book, {"year": 1999}))
        for callback in saving(thing, **fields)
        if callback.__module__ == "blog.renaming"
    ]
    assert tasks == []


def test_what_is_gone_is_no_longer_found_after_the_night(section):
    topic, book = TopicFactory(name="Slumber"), BookFactory(title="Corridors")
    post = PostFactory(parent=section, topics=[topic], body=[("book", {"book": book, "note": ""})])
    draft = PostFactory(parent=section, title="Draft", live=False)
    topic.delete()
    book.delete()
    index_all_pages()
    assert found("slumber") == found("corridors") == []
    assert post.title in found(post.title)
    assert found("draft") == [draft.title]


def test_what_is_gone_when_the_worker_comes_is_passed_over(section):
    author = AuthorFactory(name="Ana Reis")
    post = PostFactory(parent=section, title="Corridors", authors=[author])
    number = author.pk
    post.bylines.all().delete()
    author.delete()
    index_pages_showing("blog.Author", number)
    assert found("corridors") == [post.title]


def test_many_posts_are_indexed_some_at_a_time(section, saving, monkeypatch):
    monkeypatch.setattr(indexing, "AT_ONCE", 4)
    author = AuthorFactory(name="Ana Reis")

    def posts(count: int) -> None:
        for _ in range(count):
            text = [("paragraph", RichText("<p>It begins.</p>"))]
            PostFactory(parent=section, authors=[author], body=text)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            index_pages_showing("blog.Author", author.pk)
        return len(captured)

    posts(4)
    one = queries()
    posts(5)
    assert queries() <= 3 * one
    saving(author, name="Okafor")
    assert len(found("okafor")) == 9
