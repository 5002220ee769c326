"""Feeds: what is in them and what is not, in three formats that readers understand."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from lxml import etree, html
from wagtail.models import PageViewRestriction
from wagtail.rich_text import RichText
from wagtail_factories import DocumentFactory

from blog.models import Disclaimer
from tests.blog.test_pages import rich_post
from tests.factories import (
    AuthorFactory,
    DisclaimerFactory,
    ImageFactory,
    PostFactory,
    SectionFactory,
    SeriesFactory,
    TopicFactory,
)

pytestmark = pytest.mark.django_db

FORMATS = ["rss", "atom", "json"]
NAMES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "media": "http://search.yahoo.com/mrss/",
}


def rss(client, url: str = "/") -> etree._Element:
    return etree.fromstring(client.get(f"{url}feed.rss").content).find("channel")


def titles(client, url: str, kind: str) -> list[str]:
    """Return the titles of a feed's items."""
    answer = client.get(f"{url}feed.{kind}")
    assert answer.status_code == 200
    if kind == "json":
        return [item["title"] for item in answer.json()["items"]]
    tree = etree.fromstring(answer.content)
    return tree.xpath("//item/title/text() | //atom:entry/atom:title/text()", namespaces=NAMES)


@pytest.mark.parametrize("kind", FORMATS)
def test_there_is_one_of_all_that_posts_are_gathered_under(client, home, section, kind):
    sleep, ana = TopicFactory(name="Sleep", slug="sleep"), AuthorFactory(slug="ana")
    nights = SeriesFactory(slug="nights")
    now = timezone.now()
    elsewhere = SectionFactory(parent=home, slug="elsewhere")
    PostFactory(parent=section, title="Old", authors=[ana], first_published_at=now)
    new = PostFactory(parent=section, title="New", topics=[sleep], series=nights, part=1)
    PostFactory(parent=section, title="Older part", series=nights, part=2, first_published_at=now)
    new.tags.add("tea")
    new.save()
    PostFactory(parent=elsewhere, title="Far", topics=[sleep, TopicFactory()])
    assert titles(client, "/", kind) == ["Far", "New", "Older part", "Old"]
    assert titles(client, section.url, kind) == ["New", "Older part", "Old"]
    assert titles(client, "/topics/sleep/", kind) == ["Far", "New"]
    assert titles(client, "/authors/ana/", kind) == ["Old"]
    assert titles(client, "/series/nights/", kind) == ["New", "Older part"]
    assert titles(client, "/tags/tea/", kind) == ["New"]


@pytest.mark.parametrize("kind", FORMATS)
def test_what_not_everyone_may_read_is_in_none(client, home, section, kind):
    topic = TopicFactory(slug="sleep")
    hidden = SectionFactory(parent=home, slug="hidden")
    PageViewRestriction.objects.create(page=hidden, restriction_type="login")
    series = SeriesFactory(slug="nights")
    private = PostFactory(parent=section, topics=[topic], series=series)
    private.tags.add("tea")
    private.save()
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    for kwargs in (
        {"parent": section, "listed": False},
        {"parent": section, "live": False},
        {"parent": section, "live": False, "go_live_at": timezone.now() + timedelta(days=1)},
        {"parent": hidden},
    ):
        PostFactory(topics=[topic], series=series, **kwargs)
    for url in ("/", section.url, "/topics/sleep/", "/series/nights/"):
        assert titles(client, url, kind) == []
    assert client.get(f"/tags/tea/feed.{kind}").status_code == 404
    assert client.get(f"{hidden.url}feed.{kind}").status_code == 404


@pytest.mark.parametrize("kind", FORMATS)
def test_unknown_ones_are_not_found(client, section, kind):
    PostFactory(parent=section, slug="a-post")
    SectionFactory(parent=section.get_parent(), slug="draft", live=False)
    kinds = ("topics", "authors", "series", "tags")
    pages = ("/nothing/", "/journal/a-post/", "/draft/", "/a/b/", "/tags/a%00b/", "/a%00b/")
    for url in (*pages, *(f"/{it}/no/" for it in kinds)):
        assert client.get(f"{url}feed.{kind}").status_code == 404


