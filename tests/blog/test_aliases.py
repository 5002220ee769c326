"""An alias is its source at another address: as private as that, and never a second post."""

import re
from uuid import uuid5

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from wagtail.actions.convert_alias import ConvertAliasPageAction
from wagtail.models import Page, PageViewRestriction
from wagtail.rich_text import RichText

from blog.models import PostPage
from blog.tasks import learn_terms_again
from core.visibility import is_open_to_all
from home.models import HomePage
from tests.factories import (
    AuthorFactory,
    BookFactory,
    CommentFactory,
    PostFactory,
    SectionFactory,
    SeriesFactory,
    TopicFactory,
)
from tests.newsletter.digests import repeatable

pytestmark = pytest.mark.django_db
SECRET = "xylophone"
# A word that is searched for: pages of results say it, whatever they find.
ASKED = "marimba"
# Where the words, the title or the address of a post could stand.
LISTS = [
    *("/", "/news/", "/archive/", "/topics/", "/topics/sleep/", "/authors/", "/authors/ana/"),
    *("/tags/", "/tags/rest/", "/series/", "/series/nights/", "/books/", "/llms.txt"),
    *("/sitemap.xml", "/sitemap-pages.xml", "/sitemap-topics.xml", "/sitemap-months.xml"),
    *("/feed.rss", "/feed.atom", "/feed.json", "/news/feed.rss", "/topics/sleep/feed.atom"),
    *(f"/search/?q={ASKED}", "/search/suggest/?q=xylop", "/search/?q=nothing"),
    *("/no-such-page/", "/news/another/"),
]
BRIEFLY = ["/news/", "/feed.rss", f"/search/?q={ASKED}", "/sitemap-pages.xml"]
FILES = ["", "index.md", "post.pdf"]


@pytest.fixture
def news(home):
    return SectionFactory(title="News", slug="news", parent=home)


@pytest.fixture
def source(section):
    post = PostFactory(
        parent=section,
        title=f"The {SECRET}",
        slug="secret",
        standfirst=f"A {SECRET}.",
        topics=[TopicFactory(name="Sleep", slug="sleep")],
        authors=[AuthorFactory(name="Ana", slug="ana")],
        series=SeriesFactory(name="Nights", slug="nights"),
        body=[
            ("paragraph", RichText(f"<p>It is a {SECRET}, not a {ASKED}.</p>")),
            ("book", {"book": BookFactory(title="On sleep"), "note": ""}),
        ],
    )
    post.tags.add("rest")
    post.save()
    return post


@pytest.fixture
def alias(source, news):
    return source.create_alias(parent=news, update_slug="alias")


@pytest.fixture
def another(news, source):
    """A post that shares everything with the source, and so recommends it."""
    return PostFactory(
        parent=news,
        title="Another",
        slug="another",
        topics=list(source.topics.all()),
        authors=source.authors,
        series=source.series,
        body=[("posts", {"title": "", "posts": [source]})],
    )


def restrict(page, kind: str = "login") -> PageViewRestriction:
    return PageViewRestriction.objects.create(page=page, restriction_type=kind, password="moss")


def take_offline(page) -> None:
    Page.objects.filter(pk=page.pk).update(live=False)


CLOSINGS = {
    "restricted": lambda it: restrict(it),
    "with a password": lambda it: restrict(it, "password"),
    "in a restricted section": lambda it: restrict(it.get_parent()),
    "unpublished": lambda it: it.unpublish(),
    "taken offline": take_offline,
}


@pytest.mark.parametrize("closing", CLOSINGS)
def test_restrictions_on_the_source_apply_to_its_aliases_everywhere(
    client, source, alias, another, section, closing
):
    aliases = [alias, alias.create_alias(parent=section, update_slug="alias-of-alias")]
    assert SECRET in client.get(alias.url).content.decode()

    CLOSINGS[closing](source)

    for page in aliases:
        for file in FILES:
            answer = client.get(f"{page.url}{file}")
            assert SECRET not in answer.content.decode()
            assert answer.status_code != 200 or closing == "with a password"
        assert client.get(f"/cards/{page.pk}-0.png").status_code == 404
        assert client.get(f"/comments/{page.pk}/").status_code == 404
    for path in LISTS if closing == "restricted" else BRIEFLY:
        html = client.get(path).content.decode()
        assert "alias/" not in html, path
        assert SECRET not in html, path


def test_an_unlisted_source_has_unlisted_aliases(client, source, alias):
    PostPage.objects.filter(pk=source.pk).update(listed=False)
    assert client.get(alias.url).status_code == 200
    for path in ("/", "/news/", "/news/feed.rss", "/topics/sleep/", f"/search/?q={ASKED}"):
        assert "alias/" not in client.get(path).content.decode()


def test_an_open_source_has_open_aliases_again(client, source, alias):
    rule = restrict(source)
    assert client.get(alias.url).status_code == 302
    rule.delete()
    assert client.get(alias.url).status_code == 200


