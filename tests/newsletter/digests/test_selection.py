"""Which posts a digest holds, and which of them a subscription gets."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import PageViewRestriction

from blog.models import PostPage
from newsletter.digests.selection import Candidate, candidates_of, choose, posts_for
from newsletter.models import Digest
from tests.factories import NewsletterFactory, PostFactory, SectionFactory, TopicFactory

SINCE = datetime(2026, 3, 2, 8, tzinfo=UTC)
UNTIL = SINCE + timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)


def candidate(pk: int, hours: float = 1, topics: tuple[int, ...] = (1,)) -> Candidate:
    return Candidate(pk, SINCE + timedelta(hours=hours), frozenset(topics))


def test_who_chose_no_topics_gets_all_posts():
    assert choose([candidate(1), candidate(2, topics=(7, 8))], SINCE, None) == [1, 2]


def test_who_chose_topics_gets_the_posts_filed_under_any_of_them():
    posts = [candidate(1, topics=(1, 2)), candidate(2, topics=(3,)), candidate(3, topics=(2, 3))]
    assert choose(posts, SINCE, frozenset({1})) == [1]
    assert choose(posts, SINCE, frozenset({2})) == [1, 3]
    assert choose(posts, SINCE, frozenset({1, 3})) == [1, 2, 3]
    assert choose(posts, SINCE, frozenset({9})) == []


def test_a_post_without_topics_goes_only_to_who_wants_all():
    posts = [candidate(1, topics=())]
    assert choose(posts, SINCE, None) == [1]
    assert choose(posts, SINCE, frozenset({1})) == []


def test_a_choice_of_topics_that_are_all_gone_gets_nothing():
    assert choose([candidate(1)], SINCE, frozenset()) == []


def test_a_subscription_gets_no_post_from_before_its_window():
    posts = [candidate(1, hours=2), candidate(2, hours=1), candidate(3, hours=0)]
    assert choose(posts, SINCE - MICROSECOND, None) == [1, 2, 3]
    assert choose(posts, SINCE, None) == [1, 2]
    assert choose(posts, SINCE + timedelta(hours=1), None) == [1]


def test_a_choice_keeps_the_order_of_the_digest():
    posts = [candidate(5), candidate(1), candidate(3)]
    assert choose(posts, SINCE, None) == [5, 1, 3]


@pytest.fixture
def titles(newsletter):
    """The titles of a newsletter's posts of the window."""
    return lambda: {post.title for post in posts_for(newsletter, SINCE, UNTIL)}


def test_a_window_is_open_at_its_start_and_closed_at_its_end(section, titles):
    for title, moment in {
        "at its start": SINCE,
        "just in it": SINCE + MICROSECOND,
        "at its end": UNTIL,
        "just after": UNTIL + MICROSECOND,
    }.items():
        PostFactory(parent=section, title=title, first_published_at=moment)
    assert titles() == {"just in it", "at its end"}


def test_windows_that_meet_share_no_post_and_miss_none(section, newsletter):
    moments = [SINCE, SINCE + MICROSECOND, UNTIL - MICROSECOND, UNTIL, UNTIL + MICROSECOND]
    posts = [PostFactory(parent=section, first_published_at=moment) for moment in moments]
    before = posts_for(newsletter, SINCE - timedelta(days=1), SINCE)
    within = posts_for(newsletter, SINCE, UNTIL)
    after = posts_for(newsletter, UNTIL, UNTIL + timedelta(days=1))
    found = [post.pk for window in (before, within, after) for post in window]
    assert sorted(found) == [post.pk for post in posts]


def test_a_draft_is_no_part_of_a_digest(section, titles):
    PostFactory(parent=section, live=False, first_published_at=None)
    PostFactory(parent=section, live=False, first_published_at=UNTIL)
    assert titles() == set()


def test_a_post_that_is_published_again_counts_from_the_first_time(section, titles):
    again = UNTIL + timedelta(days=1)
    PostFactory(parent=section, title="then", first_published_at=UNTIL, last_published_at=again)
    PostFactory(parent=section, title="before", first_published_at=SINCE, last_published_at=UNTIL)
    assert titles() == {"then"}


def test_a_post_that_an_editor_withholds_is_no_part_of_a_digest(section, titles):
    PostFactory(parent=section, first_published_at=UNTIL, in_digests=False)
    assert titles() == set()


@pytest.mark.parametrize("kind", ["login", "password", "groups"])
def test_a_post_that_not_everyone_may_read_is_no_part_of_a_digest(section, titles, kind):
    post = PostFactory(parent=section, first_published_at=UNTIL)
    PageViewRestriction.objects.create(page=post, restriction_type=kind)
    assert titles() == set()


