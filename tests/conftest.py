"""Fixtures that more than one app's tests need."""

from collections.abc import Callable

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.test import Client
from wagtail.models import Collection, Locale, Page, Site

from home.models import HomePage
from tests.factories import NewsletterFactory, SectionFactory

# They are for a site with other settings: tests.site.test_two_languages runs them.
collect_ignore = [] if apps.is_installed("wagtail_localize") else ["two_languages"]


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


@pytest.fixture
def member_of(db) -> Callable[..., Client]:
    """Log somebody in who is in one of the groups that migrations made."""

    def log_in(group: str, name: str = "") -> Client:
        name = name or group.lower()
        user = get_user_model().objects.create_user(name, f"{name}@example.org", "secret")
        user.groups.add(Group.objects.get(name=group))
        client = Client()
        client.force_login(user)
        client.user = user
        return client

    return log_in
