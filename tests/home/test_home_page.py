"""What stands on the front page, and in how many queries."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import PageViewRestriction, Site
from wagtail.test.utils.form_data import nested_form_data, streamfield

from core.models import SiteSettings
from home.blocks import FrontBlock
from home.models import HomePage
from tests.factories import (
    ImageFactory,
    NewsletterFactory,
    PostFactory,
    TopicFactory,
)

pytestmark = pytest.mark.django_db
BLOCKS = FrontBlock().child_blocks
HOSTILE = "<script>alert(1)</script> & \"quoted\" 'single' {{ 7 }} 😀"


@pytest.fixture
def show(client, home):
    """Puts blocks on the front page; returns what a reader gets."""

    def show(*blocks: tuple[str, object]) -> str:
        home.body = list(blocks)
        home.save()
        answer = client.get(home.url)
        assert answer.status_code == 200
        return answer.content.decode()

    return show


@pytest.fixture
def posts(section) -> list[PostFactory]:
    """Five posts, the first one the latest."""
    now = timezone.now()
    return [
        PostFactory(
            parent=section,
            title=f"Story {n}",
            slug=f"story-{n}",
            first_published_at=now - timedelta(hours=n),
        )
        for n in range(5)
    ]


def stories(html: str) -> list[int]:
    """Return the numbers of the posts that a page shows, in its order."""
    return [int(number) for number in re.findall(r">Story (\d+)</a>", html)]


def latest(number: int = 9, topic=None, title: str = "") -> tuple[str, dict]:
    return "latest", {"title": title, "number": number, "topic": topic}


def featured(*posts) -> tuple[str, dict]:
    return "featured", {"title": "", "posts": list(posts)}


def topics(*topics, number: int = 3) -> tuple[str, dict]:
    return "topics", {"title": "", "topics": list(topics), "number": number}


class TestWithNoBlocks:
    def test_the_latest_posts_are_shown(self, show, posts):
        assert stories(show()) == [0, 1, 2, 3, 4]

    def test_the_publication_is_named(self, show):
        brand = SiteSettings.for_site(Site.objects.get())
        brand.name, brand.tagline = "The Lamp", "Plain words"
        brand.save()
        html = show()
        assert html.count("<h1") == 1
        assert re.search(r"<h1[^>]*>The Lamp</h1>", html)
        assert "Plain words" in html

    def test_a_site_with_no_posts_says_so(self, show):
        assert "Nothing has been published yet" in show()


class TestHero:
    def test_it_says_what_the_publication_is(self, show, section):
        image = ImageFactory()
        html = show(
            (
                "hero",
                {
                    "headline": "A lit room",
                    "intro": "Come in.",
                    "image": image,
                    "alt_text": "A lamp",
                    "buttons": [
                        {"label": "Sign up", "url": "#sign-up"},
                        {"label": "", "page": section},
                    ],
                },
            )
        )
        assert re.findall(r"<h1[^>]*>([^<]+)</h1>", html) == ["A lit room"]
        assert 'alt="A lamp"' in html
        assert image.credit in html
        assert re.findall(r'class="button[^"]*" href="([^"]+)"', html) == ["#sign-up", section.url]
        assert '<meta name="description" content="Come in.">' in html

    def test_a_button_to_a_page_that_is_gone_is_left_out(self, show, section):
        hero = {"headline": "A lit room", "buttons": [{"label": "Read", "page": section}]}
        section.unpublish()
        assert 'class="button' not in show(("hero", hero))

    def test_it_outlives_its_image(self, client, home, show):
        image = ImageFactory()
        hero = ("hero", {"headline": "A lit room", "image": image, "alt_text": "A lamp"})
        image.file.delete(save=False)
        assert "<figure" not in show(hero)
        image.delete()
        assert "A lit room" in client.get(home.url).content.decode()


class TestFeatured:
    def test_picked_posts_stand_in_the_order_that_they_were_picked_in(self, show, posts):
        assert stories(show(featured(posts[3], posts[0], posts[3]))) == [3, 0]

    def test_posts_that_are_not_for_everyone_are_left_out(self, show, posts):
        posts[0].unpublish()
        PageViewRestriction.objects.create(page=posts[1], restriction_type="login")
        posts[2].listed = False
        posts[2].save()
        assert stories(show(featured(*posts[:4]))) == [3]

    def test_with_none_left_nothing_of_it_is_shown(self, show, posts):
        posts[0].unpublish()
        assert "Featured" not in show(featured(posts[0]), latest())


class TestLatest:
    def test_so_many_are_shown_as_were_asked_for(self, show, posts):
        assert stories(show(latest(3))) == [0, 1, 2]

    def test_what_stands_further_up_is_not_repeated(self, show, posts):
        html = show(featured(posts[1], posts[3]), latest(2), latest(9))
        assert stories(html) == [1, 3, 0, 2, 4]

    def test_a_post_that_is_picked_further_down_is_shown_there_too(self, show, posts):
        assert stories(show(latest(2), featured(posts[0]))) == [0, 1, 0]

    def test_of_a_topic_only_its_posts_are_shown(self, show, section, posts):
        topic = TopicFactory(name="Sleep")
        PostFactory(parent=section, title="Story 7", topics=[topic])
        html = show(latest(9, topic))
        assert stories(html) == [7]
        assert re.search(rf'<h2[^>]*>\s*<a href="{topic.get_absolute_url()}">Sleep</a>', html)

    def test_the_first_post_of_the_page_is_shown_large(self, show, posts):
        html = show(("quote", {"text": "Hm."}), latest(1), latest(4))
        assert html.count('<ol class="front">') == 1
        assert html.index('<ol class="front">') < html.index('<ol class="cards">')


class TestTopics:
    def test_each_topic_has_its_latest_posts(self, show, section, posts):
        sleep, grief, empty = (TopicFactory(name=name) for name in ("Sleep", "Grief", "Empty"))
        now = timezone.now()
        for n, filed in enumerate(([sleep], [sleep, grief], [sleep], [grief])):
            PostFactory(
                parent=section,
                title=f"Story {10 + n}",
                topics=filed,
                first_published_at=now + timedelta(hours=n),
            )
        html = show(topics(grief, sleep, empty, number=2))
        assert stories(html) == [13, 11, 12, 10], "Story 11 is not repeated."
        assert "Empty" not in html

    def test_with_no_post_nothing_of_it_is_shown(self, show, posts):
        assert "By topic" not in show(topics(TopicFactory()), latest())


class TestSignUp:
    def test_readers_sign_up_here_without_a_cookie(self, client, home, show, newsletter):
        html = show(("signup", {"newsletter": newsletter}))
        assert 'id="sign-up"' in html
        assert 'action="/newsletter/letter/"' in html
        assert not client.get(home.url).cookies


class TestPictures:
    """Browsers load the one first that readers see first, and the others as they come to them."""

    def first(self, html: str) -> list[str]:
        return re.findall(r'<img src="(\S+)"[^>]* loading="eager" fetchpriority="high"', html)

    def test_it_is_that_of_the_head_where_it_has_one(self, show, section):
        PostFactory(parent=section, lead_image=ImageFactory())
        hero = {"headline": "A lit room", "image": ImageFactory(), "alt_text": "A lamp"}
        html = show(("hero", hero), latest())
        assert self.first(html) == re.findall(r'<figure.*?<img src="(\S+)"', html, re.DOTALL)
        assert html.count('loading="eager"') == html.count('fetchpriority="high"') == 1

    def test_below_a_head_of_words_it_is_the_large_posts(self, show, section):
        for _ in range(2):
            PostFactory(parent=section, lead_image=ImageFactory())
        html = show(("hero", {"headline": "A lit room"}), latest(1), latest(1))
        assert self.first(html) == re.findall(r'<img src="(\S+)"', html)[:1]
        assert html.count('loading="eager"') == html.count('fetchpriority="high"') == 1

    def test_posts_above_the_head_come_before_it(self, show, section):
        PostFactory(parent=section, lead_image=ImageFactory())
        hero = {"headline": "A lit room", "image": ImageFactory(), "alt_text": "A lamp"}
        html = show(latest(), ("hero", hero))
        assert self.first(html) == re.findall(r'<article.*?<img src="(\S+)"', html, re.DOTALL)


def test_quotes_and_calls_to_action_are_those_of_posts(show, section):
    call = {"text": "Do write.", "label": "Write to us", "page": section, "url": ""}
    html = show(("quote", {"text": "Come in.", "attribution": "Ana"}), ("call_to_action", call))
    assert "<blockquote>" in html
    assert f'<a class="button" href="{section.url}">Write to us</a>' in html


def test_hostile_words_are_shown_as_they_are(show, section, newsletter):
    post = PostFactory(parent=section, title=HOSTILE)
    topic = TopicFactory(name=HOSTILE)
    PostFactory(parent=section, topics=[topic], title=HOSTILE)
    hero = {"headline": HOSTILE, "intro": HOSTILE, "buttons": [{"label": HOSTILE, "url": "/a/"}]}
    html = show(
        ("hero", hero),
        ("featured", {"title": HOSTILE, "posts": [post]}),
        latest(9, topic, HOSTILE),
        ("topics", {"title": HOSTILE, "topics": [topic], "number": 1}),
    )
    assert "<script>alert" not in html
    assert "&lt;script&gt;" in html


def test_the_page_takes_the_same_queries_however_much_is_on_it(client, show, home, section):
    counts = []
    newsletter = NewsletterFactory(section=section)
    for size in (1, 4):
        filed = [TopicFactory() for _ in range(size)]
        picked = [
            PostFactory(parent=section, lead_image=ImageFactory(), topics=filed)
            for _ in range(3 * size)
        ]
        image = ImageFactory()
        buttons = [{"label": "", "page": section}] * min(size, 2)
        blocks = [("hero", {"headline": "A", "image": image, "alt_text": "B", "buttons": buttons})]
        for n in range(size):
            blocks += [
                featured(*picked[n : n + size]),
                latest(size),
                latest(size, filed[n]),
                topics(*filed, number=size),
                ("quote", {"text": "Hm."}),
                ("call_to_action", {"label": "Look", "page": section, "url": ""}),
            ]
        show(*blocks, ("signup", {"newsletter": newsletter}))
        with CaptureQueriesContext(connection) as captured:
            client.get(home.url)
        counts.append(len(captured))
    assert counts[0] == counts[1]
    assert counts[1] <= 40


class TestEditing:
    @pytest.fixture
    def save(self, admin_client, home):
        """Sends the form of the page; returns what is wrong with its body, or nothing."""

        def save(*blocks: tuple[str, object]) -> object:
            values = {"title": "Home", "slug": "home", "body": streamfield(blocks)}
            answer = admin_client.post(
                f"/admin/pages/{home.pk}/edit/",
                nested_form_data(
                    {
                        **values,
                        "action-publish": "1",
                        "comments-TOTAL_FORMS": 0,
                        "comments-INITIAL_FORMS": 0,
                    }
                ),
            )
            if answer.status_code == 302:
                return None
            (error,) = answer.context["form"].errors["body"].as_data()
            return error.block_errors or error.non_block_errors

        return save

    def hero(self, **fields) -> tuple[str, dict]:
        empty = {"intro": "", "image": "", "alt_text": "", "buttons": streamfield([])}
        return "hero", {"headline": "A lit room", **empty, **fields}

    def test_an_editor_puts_blocks_on_it(self, save, home, client):
        assert save(self.hero(), ("latest", {"title": "New", "number": "3", "topic": ""})) is None
        assert "A lit room" in client.get(home.url).content.decode()

    def test_an_image_needs_words_for_those_who_do_not_see_it(self, save):
        errors = save(self.hero(image=str(ImageFactory().pk)))
        assert "Say what the image shows" in str(errors[0].block_errors["alt_text"])

    @pytest.mark.parametrize("number", ["0", "25", "-1", "many", ""])
    def test_the_number_of_posts_has_bounds(self, save, number):
        errors = save(("latest", {"title": "", "number": number, "topic": ""}))
        assert "number" in errors[0].block_errors

    def test_there_is_one_headline_and_one_sign_up(self, save):
        assert "maximum" in str(save(self.hero(), self.hero()))


@pytest.mark.parametrize("name", BLOCKS)
def test_every_block_says_what_it_is_and_has_a_preview(admin_client, section, name):
    ImageFactory()
    NewsletterFactory(section=section)
    PostFactory(parent=section, topics=[TopicFactory()])
    block = BLOCKS[name]
    assert block.meta.icon != "placeholder"
    assert block.get_description()
    field = HomePage._meta.get_field("body")
    definition = field.stream_block.child_blocks[name].definition_prefix
    answer = admin_client.get("/admin/block-preview/", {"id": definition})
    assert answer.status_code == 200
    assert re.search(r"<(h1|h2|h3|a|blockquote|form)\b", answer.content.decode())
