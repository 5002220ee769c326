"""Feeds are what their specifications say, and readers read in them what was written."""

import json
from pathlib import Path

import feedparser
import jsonschema
import pytest
from lxml import etree
from wagtail.rich_text import RichText
from wagtail_factories import DocumentFactory

from blog.models import PostPage
from tests.blog.test_pages import rich_post
from tests.factories import AuthorFactory, ImageFactory, PostFactory, SeriesFactory, TopicFactory

pytestmark = pytest.mark.django_db

HERE = Path(__file__).parent
ADDRESSES = ("/", "/journal/", "/topics/sleep/", "/authors/ana/", "/series/nights/", "/tags/tea/")
ODD = 'Ça — „nachts“ & <b>"wach"</b> 眠れない夜 ‏عربي 😀 ]]>'


@pytest.fixture
def filled(section, newsletter) -> PostPage:
    """A post with everything, one with files and odd words, and one with next to nothing."""
    ana, sleep = AuthorFactory(name=ODD[:100], slug="ana"), TopicFactory(name=ODD, slug="sleep")
    of = {"authors": [ana], "topics": [sleep], "series": SeriesFactory(slug="nights")}
    rich_post(section, 2)
    body = [
        ("paragraph", RichText(f"<p>{ODD.replace('<b>', '&lt;').replace(']]>', ']]&gt;')}</p>")),
        ("file", {"file": DocumentFactory(file__filename="talk.mp3", file_size=10)}),
    ]
    post = PostFactory(
        parent=section, title=ODD, standfirst=ODD, lead_image=ImageFactory(), body=body, **of
    )
    bare = PostFactory(parent=section, title="Bare", standfirst="", body=[], **of)
    for each in (post, bare):
        each.tags.add("tea")
        each.save()
    return post


@pytest.fixture
def empty(section) -> None:
    """Nothing published, under anything that has a page all the same."""
    AuthorFactory(slug="ana"), TopicFactory(slug="sleep"), SeriesFactory(slug="nights")


def check_rss(content: bytes) -> None:
    etree.RelaxNG(etree.parse(HERE / "rss.rng")).assertValid(etree.fromstring(content))


def check_atom(content: bytes) -> None:
    tree = etree.fromstring(content)
    etree.RelaxNG(etree.parse(HERE / "atom.rng")).assertValid(tree)
    names = {"a": "http://www.w3.org/2005/Atom"}
    ids = tree.xpath("//a:id/text()", namespaces=names)
    assert len(ids) == len(set(ids))
    for parent in tree.xpath("//a:feed | //a:entry", namespaces=names):
        # Sections 4.1.1 and 4.1.2 allow one for each type and language; we have one of each.
        assert len(parent.xpath("a:link[@rel='alternate']", namespaces=names)) == 1
    assert len(tree.xpath("a:link[@rel='self']", namespaces=names)) == 1


def check_json(content: bytes) -> None:
    feed = json.loads(content)
    jsonschema.validate(feed, json.loads((HERE / "json_feed.json").read_text()))
    names = [item["id"] for item in feed["items"]]
    assert len(names) == len(set(names))


CHECKS = {"rss": check_rss, "atom": check_atom, "json": check_json}


@pytest.mark.parametrize("kind", CHECKS)
def test_they_are_valid(client, filled, kind):
    for address in ADDRESSES:
        answer = client.get(f"{address}feed.{kind}")
        assert answer.status_code == 200, address
        CHECKS[kind](answer.content)


@pytest.mark.parametrize("kind", CHECKS)
def test_empty_ones_are_valid(client, empty, kind):
    for address in ADDRESSES[:-1]:
        answer = client.get(f"{address}feed.{kind}")
        assert answer.status_code == 200, address
        CHECKS[kind](answer.content)


@pytest.mark.parametrize("kind", ["rss", "atom"])
def test_a_reader_reads_what_was_written(client, filled, kind):
    answer = client.get(f"/tags/tea/feed.{kind}")
    headers = {name.lower(): value for name, value in answer.headers.items()}
    feed = feedparser.parse(answer.content, response_headers=headers, sanitize_html=False)
    assert not feed.bozo, feed.get("bozo_exception")
    assert feed.version == {"rss": "rss20", "atom": "atom10"}[kind]
    bare, entry = feed.entries
    assert (entry.title, entry.link) == (ODD, filled.full_url)
    assert entry.author == ODD[:100]
    assert [tag.term for tag in entry.tags] == [ODD]
    assert entry.published_parsed[:6] == filled.first_published_at.utctimetuple()[:6]
    files = [it.type for it in entry.enclosures]
    files += [it["type"] for it in entry.get("media_content", [])]
    assert files == ["audio/mpeg", "image/jpeg"]
    assert "眠れない夜" in entry.content[0].value
    assert (bare.title, bare.id != entry.id) == ("Bare", True)
