"""Rows of several models in one query, whose SQL is the same for any values."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from blog.models import Author, AuthorLink, Book, Topic
from core.fetching import Those, Wanted
from tests.factories import AuthorFactory, BookFactory, TopicFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def authors():
    authors = AuthorFactory.create_batch(3)
    for author in authors:
        AuthorLink.objects.create(author=author, name="Elsewhere", url="https://example.org/")
    return authors


def wanted(authors, *slugs: str) -> Wanted:
    wanted = Wanted()
    wanted.add(Author, pk__in=[author.pk for author in authors])
    wanted.add(Author, slug__in=slugs)
    wanted.add(AuthorLink, author__in=Those(Author))
    return wanted


def test_what_is_asked_for_comes_with_what_belongs_to_it(authors):
    BookFactory()
    asked = wanted(authors[:1], authors[2].slug)
    with CaptureQueriesContext(connection) as captured:
        found = asked.fetch()
    assert len(captured) == 1
    assert set(found[Author]) == {authors[0].pk, authors[2].pk}
    assert found[Author][authors[0].pk].name == authors[0].name
    owners = {link.author_id for link in found[AuthorLink].values()}
    assert owners == {authors[0].pk, authors[2].pk}
    assert not found[Book]


def test_of_each_request_the_values_alone_count(authors):
    first, second = wanted(authors[:1], "nobody"), wanted(authors, "nobody", authors[0].slug)
    assert set(first.fetch()[Author]) == {authors[0].pk}
    assert set(second.fetch()[Author]) == {author.pk for author in authors}
    assert set(first.fetch()[Author]) == {authors[0].pk}


def test_there_may_be_more_values_than_a_database_takes_parameters(authors):
    topic = TopicFactory()
    asked = Wanted()
    asked.add(Topic, pk__in=[topic.pk, *range(10**6, 10**6 + 70_000)])
    assert list(asked.fetch()[Topic].values()) == [topic]


def test_nothing_is_asked_for_nothing(django_assert_num_queries):
    asked = Wanted()
    asked.add(Author, pk__in=[])
    with django_assert_num_queries(0):
        assert not asked.fetch()[Author]
    assert Author not in asked


def test_quotes_and_other_alphabets_are_values_like_others():
    topic = TopicFactory(slug="o-neill", name='O\'Neill "眠り" %s {0} \\')
    asked = Wanted()
    asked.add(Topic, name__in=[topic.name, "'; DROP TABLE blog_topic; --"])
    (found,) = asked.fetch()[Topic].values()
    assert found.name == topic.name
