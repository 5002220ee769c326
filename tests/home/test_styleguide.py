"""Who changes how the site looks sees all of it on one page."""

import pytest

from blog.blocks import BodyBlock
from tests.factories import ImageFactory, NewsletterFactory, PostFactory, SectionFactory

pytestmark = pytest.mark.django_db
URL = "/styleguide/"


@pytest.fixture
def library(home):
    """What the previews of blocks choose from."""
    section = SectionFactory(parent=home)
    NewsletterFactory(section=section)
    PostFactory(parent=section, lead_image=ImageFactory())


@pytest.mark.usefixtures("library")
def test_every_block_is_there_in_either_theme(admin_client):
    pages = {
        theme: admin_client.get(URL, {"theme": theme}).content.decode()
        for theme in ("", "light", "dark")
    }
    for block in BodyBlock().child_blocks.values():
        assert f">{block.label}</h2>" in pages[""]
    assert "guide-light" in pages["light"]
    assert "guide-dark" in pages["dark"]
    assert "guide-dark" not in pages["light"] + pages[""]


def test_with_nothing_to_show_and_a_hostile_theme_it_still_answers(admin_client, home):
    answer = admin_client.get(URL, {"theme": '"><script>'})
    assert answer.status_code == 200
    assert "<script>" not in answer.content.decode().partition("guide-blocks")[0]


def test_it_is_for_editors_and_for_no_search_engine(client, admin_client, home, settings):
    assert client.get(URL).status_code == 404
    answer = admin_client.get(URL)
    assert 'name="robots" content="noindex"' in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    settings.DEBUG = True
    assert client.get(URL).status_code == 200