def test_password_of_the_source_opens_the_alias(client, source, alias):
    restrict(source, "password")
    action = re.search(r'action="(/_util/[^"]+)"', client.get(alias.url).content.decode())[1]
    form = {"password": "moss", "return_url": alias.url}
    assert SECRET in client.post(action, form, follow=True).content.decode()


def test_lists_show_a_post_and_its_aliases_once(client, source, alias, section):
    source.create_alias(parent=section, update_slug="again")
    for path in LISTS:
        html = client.get(path).content.decode()
        assert "again/" not in html, path
        assert path.startswith("/news/") or "alias/" not in html, path
    news = client.get("/news/").content.decode()
    assert len(re.findall(r'<h\d class="card-title".*?</h\d>', news, re.DOTALL)) == 1


def test_a_section_shows_two_aliases_of_a_post_once(client, source, alias, news):
    source.create_alias(parent=news, update_slug="again")
    for path in ("/news/", "/news/feed.rss", "/news/feed.json"):
        html = client.get(path).content.decode()
        assert "/news/alias/" in html
        assert "/news/again/" not in html


def test_canonical_url_is_that_of_the_source(client, source, alias):
    html = client.get(alias.url).content.decode()
    assert f'<link rel="canonical" href="{source.full_url}">' in html
    assert f'<meta property="og:url" content="{source.full_url}">' in html
    data = re.search(r'<script type="application/ld\+json">(.*?)</script>', html)[1]
    assert f'"url": "{source.full_url}"' in data
    assert alias.full_url not in data
    markdown = client.get(f"{alias.url}index.md")
    assert markdown["Link"] == f'<{source.full_url}>; rel="canonical"'
    assert source.full_url in markdown.content.decode()


def test_external_canonical_url_takes_precedence(client, source, alias):
    elsewhere = "https://example.org/first/"
    PostPage.objects.filter(pk__in=[source.pk, alias.pk]).update(canonical_url=elsewhere)
    html = client.get(alias.url).content.decode()
    assert f'<link rel="canonical" href="{elsewhere}">' in html


def test_feed_items_of_an_alias_have_the_id_of_its_source(client, source, alias):
    urn = uuid5(source.translation_key, str(source.locale_id)).urn
    for path in ("/journal/feed.json", "/news/feed.json", "/feed.json"):
        assert [item["id"] for item in client.get(path).json()["items"]] == [urn]


def test_a_post_does_not_recommend_itself_by_an_alias(source, alias, another, section):
    twin = another.create_alias(parent=section, update_slug="twin")
    source.recommendations = [("pinned", twin)]
    source.save_revision().publish()
    learn_terms_again()
    for page, other in ((source, "Another"), (alias, "Another"), (another, source.title)):
        post = PostPage.objects.get(pk=page.pk)
        assert [it.title for it in post.recommended] == [other]


def test_a_series_counts_an_alias_with_its_source(client, source, alias, another):
    for page in (source, alias):
        text = " ".join(client.get(page.url).content.decode().split())
        assert "part 1 of 2" in text
    assert "part 2 of 2" in " ".join(client.get(another.url).content.decode().split())


def test_front_page_shows_a_picked_alias_without_its_source(client, home, alias):
    home.body = [
        ("featured", {"title": "", "posts": [alias]}),
        ("latest", {"title": "", "number": 3, "topic": None}),
    ]
    home.save()
    html = client.get("/").content.decode()
    assert html.count('class="card-title"') == 1
    assert "/news/alias/" in html


def test_comments_on_an_alias_are_those_of_its_source(client, source, alias):
    CommentFactory(post=source, text="Well said.")
    assert "Well said." in client.get(alias.url).content.decode()
    form = client.get(f"/comments/{alias.pk}/").context["form"]
    assert form.post.pk == source.pk


def test_an_alias_of_an_alias_follows_the_source_itself(alias, section, source):
    again = alias.create_alias(parent=section, update_slug="again")
    assert again.alias_of_id == source.pk


def test_an_alias_of_a_draft_has_the_date_of_its_publication(section, news):
    draft = PostFactory(parent=section, live=False, first_published_at=None)
    alias = draft.create_alias(parent=news)
    draft.save_revision().publish()
    dates = PostPage.objects.filter(pk__in=[draft.pk, alias.pk]).values_list("first_published_at")
    assert dates[0] == dates[1] != (None,)


@pytest.mark.parametrize("above", [False, True])
@pytest.mark.parametrize("parting", ["delete", "convert"])
def test_an_alias_without_its_source_is_as_private_as_before(
    client, source, alias, section, above, parting
):
    restrict(section if above else source, "password")
    if parting == "delete":
        Page.objects.get(pk=source.pk).delete()
    else:
        ConvertAliasPageAction(PostPage.objects.get(pk=alias.pk)).execute()
    page = PostPage.objects.get(pk=alias.pk)
    assert page.alias_of is None
    page.save_revision().publish()
    assert SECRET not in client.get(alias.url).content.decode()
    assert page.view_restrictions.get().password == "moss"


