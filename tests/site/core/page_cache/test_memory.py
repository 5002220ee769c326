"""What pages have in common is asked for once, and again after each change."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Site

from core.models import SiteSettings
from tests.factories import PostFactory

pytestmark = pytest.mark.django_db
OF_THE_SITE = ('FROM "wagtailcore_site"', 'FROM "core_sitesettings"')


@pytest.fixture
def posts(section):
    section.show_in_menus = True
    section.save()
    return [PostFactory(parent=section) for _ in range(3)]


def asked(read, url: str) -> list[str]:
    """Return which queries of those about the site a page takes that is not kept."""
    with CaptureQueriesContext(connection) as captured:
        assert read(url)[1] is False
    queries = [query["sql"] for query in captured]
    return [part for part in OF_THE_SITE if any(part in query for query in queries)]


def test_the_settings_are_asked_for_by_the_first_page_alone(read, posts):
    assert asked(read, posts[0].url) == list(OF_THE_SITE)
    assert asked(read, posts[1].url) == []


def test_a_change_of_the_settings_or_of_a_menu_shows_on_pages_made_after_it(
    read, posts, section, commit
):
    brand = SiteSettings.for_site(Site.objects.get())
    assert "The Lamp" not in read(posts[0].url)[0]
    brand.name, section.title = "The Lamp", "Evenings"
    commit(brand.save)
    commit(section.save)
    text, _was_kept = read(posts[1].url)
    assert "The Lamp" in text
    assert "Evenings" in text


def test_where_the_cache_fails_everything_is_asked_for_each_time(read, posts, settings):
    broken = {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://127.0.0.1:1",
    }
    settings.CACHES = settings.CACHES | {"pages": broken}
    for post in posts:
        assert asked(read, post.url) == list(OF_THE_SITE)
