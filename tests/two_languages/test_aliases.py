"""A page that is not translated is an alias in the tree of the other language."""

from datetime import timedelta

import pytest
from wagtail.models import PageViewRestriction

from blog.models import BlogIndexPage, PostPage
from newsletter.digests.selection import posts_for
from tests.factories import NewsletterFactory, SectionFactory
from tests.two_languages.test_translating import alternates, page_of

pytestmark = pytest.mark.django_db
LISTS = ("", "journal/", "feed.rss", "journal/feed.rss", "llms.txt", "topics/sleep/")


@pytest.fixture
def mirrored(home, section, post, german):
    """The post in the German tree, which shows it as it is."""
    return post.copy_for_translation(german, copy_parents=True, alias=True)


def test_it_is_shown_in_both_languages_and_known_by_its_source(client, post, mirrored):
    assert mirrored.alias_of_id == post.pk
    for path in LISTS:
        assert "The long night" in page_of(client, f"/{path}")
        assert "/de/journal/" not in page_of(client, f"/{path}").partition("<main")[2]
    for path in LISTS:
        german = page_of(client, f"/de/{path}")
        assert "The long night" in german
    html = page_of(client, "/de/journal/the-long-night/")
    assert f'<link rel="canonical" href="{post.full_url}">' in html
    assert "the-long-night" not in page_of(client, "/de/sitemap-pages.xml")


def test_other_aliases_in_the_language_are_not_shown_besides(client, home, post, mirrored, german):
    section = SectionFactory(parent=home.get_translation(german), slug="mehr", locale=german)
    for source in (post, mirrored):
        source.create_alias(parent=section, update_slug=f"mehr-{source.pk}", update_locale=german)
    assert "mehr-" not in page_of(client, "/de/feed.rss")
    assert page_of(client, "/de/mehr/").count('class="card-title"') == 1


def test_what_closes_the_source_closes_it_in_each_language(client, post, mirrored):
    PageViewRestriction.objects.create(page=post.get_parent(), restriction_type="login")
    assert client.get("/de/journal/the-long-night/").status_code == 302
    for path in ("", "feed.rss", "llms.txt", "search/?q=night"):
        assert "The long night" not in page_of(client, f"/de/{path}")
    assert alternates(page_of(client, "/")).keys() == {"en-gb", "de", "x-default"}


def test_a_newsletter_of_each_language_mails_it(section, post, mirrored, german):
    letters = [
        NewsletterFactory(section=page)
        for page in (section, BlogIndexPage.objects.get(locale=german))
    ]
    day = timedelta(days=1)
    moment = post.first_published_at
    mailed = [list(posts_for(it, moment - day, moment + day)) for it in letters]
    assert [[it.pk for it in posts] for posts in mailed] == [[post.pk], [mirrored.pk]]


def test_its_aliases_follow_it_once_it_is_translated(home, post, mirrored, german):
    section = SectionFactory(parent=home.get_translation(german), slug="mehr", locale=german)
    other = mirrored.create_alias(parent=section)
    assert other.alias_of_id == post.pk
    translation = PostPage.objects.get(pk=mirrored.pk)
    translation.alias_of, translation.title = None, "Die lange Nacht"
    translation.save()
    translation.save_revision().publish()
    assert PostPage.objects.get(pk=other.pk).title == "Die lange Nacht"