@pytest.mark.parametrize("above", ["section", "home"])
def test_a_post_below_a_page_that_not_everyone_may_read_is_no_part_of_it(
    section, home, titles, above
):
    PostFactory(parent=section, first_published_at=UNTIL)
    restricted = {"section": section, "home": home}[above]
    PageViewRestriction.objects.create(page=restricted, restriction_type="login")
    assert titles() == set()


def test_a_post_of_another_section_is_no_part_of_a_digest(home, section, titles):
    other = SectionFactory(title="Other", slug="journal-2", parent=home)
    PostFactory(parent=other, title="theirs", first_published_at=UNTIL)
    PostFactory(parent=section, title="ours", first_published_at=UNTIL)
    assert titles() == {"ours"}


@pytest.fixture
def other(home):
    return SectionFactory(title="Other", slug="other", parent=home)


def test_alias_in_the_same_section_is_not_sent_twice(section, titles, newsletter):
    post = PostFactory(parent=section, title="once", first_published_at=UNTIL)
    post.create_alias(parent=section, update_slug="alias")
    assert list(posts_for(newsletter, SINCE, UNTIL)) == [post]


def test_each_newsletter_mails_a_post_that_is_an_alias_in_its_section(section, other, newsletter):
    post = PostFactory(parent=other, first_published_at=UNTIL)
    alias, _again = (post.create_alias(parent=section, update_slug=slug) for slug in "ab")
    theirs = NewsletterFactory(section=other)
    assert list(posts_for(newsletter, SINCE, UNTIL)) == [alias]
    assert list(posts_for(theirs, SINCE, UNTIL)) == [post]


@pytest.mark.parametrize(
    "withheld", ["restricted", "above", "unpublished", "unlisted", "in_digests"]
)
def test_an_alias_of_a_post_that_may_not_be_mailed_is_no_part_of_a_digest(
    section, other, titles, newsletter, withheld
):
    post = PostFactory(parent=other, first_published_at=UNTIL)
    post.create_alias(parent=section)
    assert titles() == {post.title}
    match withheld:
        case "restricted":
            PageViewRestriction.objects.create(page=post, restriction_type="login")
        case "above":
            PageViewRestriction.objects.create(page=other, restriction_type="login")
        case "unpublished":
            post.unpublish()
        case "unlisted":
            PostPage.objects.filter(pk=post.pk).update(listed=False)
        case "in_digests":
            PostPage.objects.filter(pk=post.pk).update(in_digests=False)
    assert titles() == set()


def digest_of(newsletter, *posts) -> Digest:
    digest = Digest.objects.create(newsletter=newsletter, cadence="daily", since=SINCE, until=UNTIL)
    digest.posts.set(posts)
    return digest


def test_the_posts_of_a_digest_come_the_latest_first(section, newsletter):
    early, late, twin = (
        PostFactory(parent=section, first_published_at=UNTIL - timedelta(hours=hours))
        for hours in (5, 1, 1)
    )
    found = candidates_of(digest_of(newsletter, early, late, twin))
    assert [post.pk for post in found] == [twin.pk, late.pk, early.pk]


def test_a_candidate_says_when_and_on_what_it_was_published(section, newsletter):
    topics = TopicFactory.create_batch(2)
    post = PostFactory(parent=section, first_published_at=UNTIL, topics=topics)
    assert candidates_of(digest_of(newsletter, post)) == [
        Candidate(post.pk, UNTIL, frozenset(topic.pk for topic in topics))
    ]


def test_a_post_that_was_taken_back_since_is_no_candidate(section, newsletter):
    posts = PostFactory.create_batch(4, parent=section, first_published_at=UNTIL)
    digest = digest_of(newsletter, *posts)
    unpublished, withheld, restricted, kept = posts
    unpublished.unpublish()
    withheld.in_digests = False
    withheld.save()
    PageViewRestriction.objects.create(page=restricted, restriction_type="login")
    assert [post.pk for post in candidates_of(digest)] == [kept.pk]


def test_the_queries_for_candidates_do_not_grow_with_the_posts(section, newsletter):
    digest = digest_of(newsletter, PostFactory(parent=section, first_published_at=UNTIL))
    with CaptureQueriesContext(connection) as for_one:
        candidates_of(digest)
    digest.posts.add(*PostFactory.create_batch(4, parent=section, first_published_at=UNTIL))
    with CaptureQueriesContext(connection) as for_five:
        candidates_of(digest)
    assert len(for_one) == len(for_five)
