"""Posts whose every field and block holds something hostile are shown on every channel."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from taggit.models import Tag
from wagtail.documents.models import Document
from wagtail.models import Site
from wagtail.rich_text import RichText
from wagtail_factories import DocumentFactory

from blog.blocks import BodyBlock
from blog.models import (
    AffiliateProgram,
    Author,
    AuthorLink,
    BlogIndexPage,
    Book,
    Disclaimer,
    Embed,
    PostPage,
    RetailerLink,
    ReusableContent,
    Series,
    Topic,
)
from core.models import CreditedImage, SiteSettings
from newsletter.models import Newsletter
from tests.factories import (
    AuthorFactory,
    BookFactory,
    DisclaimerFactory,
    ImageFactory,
    NewsletterFactory,
    PostFactory,
    ReusableContentFactory,
    SeriesFactory,
    TopicFactory,
)

from .channels import show_everywhere
from .values import MAX_EXAMPLES, block_values, hostile_fields

pytestmark = pytest.mark.django_db
BODY = BodyBlock()
VIDEO = "https://video.example.org/1"
# What tells rows apart, and what other rows and the tests know them by.
PAGE = ("slug", "path", "url_path", "draft_title")
KEPT = {
    Author: ("slug",),
    Topic: ("slug",),
    Series: ("slug",),
    Tag: ("slug",),
    Newsletter: ("slug", "sender_email", "reply_to"),
    Embed: ("url",),
    CreditedImage: ("file", "file_hash"),
    Document: ("file", "file_hash"),
    BlogIndexPage: PAGE,
    PostPage: PAGE,
}
SHOWN_MODELS = [
    *(Author, AuthorLink, Topic, Series, Tag, Book, RetailerLink, AffiliateProgram, Disclaimer),
    *(ReusableContent, CreditedImage, Document, Embed, Newsletter, SiteSettings, BlogIndexPage),
    PostPage,
]
examples = settings(
    max_examples=MAX_EXAMPLES,
    deadline=None,
    # To shrink what has a hundred parts takes longer than to find the fault from the traceback.
    phases=[Phase.explicit, Phase.generate],
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def library(section) -> dict[type, object]:
    """One thing of each kind that a post can choose."""
    SiteSettings.for_site(Site.objects.get()).save()
    Embed.objects.create(url=VIDEO, title="x", player_url="https://player.example.org/1")
    image = ImageFactory()
    author = AuthorFactory(photo=image)
    author.links = [AuthorLink(name="x", url="https://example.com/")]
    author.save()
    book = BookFactory(affiliate=True, cover=image)
    things = [
        image,
        author,
        book,
        DisclaimerFactory(rule="always"),
        ReusableContentFactory(),
        NewsletterFactory(section=section),
        DocumentFactory(),
        PostFactory(parent=section, slug="a-post"),
    ]
    return {type(thing): thing for thing in things}


@pytest.fixture
def post(library, section) -> PostPage:
    """A post with all that one can have."""
    post = PostFactory(
        parent=section,
        authors=[library[Author]],
        topics=[TopicFactory()],
        series=SeriesFactory(),
        lead_image=library[CreditedImage],
    )
    post.tags.add("x")
    post.save()
    library[PostPage].listed = False
    library[PostPage].save()
    return post


@pytest.fixture(autouse=True)
def errors(caplog) -> Iterator[None]:
    """Fail the test for each error that was contained and logged."""
    yield
    # While fixtures are torn down, ``caplog.records`` has the records of the teardown alone.
    logged = [it for it in caplog.get_records("call") if it.levelno >= logging.ERROR]
    # draftjs_exporter logs to root when it leaves out a paragraph that a field does not allow.
    assert {(it.name, it.getMessage()) for it in logged if it.name != "root"} == set()


@contextmanager
def undone() -> Iterator[None]:
    """Undo in the database what an example does, so that none depends on those before."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@examples
@given(data=st.data())
def test_hostile_blocks(data, post, library, admin_client):
    body = [
        (name, data.draw(block_values(block, library), name))
        for name, block in BODY.child_blocks.items()
    ]
    with undone():
        post.refresh_from_db()
        post.body = body
        post.save_revision().publish()
        show_everywhere(post, Client(), admin_client)


@examples
@given(data=st.data())
def test_hostile_fields(data, post, library, admin_client):
    """The fields of the post, and of everything that it shows, is filed under or stands beside."""
    values = {
        model: data.draw(hostile_fields(model, *KEPT.get(model, ())), model.__name__)
        for model in SHOWN_MODELS
    }
    with undone():
        store(values, {**library, PostPage: post})
        post.refresh_from_db()
        post.body = everything(library)
        post.save_revision().publish()
        show_everywhere(post, Client(), admin_client)


def store(values: dict[type, dict], shown: dict[type, object]) -> None:
    """Give what is shown of each model its values; where nothing is named, the latest."""
    for model, fields in values.items():
        key = shown[model].pk if model in shown else model.objects.latest("pk").pk
        instance = model.objects.get(pk=key)
        for name, value in fields.items():
            setattr(instance, name, value)
        instance.save()


def everything(library: dict[type, object]) -> list[tuple[str, object]]:
    """Return a body that shows something of each kind in the library."""
    return [
        ("author_bio", {"author": library[Author], "text": RichText("")}),
        ("book", {"book": library[Book], "note": ""}),
        ("image", {"image": library[CreditedImage], "alt_text": "x"}),
        ("file", {"file": library[Document]}),
        ("embed", {"url": VIDEO}),
        ("disclaimer", {"disclaimer": library[Disclaimer]}),
        ("posts", {"posts": [library[PostPage]]}),
        ("reusable", {"content": library[ReusableContent]}),
        ("signup", {"newsletter": library[Newsletter]}),
    ]