def test_an_item_of_rss_has_what_the_specification_asks_for(client, section):
    ana, ben = AuthorFactory(name="Ana", credentials="MSc"), AuthorFactory(name="Ben")
    post = PostFactory(
        parent=section,
        title="Awake <& alone>",
        standfirst="Salt & <b>sleep</b>",
        authors=[ana, ben],
        topics=[TopicFactory(name="Sleep & rest")],
        lead_image=ImageFactory(),
        body=[
            ("paragraph", RichText("<p>It begins.</p>")),
            ("file", {"file": DocumentFactory(file__filename="talk.mp3", file_size=10)}),
        ],
    )
    channel = rss(client)
    assert [channel.findtext(name) for name in ("title", "link")] == [
        "Gazette",
        "http://localhost/",
    ]
    assert channel.find("description") is not None
    assert channel.find("atom:link", NAMES).get("href") == "http://localhost/feed.rss"
    item = channel.find("item")
    assert item.findtext("title") == "Awake <& alone>"
    assert item.findtext("link") == post.full_url
    assert item.findtext("description") == "Salt &amp; &lt;b&gt;sleep&lt;/b&gt;"
    assert [it.text for it in item.findall("dc:creator", NAMES)] == ["Ana, MSc", "Ben"]
    assert item.findtext("category") == "Sleep & rest"
    assert item.find("guid").get("isPermaLink") == "false"
    assert "It begins." in item.findtext("content:encoded", namespaces=NAMES)
    (enclosure,) = item.findall("enclosure")
    assert enclosure.get("url").startswith("http://localhost/documents/")
    assert enclosure.get("type") == "audio/mpeg"
    picture = item.find("media:content", NAMES)
    assert picture.get("type") == "image/jpeg"
    assert int(picture.get("fileSize")) > 0
    assert int(enclosure.get("length")) > 0


def test_an_entry_of_atom_has_what_the_specification_asks_for(client, section):
    ana, ben = AuthorFactory(name="Ana", slug="ana"), AuthorFactory(name="Ben")
    post = PostFactory(parent=section, authors=[ana, ben], lead_image=ImageFactory())
    feed = etree.fromstring(client.get("/journal/feed.atom").content)
    assert feed.tag == f"{{{NAMES['atom']}}}feed"
    assert feed.findtext("atom:title", namespaces=NAMES) == "Journal · Gazette"
    assert feed.findtext("atom:id", namespaces=NAMES) == section.full_url
    assert feed.find("atom:link[@rel='self']", NAMES).get("href").endswith("/journal/feed.atom")
    entry = feed.find("atom:entry", NAMES)
    assert entry.findtext("atom:id", namespaces=NAMES).startswith("urn:uuid:")
    assert entry.findtext("atom:updated", namespaces=NAMES)
    assert entry.findtext("atom:published", namespaces=NAMES)
    assert entry.find("atom:link[@rel='alternate']", NAMES).get("href") == post.full_url
    assert [it.text for it in entry.findall("atom:author/atom:name", NAMES)] == ["Ana", "Ben"]
    assert entry.findtext("atom:author/atom:uri", namespaces=NAMES).endswith("/authors/ana/")
    content = entry.find("atom:content", NAMES)
    assert content.get("type") == "html"
    assert "It begins." in content.text
    assert entry.find("atom:link[@rel='enclosure']", NAMES).get("type") == "image/jpeg"


def test_an_item_of_json_feed_has_what_the_specification_asks_for(client, section):
    ana = AuthorFactory(name="Ana", slug="ana")
    post = PostFactory(
        parent=section, authors=[ana], lead_image=ImageFactory(), standfirst="Salt & <b>"
    )
    answer = client.get("/feed.json")
    assert answer["Content-Type"].startswith("application/feed+json")
    feed = answer.json()
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert (feed["title"], feed["home_page_url"]) == ("Gazette", "http://localhost/")
    assert feed["feed_url"] == "http://localhost/feed.json"
    (item,) = feed["items"]
    assert (item["id"][:9], item["url"]) == ("urn:uuid:", post.full_url)
    assert item["summary"] == "Salt & <b>"
    assert "It begins." in item["content_html"]
    assert item["authors"] == [{"name": "Ana", "url": "http://localhost/authors/ana/"}]
    assert item["image"] == item["attachments"][0]["url"]
    assert item["attachments"][0]["size_in_bytes"] > 0
    assert item["date_published"].endswith("+00:00")


def test_an_item_keeps_its_name_when_its_address_changes(client, section):
    post = PostFactory(parent=section)
    before = rss(client).findtext("item/guid")
    post.slug = "another"
    post.save_revision().publish()
    after = rss(client)
    assert after.findtext("item/guid") == before
    assert after.findtext("item/link").endswith("/another/")


