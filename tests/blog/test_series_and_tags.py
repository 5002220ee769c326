"""Posts that are read in order, and the free words they are found by."""

import pytest
from wagtail.models import PageViewRestriction

from tests.blog.test_pages import queries
from tests.factories import PostFactory, SeriesFactory, TopicFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def series():
    return SeriesFactory(name="Seven nights", slug="seven-nights", description="A week in bed.")


def page(client, url: str, **data) -> str:
    return client.get(url, data).content.decode()


class TestSeries:
    def test_its_page_shows_numbered_parts_first_then_the_others(self, client, section, series):
        for title, part in [("Later", None), ("Second", 2), ("First", 1), ("Last", None)]:
            PostFactory(parent=section, title=title, series=series, part=part)
        html = page(client, "/series/seven-nights/")
        assert "A week in bed." in html
        places = [html.index(f">{title}</a>") for title in ("First", "Second", "Later", "Last")]
        assert places == sorted(places)

    def test_a_part_names_its_place_and_leads_to_its_neighbours(self, client, section, series):
        first, second, third = (
            PostFactory(parent=section, title=f"Night {part}", series=series, part=part)
            for part in (1, 2, 3)
        )
        html = page(client, second.url)
        assert "part 2 of 3" in html
        assert f'rel="prev" href="{first.url}"' in html
        assert f'rel="next" href="{third.url}"' in html
        assert 'rel="prev"' not in page(client, first.url)
        assert 'rel="next"' not in page(client, third.url)

    def test_parts_that_readers_cannot_come_upon_are_passed_over(self, client, section, series):
        posts = [PostFactory(parent=section, series=series, part=part) for part in range(1, 6)]
        posts[1].unpublish()
        PageViewRestriction.objects.create(page=posts[2], restriction_type="login")
        posts[3].listed = False
        posts[3].save()
        html = page(client, posts[0].url)
        assert "part 1 of 2" in html
        assert f'rel="next" href="{posts[4].url}"' in html
        unlisted = page(client, posts[3].url)
        assert "Seven nights" in unlisted
        assert "of 2" not in unlisted

    def test_a_series_of_many_parts_takes_no_more_queries(self, client, section, series):
        first = PostFactory(parent=section, series=series, part=1)
        PostFactory(parent=section, series=series, part=2)
        few = queries(client, first.url)
        for part in range(3, 9):
            PostFactory(parent=section, series=series, part=part)
        assert queries(client, first.url) == few

    def test_an_empty_series_says_so(self, client, home, series):
        assert "Nothing has been published here yet." in page(client, "/series/seven-nights/")


class TestTags:
    def tagged(self, section, *tags, **fields):
        post = PostFactory(parent=section, **fields)
        post.tags.add(*tags)
        post.save()
        return post

    def test_a_post_leads_to_the_posts_with_its_tags(self, client, section):
        post = self.tagged(section, "Night shifts", title="Awake")
        self.tagged(section, "Naps", title="Asleep")
        assert 'href="/tags/night-shifts/" rel="tag"' in page(client, post.url)
        html = page(client, "/tags/night-shifts/")
        assert "Awake" in html
        assert "Asleep" not in html

    def test_a_tag_in_another_script_has_a_page(self, client, section):
        post = self.tagged(section, "сон", title="Awake")
        (address,) = [f"/tags/{tag.slug}/" for tag in post.tags.all()]
        assert "Awake" in page(client, address)

    def test_a_tag_of_drafts_alone_is_found_by_nobody(self, client, section):
        self.tagged(section, "Plans").unpublish()
        assert client.get("/tags/plans/").status_code == 404
        assert client.get("/tags/nothing/").status_code == 404

    def test_the_same_word_in_other_letters_is_the_same_tag(self, section):
        one, other = self.tagged(section, "Naps"), self.tagged(section, "naps")
        assert set(one.tags.all()) == set(other.tags.all())


class TestTopics:
    def test_a_post_on_many_topics_has_a_few_at_its_head_and_the_others_at_its_foot(
        self, client, section
    ):
        topics = [TopicFactory(name=f"Topic {number:02}") for number in range(40)]
        post = PostFactory(parent=section, topics=topics)
        html = page(client, post.url)
        end_of_head = html.index("</h1>")
        places = [html.index(f">{topic.name}</a>") for topic in topics]
        assert [place < end_of_head for place in places] == [True] * 3 + [False] * 37