def test_a_section_goes_with_its_private_posts_and_their_aliases(source, section):
    source.create_alias(parent=section, update_slug="alias")
    restrict(source)
    Page.objects.get(pk=section.pk).delete()
    assert not PageViewRestriction.objects.exists()


def test_an_alias_of_a_deleted_public_post_can_be_published_as_a_post(client, source, alias):
    Page.objects.get(pk=source.pk).delete()
    assert client.get(alias.url).status_code == 404
    PostPage.objects.get(pk=alias.pk).save_revision().publish()
    html = client.get(alias.url).content.decode()
    assert f'<link rel="canonical" href="{alias.full_url}">' in html
    assert "/news/alias/" in client.get("/").content.decode()


def test_alias_whose_source_has_no_url_has_its_own_url(client, source, alias):
    outside = Page.get_first_root_node().add_child(instance=HomePage(title="Out", slug="out"))
    away = SectionFactory(parent=outside)
    source.move(away, pos="last-child")
    html = client.get(alias.url).content.decode()
    assert f'<link rel="canonical" href="{alias.full_url}">' in html


def test_the_queries_for_an_alias_and_for_lists_do_not_grow(client, source, alias, news):
    def queries(path: str) -> int:
        client.get(path)
        with CaptureQueriesContext(connection) as context:
            assert client.get(path).status_code == 200
        return len(context)

    paths = [alias.url, "/news/", "/news/feed.rss", "/"]
    before = [queries(path) for path in paths]
    for number in range(4):
        post = PostFactory(parent=source.get_parent(), title=f"Post {number}")
        post.create_alias(parent=news)
        restrict(PostFactory(parent=news))
    assert [queries(path) for path in paths] == before


# The pages of random trees: two sections with their posts, and aliases anywhere.
trees = st.lists(
    st.one_of(
        st.tuples(st.just("post"), st.integers(0, 9)),
        st.tuples(st.just("alias"), st.integers(0, 9), st.integers(0, 9)),
        st.tuples(st.just("tree"), st.integers(0, 9)),
        st.tuples(st.just("restrict"), st.integers(0, 9)),
        st.tuples(st.just("move"), st.integers(0, 9), st.integers(0, 9)),
        st.tuples(st.just("free"), st.integers(0, 9)),
    ),
    min_size=3,
    max_size=12,
)


class RandomTreesTest(TestCase):
    """What is public by the rule, worked out page by page, is public by the queries."""

    @hypothesis_settings(repeatable, max_examples=20)
    @given(trees)
    def test_no_word_of_a_private_source_is_public(self, acts):
        home = HomePage.objects.first()
        self.sections = [SectionFactory(parent=home) for _ in range(2)]
        self.filing = {"authors": [AuthorFactory()], "topics": [TopicFactory()]}
        self.posts = [PostFactory(parent=section, **self.filing) for section in self.sections]
        for name, *numbers in acts:
            getattr(self, name)(*numbers)
        shown = set(PostPage.objects.live().filter(is_open_to_all()).values_list("pk", flat=True))
        for post in PostPage.objects.all():
            assert (post.pk in shown) == (not _is_closed(post)) == post.is_published
        assert (self.client.get(post.url).status_code == 200) == (post.pk in shown)
        listed = list(PostPage.objects.listed().in_this_language())
        originals = [post.original.pk for post in listed]
        assert len(set(originals)) == len(originals)
        everything = {it.original.pk for it in PostPage.objects.filter(pk__in=shown)}
        assert set(originals) == everything

    def post(self, section: int) -> None:
        self.posts.append(PostFactory(parent=self._section(section), **self.filing))

    def alias(self, post: int, section: int) -> None:
        source = self.posts[post % len(self.posts)]
        slug = f"alias-{len(self.posts)}"
        self.posts.append(source.create_alias(parent=self._section(section), update_slug=slug))

    def tree(self, section: int) -> None:
        source = self._section(section)
        slug = f"tree-{len(self.sections)}"
        copy = source.create_alias(recursive=True, update_slug=slug)
        self.sections.append(copy)
        self.posts += PostPage.objects.child_of(copy)

    def restrict(self, page: int) -> None:
        pages = [*self.sections, *self.posts]
        restrict(pages[page % len(pages)])

    def move(self, post: int, section: int) -> None:
        page = PostPage.objects.get(pk=self.posts[post % len(self.posts)].pk)
        target = self._section(section)
        taken = target.get_children().filter(slug=page.slug)
        if not taken.exists():
            page.move(target, pos="last-child")

    def free(self, number: int) -> None:
        rules = list(PageViewRestriction.objects.order_by("pk"))
        if rules:
            rules[number % len(rules)].delete()

    def _section(self, number: int) -> Page:
        pk = self.sections[number % len(self.sections)].pk
        return Page.objects.get(pk=pk).specific


def _is_closed(page: Page) -> bool:
    """Say whether a page, one above it, or the source of one of these is restricted."""
    if page.view_restrictions.exists():
        return True
    source, above = page.alias_of, page.get_parent()
    return bool(source and _is_closed(source)) or bool(above and _is_closed(above))