def test_items_are_fit_for_feed_readers(client, section, newsletter):
    link = f'<a linktype="page" id="{section.pk}">In</a>'
    body = [
        ("heading", "A heading"),
        ("paragraph", RichText(f"<p>{link} (Vance, 2023)</p>")),
        ("image", {"image": ImageFactory(), "alt_text": "A lamp", "caption": RichText("")}),
        ("embed", {"url": "https://video.example.org/1", "title": "Rain"}),
        ("signup", {"newsletter": newsletter}),
        ("references", {"references": [{"authors": "Vance, I.", "year": "2023", "title": "A"}]}),
    ]
    post = PostFactory(parent=section, body=body)
    tree = html.fromstring(rss(client).findtext("item/content:encoded", namespaces=NAMES))
    assert not tree.xpath("//script | //form | //style | //svg | //button | //input")
    assert set(tree.xpath("//@style | //@class | //@id | //@srcset")) == set()
    addresses = tree.xpath("//@href | //@src")
    assert len(addresses) >= 6
    assert all(address.startswith(("http://", "https://")) for address in addresses)
    assert any(address.startswith(f"{post.full_url}#ref-") for address in addresses)
    assert "http://localhost/newsletter/" in "".join(tree.xpath("//a[text()='The Letter']/@href"))


@pytest.mark.parametrize("kind", FORMATS)
def test_what_xml_forbids_is_left_out(client, section, kind):
    PostFactory(
        parent=section,
        title="Nul\x0bl",
        standfirst="\x1fWords",
        authors=[AuthorFactory(name="A\x08na")],
        topics=[TopicFactory(name="S\x02leep")],
        body=[("quote", {"text": "Qu\x0cote"})],
    )
    assert titles(client, "/", kind) == ["Null"]


@pytest.mark.parametrize("kind", FORMATS)
def test_it_is_sent_again_only_when_it_says_something_else(client, section, kind):
    url = f"/journal/feed.{kind}"
    empty = client.get(url)
    assert client.get(url, headers={"If-None-Match": empty["ETag"]}).status_code == 304
    PostFactory(parent=section)
    feed = client.get(url, headers={"If-None-Match": empty["ETag"]})
    assert feed.status_code == 200
    for same in ({"If-None-Match": feed["ETag"]}, {"If-Modified-Since": feed["Last-Modified"]}):
        again = client.get(url, headers=same)
        assert (again.status_code, again.content) == (304, b"")
    DisclaimerFactory(rule=Disclaimer.Rule.ALWAYS)
    told = client.get(url, headers={"If-None-Match": feed["ETag"]})
    assert "Text of Disclaimer" in told.content.decode()
    assert client.post(url).status_code == 405
    assert not told.cookies


def test_a_picture_whose_file_is_gone_is_left_out(client, section):
    image = ImageFactory()
    PostFactory(parent=section, lead_image=image)
    image.file.storage.delete(image.file.name)
    assert rss(client).findall("item/enclosure") == []


def test_it_holds_the_latest_twenty(client, section):
    author, topic = AuthorFactory(slug="ana"), TopicFactory()
    for number in range(22):
        PostFactory(parent=section, title=str(number), authors=[author], topics=[topic])
    assert titles(client, "/", "rss") == [str(number) for number in range(21, 1, -1)]


def test_it_takes_few_queries_however_many_posts_and_blocks_there_are(client, section, newsletter):
    taken = []
    for size in (1, 3):
        for _ in range(size):
            post = rich_post(section, size)
        post.tags.add("tea")
        post.save()
        topic, author = post.topics.first(), post.authors[0]
        gathered = (topic.get_absolute_url(), author.get_absolute_url(), "/tags/tea/")
        for page in ("/", section.url, *gathered):
            client.get(f"{page}feed.rss")  # It makes images' sizes.
            cache.clear()
            with CaptureQueriesContext(connection) as queries:
                assert b"<item>" in client.get(f"{page}feed.rss").content
            taken.append(len(queries))
    assert taken[:5] == taken[5:]
    assert max(taken) <= 8


def test_browsers_and_readers_find_them(client, section):
    ana, topic = AuthorFactory(slug="ana"), TopicFactory(slug="sleep")
    series = SeriesFactory(slug="nights")
    post = PostFactory(parent=section, authors=[ana], topics=[topic], series=series)
    post.tags.add("tea")
    post.save()
    gathered = ("/topics/sleep/", "/authors/ana/", "/series/nights/", "/tags/tea/")
    for page in ("/journal/", *gathered):
        tree = html.fromstring(client.get(page).content)
        offered = tree.xpath("//link[@rel='alternate'][@type='application/rss+xml']/@href")
        assert offered == [f"{page}feed.rss", "/feed.rss"]
        followed = tree.xpath("//main//a[normalize-space()='Follow by RSS']/@href")
        assert followed == [f"{page}feed.rss"]
    tree = html.fromstring(client.get(post.url).content)
    offered = tree.xpath("//link[@rel='alternate']/@href")
    assert {"/feed.rss", "/feed.atom", "/feed.json"} <= set(offered)
    assert tree.xpath("//footer//a[normalize-space()='RSS feed']/@href") == ["/feed.rss"]
