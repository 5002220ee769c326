"""How many queries a page takes that is in no cache, with everything on it, many times."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Site
from wagtail.rich_text import RichText
from wagtail_factories import DocumentFactory

from blog.blocks import BodyBlock
from blog.models import Embed
from core.models import SiteSettings
from tests.factories import (
    AuthorFactory,
    BookFactory,
    CommentFactory,
    DisclaimerFactory,
    ImageFactory,
    PostFactory,
    ReusableContentFactory,
    SeriesFactory,
    TopicFactory,
)

pytestmark = pytest.mark.django_db
POST, LISTING = 15, 12


def queries(client, url: str) -> int:
    """Return how many queries a page takes with nothing in the cache, its pictures being drawn."""
    client.get(url)
    cache.clear()
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


@pytest.fixture
def brand(home, section):
    """The site's settings, with a logo, and menus that name pages."""
    brand = SiteSettings.for_site(Site.objects.get())
    brand.logo, brand.logo_dark = ImageFactory(), ImageFactory()
    brand.menu = brand.footer_menu = [("link", {"page": section}), ("link", {"page": home})]
    brand.save()
    return brand


def picture() -> dict[str, object]:
    return {"image": ImageFactory(), "alt_text": "A lamp", "caption": RichText("")}


def every_block(section) -> list[tuple[str, object]]:
    """Return each kind of block that a post can have more than once, with all that it can hold."""
    links = RichText(
        f'<p>(Vance, 2023) <a linktype="page" id="{section.pk}">Here</a>'
        f' <a linktype="document" id="{DocumentFactory().pk}">File</a></p>'
    )
    embed = Embed.objects.create(url=f"https://video.example.org/{Embed.objects.count()}")
    author = AuthorFactory(photo=ImageFactory(), bio=links.source, guest=True)
    book = BookFactory(affiliate=True, links=2, cover=ImageFactory())
    posts = [PostFactory(parent=section) for _ in range(2)]
    kept = ReusableContentFactory(body=[("paragraph", links), ("image", picture())])
    disclaimer = DisclaimerFactory(rule="topic", text=links.source)
    disclaimer.topics.add(TopicFactory())
    work = {"authors": "Vance, I.", "year": "2023", "title": "Sleep"}
    return [
        ("heading", "A heading"),
        ("paragraph", links),
        ("quote", {"text": "Words."}),
        ("callout", {"kind": "note", "text": links}),
        ("questions", {"questions": [{"question": "Why?", "answer": links}] * 2}),
        ("code", {"code": "rest()"}),
        ("divider", None),
        ("image", picture()),
        ("gallery", {"images": [picture(), picture()]}),
        ("table", {"data": [["a", "b"]]}),
        ("embed", {"url": embed.url, "poster": ImageFactory(), "caption": links}),
        ("file", {"file": DocumentFactory()}),
        ("author_bio", {"author": author}),
        ("book", {"book": book, "note": "Good."}),
        ("disclaimer", {"disclaimer": disclaimer}),
        ("call_to_action", {"label": "Look", "page": posts[0]}),
        ("posts", {"posts": posts}),
        ("references", {"title": "References", "references": [work]}),
        ("reusable", {"content": kept}),
    ]


def full_post(section, newsletter, times: int):
    """Publish a post with each kind of block so many times, and as much around its body."""
    body = [block for _ in range(times) for block in every_block(section)]
    body.append(("signup", {"newsletter": newsletter}))
    for place in ("top", "beside", "end"):
        DisclaimerFactory(rule="guest", place=place, text=body[1][1].source)
    post = PostFactory(
        parent=section,
        body=body,
        lead_image=ImageFactory(),
        lead_image_alt="A lamp",
        authors=[AuthorFactory(photo=ImageFactory()) for _ in range(times)],
        topics=[TopicFactory() for _ in range(times)],
        series=SeriesFactory(),
    )
    for number in range(times):
        post.tags.add(f"word {post.pk} {number}")
        PostFactory(parent=section, series=post.series)
        comment = CommentFactory(post=post)
        CommentFactory(post=post, parent=comment)
    post.save()
    return post


def test_a_post_with_every_block_many_times(client, section, newsletter, brand):
    posts = [full_post(section, newsletter, times) for times in (1, 4)]
    assert {block.block_type for block in posts[0].body} == set(BodyBlock.base_blocks)
    few, many = (queries(client, post.url) for post in posts)
    assert few == many
    assert many <= POST


def test_a_section_with_a_newsletter_and_many_posts(client, section, newsletter, brand):
    for _ in range(12):
        authors = AuthorFactory.create_batch(2)
        PostFactory(parent=section, lead_image=ImageFactory(), authors=authors)
    assert queries(client, section.url) <= LISTING


def test_a_front_page_with_every_block(client, home, section, newsletter, brand):
    posts = [PostFactory(parent=section, lead_image=ImageFactory()) for _ in range(12)]
    topics = [post.topics.get() for post in posts]
    buttons = [{"label": "", "page": section, "url": ""}]
    hero = {"headline": "A lit room", "image": ImageFactory(), "alt_text": "A", "buttons": buttons}
    home.body = [
        ("hero", hero),
        ("quote", {"text": "Words."}),
        ("featured", {"posts": posts[:3]}),
        ("latest", {"number": 3}),
        ("latest", {"number": 3, "topic": topics[0]}),
        ("topics", {"topics": topics[:6], "number": 2}),
        ("signup", {"newsletter": newsletter}),
        ("call_to_action", {"label": "Look", "page": section}),
    ]
    home.save()
    assert {block.block_type for block in home.body} == set(home.body.stream_block.child_blocks)
    assert queries(client, home.url) <= LISTING
