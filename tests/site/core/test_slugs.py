"""Pages do not take the addresses that the site uses itself."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import get_resolver

from core.slugs import RESERVED_SLUGS
from tests.factories import PostFactory, SectionFactory


def first_parts(patterns, before: str = "") -> set[str]:
    """Return what the addresses of a URL configuration begin with."""
    parts = set()
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if "/" not in route and hasattr(pattern, "url_patterns"):
            parts |= first_parts(pattern.url_patterns, route)
        else:
            parts.add(route.partition("/")[0])
    return parts


def test_all_addresses_of_the_site_are_reserved():
    ours = {part for part in first_parts(get_resolver().url_patterns) if part.isidentifier()}
    assert {"admin", "newsletter", "authors"} <= ours
    assert ours <= RESERVED_SLUGS


@pytest.mark.django_db
@pytest.mark.parametrize("slug", ["admin", "authors", "newsletter"])
def test_a_page_below_the_front_page_takes_no_address_of_the_site(home, slug):
    with pytest.raises(ValidationError, match="uses this address itself"):
        SectionFactory(parent=home, slug=slug)


@pytest.mark.django_db
def test_a_page_deeper_down_may_have_the_word(client, section):
    post = PostFactory(parent=section, slug="authors")
    assert client.get(post.url).status_code == 200
