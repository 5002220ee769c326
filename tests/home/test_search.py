"""What readers find, and what nobody may come upon."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wagtail.models import PageViewRestriction
from wagtail.rich_text import RichText

from blog.models import PostPage
from home.models import StandardPage
from tests.factories import (
    AuthorFactory,
    BookFactory,
    PostFactory,
    ReusableContentFactory,
    SeriesFactory,
    TopicFactory,
)

pytestmark = pytest.mark.django_db
SECRETS = ("Draft lantern", "Private lantern", "Unlisted lantern", "Future lantern")


@pytest.fixture
def find(client, home) -> Callable[..., str]:
    """Return the search page for a query."""

    def find(q: str = "", **asked: str) -> str:
        answer = client.get("/search/", {"q": q, **asked})
        assert answer.status_code == 200
        return answer.content.decode()

    return find


def titles(html: str) -> list[str]:
    found = re.findall(r'<h2 dir="auto"><a href="[^"]+">(.*?)</a></h2>', html)
    return [re.sub("</?mark>", "", title) for title in found]


def recommend(section, book, note="", **fields) -> PostPage:
    return PostFactory(parent=section, body=[("book", {"book": book, "note": note})], **fields)


def with_secrets(section) -> None:
    """Publish a post that everyone may find, and one of each kind that nobody may."""
    PostFactory(parent=section, title="Open lantern", body=[("paragraph", RichText("<p>Oil</p>"))])
    PostFactory(parent=section, title=SECRETS[0], live=False)
    private = PostFactory(parent=section, title=SECRETS[1])
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    PostFactory(parent=section, title=SECRETS[2], listed=False)
    tomorrow = timezone.now() + timezone.timedelta(days=1)
    PostFactory(parent=section, title=SECRETS[3], live=False, go_live_at=tomorrow)


def test_words_are_found_wherever_a_post_has_them(find, section):
    post = PostFactory(
        parent=section,
        title="Harbour",
        standfirst="Of gulls.",
        authors=[AuthorFactory(name="Ines Okafor")],
        topics=[TopicFactory(name="Navigation")],
        body=[
            ("paragraph", RichText("<p>The tide <b>turned</b>.</p>")),
            ("callout", {"kind": "note", "text": RichText("<p>Mind the mooring.</p>")}),
        ],
    )
    post.tags.add("estuary")
    post.save_revision().publish()
    for word in ("harbour", "GULLS", "okafor", "navigation", "estuary", "turned", "mooring"):
        assert titles(find(word)) == ["Harbour"], word
    assert titles(find("mooring okafor")) == ["Harbour"]
    assert titles(find("mooring camel")) == []


def test_a_match_in_the_title_comes_before_one_in_the_text(find, section):
    PostFactory(parent=section, title="Owls")
    text = RichText("<p>" + "word " * 300 + "owls</p>")
    PostFactory(parent=section, title="Other things", body=[("paragraph", text)])
    assert titles(find("owls")) == ["Owls", "Other things"]


def test_matches_are_marked_and_all_else_is_escaped(find, section):
    text = RichText(
        "<p>" + "word " * 99 + "a &lt;script&gt; of lantern light " + "end " * 99 + "</p>"
    )
    PostFactory(parent=section, title="<b>Lanterns</b> & co", body=[("paragraph", text)])
    html = find("lantern")
    assert "&lt;b&gt;<mark>Lanterns</mark>&lt;/b&gt; &amp; co" in html
    assert "&lt;script&gt; of <mark>lantern</mark> light" in html
    assert html.count("end ") < 60
    html = find('"><script>alert(1)</script>')
    assert "<script>alert" not in html


def test_what_is_not_public_is_neither_found_nor_suggested(client, find, section):
    with_secrets(section)
    hidden = StandardPage(title="Lantern room", slug="room", live=False)
    section.get_parent().add_child(instance=hidden)
    html = find("lantern")
    assert titles(html) == ["Open lantern"]
    assert "Lantern room" not in html
    suggested = client.get("/search/suggest/", {"q": "lant"}).json()
    assert suggested == {"suggestions": ["Open lantern"]}


def test_authors_topics_series_and_pages_are_found_beside_posts(find, home):
    author, topic = AuthorFactory(name="Lantern Maker"), TopicFactory(name="Lanterns")
    series = SeriesFactory(name="By lantern light")
    page = home.add_child(instance=StandardPage(title="About the lantern", slug="about"))
    html = find("lantern")
    for url in (*(it.get_absolute_url() for it in (author, topic, series)), page.url):
        assert f'<a href="{url}"' in html


def test_a_book_is_found_with_the_posts_that_recommend_it(client, find, section):
    for number in range(10):
        recommend(section, BookFactory(title=f"Almanac of long nights {number}", authors="Ada"))
    book = BookFactory(
        title="The Long Corridor", authors="Iris Vance", description="Of nights on a ward."
    )
    recommend(section, book, title="Quiet reading", note="For the small hours.")
    for query in ("corridor", "corr", "iris vance", "ward"):
        assert f'<a href="/books/{book.pk}/"' in find(query), query
    assert f'<a href="/books/{book.pk}/"' in find("long")
    for query in ("corridor", "vance corridor", "small hours"):
        assert titles(find(query)) == ["Quiet reading"], query
    suggested = client.get("/search/suggest/", {"q": "the long corr"}).json()
    assert suggested == {"suggestions": ["The Long Corridor"]}
    led = client.get(f"/books/{book.pk}/")
    assert (led.status_code, led["Location"]) == (302, f"/books/?page=2#book-{book.pk}")
    assert f'id="book-{book.pk}"' in client.get(led["Location"]).content.decode()


def test_a_book_that_no_listed_post_recommends_is_not_found(client, find, section):
    lonely, hidden = BookFactory(title="Lonely corridor"), BookFactory(title="Hidden corridor")
    recommend(section, hidden, listed=False)
    html = find("corridor")
    for book in (lonely, hidden):
        assert book.title not in html
        assert client.get(f"/books/{book.pk}/").status_code == 404
    assert client.get("/search/suggest/", {"q": "corridor"}).json() == {"suggestions": []}


def test_reusable_content_is_found_in_the_posts_that_show_it(find, section):
    book = BookFactory(title="Corridors")
    body = [("quote", {"text": "Nobody pays us."}), ("book", {"book": book, "note": ""})]
    content = ReusableContentFactory(name="Money", body=body)
    PostFactory(parent=section, title="A letter", body=[("reusable", {"content": content})])
    for query in ("nobody pays", "corridors"):
        html = find(query)
        assert titles(html) == ["A letter"], query
    assert f'<a href="/books/{book.pk}/"' in html
    assert titles(find("money")) == []


def test_a_topic_narrows_what_is_found(client, find, section):
    sleep, work = TopicFactory(name="Sleep", slug="sleep"), TopicFactory(name="Work", slug="work")
    PostFactory(parent=section, title="Owls at night", topics=[sleep, work])
    PostFactory(parent=section, title="Owls by day", topics=[work])
    html = find("owls", topic="sleep")
    assert titles(html) == ["Owls at night"]
    assert '<option value="sleep" selected>' in html
    assert len(titles(find("owls", topic="work"))) == 2
    for unknown in ("nothing", "\x00", "a b"):
        assert client.get("/search/", {"q": "owls", "topic": unknown}).status_code == 404


def test_what_is_found_comes_in_pages_that_keep_the_query(find, section):
    for number in range(12):
        PostFactory(parent=section, title=f"Owl {number}")
    html = find("owl")
    assert len(titles(html)) == 10
    assert "12 posts found" in html
    assert 'rel="next" href="?q=owl&amp;page=2"' in html
    second = find("owl", page="2")
    assert len(set(titles(html) + titles(second))) == 12
    assert 'rel="prev" href="/search/?q=owl"' in second
    assert '<ol class="results" start="11">' in second
    for page in ("0", "-1", "99999", "soon", "1\x00"):
        assert titles(find("owl", page=page))


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("", "The latest posts"),
        ("zebra", "No post has all of these words"),
        ("😀 --- \x00", "There is no word in this"),
    ],
)
def test_where_nothing_is_found_there_are_ways_on(find, section, query, says):
    post = PostFactory(parent=section)
    html = find(query)
    assert says in html
    assert f'href="{post.url}"' in html
    assert 'href="/topics/"' in html
    assert ('<meta name="robots" content="noindex">' in html) == bool(query.strip())


@pytest.mark.parametrize(
    ("title", "query", "marked"),
    [
        ("Café au lait", "cafe", "<mark>Café</mark> au lait"),
        ("After covid‑19", "COVID-19", "After <mark>covid‑19</mark>"),
        ("After covid 19", "covid-19", "After <mark>covid</mark> <mark>19</mark>"),
        ("PTSD/CPTSD", "cptsd", "PTSD/<mark>CPTSD</mark>"),
        ("Well-being", "being", "Well-<mark>being</mark>"),
        (
            "Don’t e-mail",
            "dont email",
            "<mark>Don’t</mark> <mark>e-mail</mark>",
        ),
        ("Donau­dampf", "donaudampf", "<mark>Donau­dampf</mark>"),
        ("Soûl food", "soûl", "<mark>Soûl</mark> food"),
        ("我在北京大学", "北京", "我在<mark>北京</mark>大学"),
        ("眠れない夜に 読むもの", "夜に", "眠れない<mark>夜に</mark> 読むもの"),
        ("ดื่มน้ำเย็น", "น้ำ", "ดื่ม<mark>น้ำ</mark>เย็น"),
        ("서울에서", "서울", "<mark>서울</mark>에서"),
        ("C++ & C", "c++", "<mark>C++</mark> &amp; C"),
    ],
)
def test_matches_are_highlighted_in_any_spelling(find, section, title, query, marked):
    text = RichText(f"<p>{'word ' * 90}. {title}</p>")
    PostFactory(parent=section, title=title, body=[("paragraph", text)])
    html = find(query)
    assert f">{marked}</a></h2>" in html
    assert f". {marked}</p>".replace("\u00ad", "") in html


def test_a_title_counts_more_than_many_mentions(find, section):
    long = RichText("<p>" + "word " * 2000 + "</p>")
    PostFactory(parent=section, title="A year with all our owls", body=[("paragraph", long)])
    PostFactory(parent=section, title="Birds", body=[("paragraph", RichText("<p>Owls, owls.</p>"))])
    assert titles(find("owls")) == ["A year with all our owls", "Birds"]


def test_names_are_found_by_the_same_words_as_posts(client, find, section):
    author, topic = AuthorFactory(name="José O’Neil"), TopicFactory(name="PTSD/CPTSD")
    book = BookFactory(title="Covid‑19 diaries: 北京大学")
    recommend(section, book)
    for thing, queries in (
        (author, ("jose", "o'neil", "oneil")),
        (topic, ("cptsd", "ptsd/cptsd")),
        (book, ("covid-19", "covid19", "北京")),
    ):
        for query in queries:
            assert str(thing) in re.sub("</?mark>", "", find(query)), query
            assert str(thing) in client.get("/search/suggest/", {"q": query}).json()["suggestions"]


ODD = [
    *('lantern" OR "1', "lantern*", "NOT lantern", "lantern NEAR/2 oil", "title:lantern", "((("),
    *(
        "lantern & !oil | <->",
        "\\",
        "%s %d %(x)s",
        "{body}: lantern",
        "the and of",
        "眠れない",
        "𓂀",
    ),
    *("\x00lantern", "lantern " * 2000, "x" * 10_000, "\u202elantern", "İ ı ß ﬃ", "²", "a'b''c"),
    *("''';--", "_", "-lantern", "^lantern"),
]


def test_no_query_fails_or_shows_what_is_not_public(client, section):
    with_secrets(section)

    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.text(max_size=60) | st.lists(st.sampled_from([*ODD, *SECRETS])).map(" ".join))
    def holds(query: str) -> None:
        for url in ("/search/", "/search/suggest/"):
            answer = client.get(url, {"q": query})
            assert answer.status_code == 200
            found = str(answer.json() if "suggest" in url else titles(answer.content.decode()))
            assert not any(secret in found for secret in SECRETS)

    for query in ODD:
        holds.hypothesis.inner_test(query)
    holds()


def test_it_takes_the_same_queries_however_much_is_found(client, section):
    def queries(url: str) -> int:
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert b"owl" in client.get(url).content.lower()
        return len(captured)

    def owls(first: int, last: int) -> None:
        for number in range(first, last):
            name = f"Owl {number}"
            slug = f"owl-{number}"
            author, topic = AuthorFactory(name=name), TopicFactory(name=name, slug=slug)
            SeriesFactory(name=name)
            book = BookFactory(title=name)
            recommend(section, book, title=name, authors=[author], topics=[topic, common])
            section.get_parent().add_child(instance=StandardPage(title=name, slug=slug))

    common = TopicFactory(name="Owls", slug="owls")
    urls = ["/search/?q=owl", "/search/?q=owl&topic=owls", "/search/suggest/?q=owl"]
    owls(0, 1)
    few = [queries(url) for url in urls]
    owls(1, 12)
    assert [queries(url) for url in urls] == few
    assert max(few) <= 12
    assert few[2] <= 2
    assert queries("/search/?q=owl&page=2") <= 8
    assert queries("/search/?topic=owls") <= 6
