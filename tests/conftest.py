"""Fixtures that more than one app's tests need."""

import pytest
from django.core.cache import cache
from wagtail.models import Collection, Locale, Page, Site

from home.models import HomePage
from tests.factories import NewsletterFactory, SectionFactory


@pytest.fixture(autouse=True)
def empty_cache():
    """Limits and cached site addresses of one test do not reach the next."""
    cache.clear()


@pytest.fixture
def home(db) -> HomePage:
    """The home page that migrations made; made anew after a test that emptied the database."""
    page = HomePage.objects.first()
    if page is None:
        Locale.objects.get_or_create(language_code="en-gb")
        if not Collection.objects.exists():
            Collection.add_root(name="Root")
        root = Page.get_first_root_node() or Page.add_root(title="Root", slug="root")
        page = root.add_child(instance=HomePage(title="Home", slug="home"))
        Site.objects.create(hostname="localhost", root_page=page, is_default_site=True)
    return page


@pytest.fixture
def section(home) -> SectionFactory:
    """A section under the home page."""
    return SectionFactory(title="Journal", slug="journal", parent=home)


@pytest.fixture
def newsletter(section) -> NewsletterFactory:
    """A newsletter of the section, due each day, and on Mondays, at 08:00 UTC."""
    return NewsletterFactory(name="The Letter", slug="letter", section=section)
