"""What search engines and social networks are told of a page, and what its editor sees of that."""

import re

import pytest

from tests.factories import ImageFactory, PostFactory

pytestmark = pytest.mark.django_db


def told(client, url: str) -> dict[str, str]:
    """Return the title and the named metadata of a page."""
    html = client.get(url).content.decode()
    pairs = re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)">', html)
    return dict(pairs) | {"<title>": re.search(r"<title>(.*?)</title>", html)[1]}


def test_a_post_is_told_of_by_its_own_words_where_no_others_are_given(client, section):
    told_of = told(client, PostFactory(parent=section, title="Awake").url)
    assert told_of["<title>"] == "Awake · Gazette"
    assert told_of["og:title"] == "Awake"
    assert told_of["description"] == told_of["og:description"] == "What it is about."


def test_search_engines_and_networks_may_each_be_told_something_else(client, section):
    post = PostFactory(
        parent=section,
        title="Awake",
        seo_title="Lying awake at night",
        search_description="Why we lie awake.",
        social_title="“Awake” & alone?",
        social_description="You are not.",
    )
    told_of = told(client, post.url)
    assert told_of["<title>"] == "Lying awake at night · Gazette"
    assert told_of["description"] == "Why we lie awake."
    assert told_of["og:title"] == "“Awake” &amp; alone?"
    assert told_of["og:description"] == "You are not."


def test_the_social_image_comes_before_the_lead_image(client, section):
    lead, social = ImageFactory(title="Lead"), ImageFactory(title="Social")
    post = PostFactory(parent=section, lead_image=lead, lead_image_alt="A lamp")
    assert told(client, post.url)["og:image"] == address(lead)
    post.social_image = social
    post.save()
    assert told(client, post.url)["og:image"] == address(social)


def address(image) -> str:
    return image.get_rendition("fill-1200x630|format-jpeg").full_url


def test_the_editor_shows_how_a_page_looks_elsewhere(admin_client, section):
    post = PostFactory(parent=section, standfirst="Why we lie awake.")
    html = admin_client.get(f"/admin/pages/{post.pk}/edit/").content.decode()
    assert 'data-excerpt="Why we lie awake."' in html
    assert "js/admin/sharing.js" in html
    assert "css/admin/sharing.css" in html
