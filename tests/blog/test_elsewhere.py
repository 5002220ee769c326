"""Who follows a publication that moves here from Ghost or WordPress goes on following it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import PageViewRestriction

from home.models import StandardPage
from tests.factories import AuthorFactory, PostFactory, SectionFactory, TopicFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(section):
    ana, sleep = AuthorFactory(slug="ana-reis"), TopicFactory(slug="sleep")
    post = PostFactory(parent=section, slug="night", authors=[ana], topics=[sleep])
    post.tags.add("tea")
    post.save()
    return post


def led(client, url: str) -> str:
    """Return where an address leads for good, over a slash that it lacks; empty if nowhere."""
    answer = client.get(url)
    if answer.status_code == 301 and answer["Location"] == f"{url}/":
        return led(client, f"{url}/")
    return answer["Location"] if answer.status_code == 301 else ""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/rss/", "/feed.rss"),
        ("/rss", "/feed.rss"),
        ("/feed/", "/feed.rss"),
        ("/feed/rss2/", "/feed.rss"),
        ("/feed/rdf/", "/feed.rss"),
        ("/feed/atom/", "/feed.atom"),
        ("/feed/json", "/feed.json"),
        ("/journal/rss/", "/journal/feed.rss"),
        ("/journal/feed/atom/", "/journal/feed.atom"),
        ("/author/ana-reis/rss/", "/authors/ana-reis/feed.rss"),
        ("/author/ana-reis/feed/", "/authors/ana-reis/feed.rss"),
        ("/author/ana-reis/", "/authors/ana-reis/"),
        ("/tag/sleep/rss/", "/topics/sleep/feed.rss"),
        ("/tag/sleep/", "/topics/sleep/"),
        ("/tag/tea/feed/atom/", "/tags/tea/feed.atom"),
        ("/tag/tea/page/3/", "/tags/tea/"),
        ("/category/sleep/feed/", "/topics/sleep/feed.rss"),
        ("/category/health/sleep/feed/", "/topics/sleep/feed.rss"),
        ("/category/journal/feed/", "/journal/feed.rss"),
        ("/category/journal/", "/journal/"),
    ],
)
def test_feeds_and_listings_of_other_systems_lead_to_ours(client, post, old, new):
    assert led(client, old) == new
    assert client.get(new).status_code == 200


@pytest.mark.parametrize(
    "url",
    [
        "/author/nobody/rss/",
        "/author/nobody/",
        "/tag/nothing/rss/",
        "/tag/",
        "/category/nothing/feed/",
        "/comments/feed/",
        "/journal/night/feed/",
        "/nowhere/rss/",
        "/newsletter/rss/x/",
        "/tag/a%00b/rss/",
        "/tag/%22%3E%3Cscript%3E/rss/",
        "/author/" + "x" * 5000 + "/rss/",
        "/" + "rss/" * 300,
    ],
)
def test_what_is_nothing_here_is_not_found(client, post, url):
    assert client.get(url).status_code == 404
    assert client.post(url).status_code in (403, 404)


def test_what_not_everyone_may_see_leads_nowhere(client, home, post):
    hidden = SectionFactory(parent=home, slug="hidden")
    PageViewRestriction.objects.create(page=hidden, restriction_type="login")
    SectionFactory(parent=home, slug="draft", live=False)
    post.unpublish()
    for url in ("/hidden/rss/", "/category/hidden/", "/draft/feed/", "/tag/tea/rss/", "/tag/tea/"):
        assert led(client, url) == ""


def test_pages_and_redirects_of_editors_come_first(client, home, post):
    home.add_child(instance=StandardPage(title="Our feeds", slug="feed"))
    assert client.get("/feed/").status_code == 200
    Redirect.add_redirect("/rss/", "https://example.org/")
    assert led(client, "/rss/") == "https://example.org/"


def test_other_addresses_cost_no_query_more(client, home):
    def queries(url: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 404
        return len(captured)

    queries("/nowhere/")
    assert queries("/nowhere/") == queries("/nowhere-else/at-all/") <= 11
