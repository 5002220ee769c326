"""Which posts are recommended at the end of another."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wagtail.models import PageViewRestriction
from wagtail.rich_text import RichText

from blog import related
from blog.models import PostPage, PostTerm, Term
from blog.tasks import learn_terms_again
from tests.factories import ImageFactory, PostFactory, TopicFactory

pytestmark = pytest.mark.django_db

NOW = timezone.now()


def published(section, title: str, days_ago: int = 0, tags=(), text: str = "", **kwargs):
    """Publish a post, and learn what it is about."""
    post = PostFactory(
        parent=section,
        title=title,
        slug=title.lower(),
        standfirst="",
        first_published_at=NOW - timedelta(days=days_ago),
        body=[("paragraph", RichText(f"<p>{text}</p>"))],
        **kwargs,
    )
    if tags:
        post.tags.add(*tags)
        post.save()
    related.learn(post)
    return post


def shown(client, post) -> list[str]:
    """Return the titles that a post's page recommends."""
    found = re.search(r'<ul class="related-list">.*?</ul>', client.get(post.url).text, re.DOTALL)
    return re.findall(r"<h3[^>]*><a[^>]*>(.*?)</a>", found[0]) if found else []


@pytest.fixture
def topics() -> dict[str, list]:
    return {name: [TopicFactory(name=name)] for name in ("Sleep", "Grief", "Work")}


def test_shared_topics_tags_and_words_make_posts_near_and_the_latest_comes_first(
    client, section, topics
):
    one = published(section, "One", topics=topics["Sleep"], tags=["tea"], text="kettle " * 9)
    published(section, "Topic", 3, topics=topics["Sleep"])
    published(section, "Later", 2, topics=topics["Sleep"])
    published(section, "Both", 9, topics=topics["Sleep"], tags=["tea"])
    published(section, "Words", 1, topics=topics["Work"], text="the Kettle was on " * 9)
    published(section, "Nothing", 0, topics=topics["Grief"], text="lantern")
    learn_terms_again()
    assert shown(client, one) == ["Both", "Later", "Topic"]
    PostPage.objects.get(slug="both").delete()
    assert shown(client, one) == ["Later", "Topic", "Words"]


def test_a_term_that_few_posts_share_counts_more(client, section, topics):
    one = published(section, "One", topics=[*topics["Sleep"], *topics["Grief"]])
    published(section, "Rare", 30, topics=topics["Grief"])
    for number in range(6):
        published(section, f"Many{number}", number, topics=topics["Sleep"])
    learn_terms_again()
    assert shown(client, one) == ["Rare", "Many0", "Many1"]


def test_words_that_many_posts_use_count_for_nothing(client, section):
    posts = [published(section, f"P{n}", text="with about " * 9) for n in range(12)]
    learn_terms_again()
    assert shown(client, posts[0]) == []


def test_text_without_spaces_is_compared_too(client, section):
    one = published(section, "One", text="眠れない夜の薬缶")
    published(section, "Two", text="薬缶を火に")
    published(section, "Three", text="灯台")
    learn_terms_again()
    assert shown(client, one) == ["Two"]


def test_an_editor_pins_in_order_and_excludes(client, section, topics):
    names = ("Near", "Nearer", "Far", "Further")
    posts = {
        name: published(section, name, topics=topics["Sleep" if "Near" in name else "Work"])
        for name in names
    }
    one = published(section, "One", topics=topics["Sleep"])
    one.recommendations = [
        ("pinned", posts["Further"]),
        ("excluded", posts["Near"]),
        ("pinned", posts["Far"]),
    ]
    one.save_revision().publish()
    assert shown(client, one) == ["Further", "Far", "Nearer"]
    posts["Further"].delete()
    assert shown(client, PostPage.objects.get(pk=one.pk)) == ["Far", "Nearer"]


def test_publishing_learns_and_learns_again_what_has_changed(
    section, topics, django_capture_on_commit_callbacks
):
    post = published(section, "One", topics=topics["Sleep"], text="kettle")
    post.topics = topics["Work"]
    post.body = [("paragraph", RichText("<p>lantern</p>"))]
    with django_capture_on_commit_callbacks(execute=True):
        post.save_revision().publish()
    held = {term.name for term in Term.objects.filter(posts__post=post)}
    assert held == {str(topics["Work"][0].pk), "lantern"}


def test_what_was_never_learnt_is_learnt_at_night(client, section, topics):
    long_ago = NOW - timedelta(days=99)
    posts = [
        PostFactory(parent=section, topics=topics["Sleep"], first_published_at=long_ago)
        for _ in range(2)
    ]
    assert shown(client, posts[0]) == []
    learn_terms_again()
    assert shown(client, posts[0]) == [posts[1].title]


def test_it_takes_few_queries_however_many_posts_there_are(section, topics):
    counts = []
    for size in (3, 12):
        posts = [
            published(section, f"P{size}-{n}", topics=topics["Sleep"], lead_image=ImageFactory())
            for n in range(size)
        ]
        with CaptureQueriesContext(connection) as captured:
            assert len(PostPage.objects.get(pk=posts[0].pk).recommended) >= 2
        counts.append(len(captured) - 1)
    # Posts, the sizes of their pictures, and, unless these are known, what is private.
    assert counts[0] == counts[1] <= 3


def test_hostile_text_is_learnt(section):
    text = "x" * 5000 + " <script> " + "é́" * 500 + " 😀" * 500 + " 12345 " * 50
    post = published(section, "Odd", text=text)
    assert all(len(row.term.name) <= 50 for row in PostTerm.objects.filter(post=post))


STATES = ["open", "draft", "private", "private section", "unlisted", "future"]


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    others=st.lists(
        st.tuples(
            st.sampled_from(STATES),
            st.sampled_from(["pinned", "excluded", ""]),
            st.integers(0, 3),
            st.sets(st.sampled_from(["Sleep", "Grief", "Work"]), min_size=1),
        ),
        max_size=7,
    )
)
def test_only_listed_posts_are_ever_recommended(home, section, topics, others):
    from tests.factories import SectionFactory

    closed = SectionFactory(parent=home)
    PageViewRestriction.objects.create(page=closed, restriction_type="login")
    one = PostFactory(parent=section, topics=[it for name in topics for it in topics[name]])
    related.learn(one)
    choices, open_posts, excluded = [], set(), set()
    for state, choice, days_ago, names in others:
        post = PostFactory(
            parent=closed if state == "private section" else section,
            listed=state != "unlisted",
            live=state not in ("draft", "future"),
            go_live_at=NOW + timedelta(days=1) if state == "future" else None,
            first_published_at=NOW - timedelta(days=days_ago),
            topics=[it for name in sorted(names) for it in topics[name]],
        )
        related.learn(post)
        if state == "private":
            PageViewRestriction.objects.create(page=post, restriction_type="login")
        if state == "open":
            open_posts.add(post)
        if choice:
            choices.append((choice, post))
        if choice == "excluded":
            excluded.add(post)
    one.recommendations = choices
    one.save()
    recommended = PostPage.objects.get(pk=one.pk).recommended
    pinned = [post for choice, post in choices if choice == "pinned" and post in open_posts]
    assert recommended[: len(pinned)] == pinned
    assert len(set(recommended)) == len(recommended)
    assert set(recommended) <= open_posts - excluded
    assert recommended == PostPage.objects.get(pk=one.pk).recommended
    wanted = max(0, related.SHOWN - sum(choice == "pinned" for choice, _post in choices))
    assert len(recommended) >= min(wanted, len(open_posts - excluded))
    PostPage.objects.all().delete()
