"""Batches are planned for when they may be sent, by the limits of their newsletter."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from newsletter.digests import planning
from newsletter.models import Batch, Newsletter

from . import DAY, HOUR, MONDAY, TUESDAY, miscounted


@pytest.fixture
def limit(newsletter):
    """Set limits of the newsletter."""

    def limit(**limits) -> None:
        Newsletter.objects.update(**limits)
        newsletter.refresh_from_db()

    return limit


@pytest.fixture
def plan_for(publish, subscribe, plan):
    """Plan a digest for so many more readers, and return its batches."""

    def plan_for(number: int, until=MONDAY, late=timedelta(0)) -> list[tuple]:
        publish("Rain", until - HOUR)
        for _ in range(number):
            subscribe(until - DAY)
        digest = plan(until, late=late)
        batches = Batch.objects.filter(cohort__digest=digest).order_by("not_before", "pk")
        return list(batches.values_list("not_before", "size"))

    return plan_for


def paced_until():
    return Newsletter.objects.get().paced_until


def test_without_a_limit_all_may_be_sent_at_once(plan_for):
    assert plan_for(3, late=HOUR) == [(MONDAY + HOUR, 3)]
    assert paced_until() is None


def test_with_a_limit_batches_follow_one_another(limit, plan_for):
    limit(most_an_hour=6)
    assert plan_for(4) == [(MONDAY + minutes * HOUR / 60, 1) for minutes in (0, 10, 20, 30)]
    assert paced_until() == MONDAY + 40 * HOUR / 60


def test_chunks_of_planning_follow_one_another(limit, plan_for, monkeypatch):
    monkeypatch.setattr(planning, "BATCHES_AT_ONCE", 2)
    limit(most_an_hour=6)
    assert [at for at, _ in plan_for(5)] == [MONDAY + n * HOUR / 6 for n in range(5)]
    assert miscounted() == []


def test_a_digest_waits_for_the_one_before_it(limit, plan_for):
    limit(most_an_hour=2)
    plan_for(60)
    assert paced_until() == MONDAY + 30 * HOUR
    first, *_ = plan_for(1, until=TUESDAY)
    assert first == (MONDAY + 30 * HOUR, 1)


def test_time_that_has_passed_unused_is_not_made_up_for(limit, plan_for):
    limit(most_an_hour=6)
    plan_for(1)
    assert [at for at, _ in plan_for(1, until=TUESDAY)] == [TUESDAY, TUESDAY + HOUR / 6]


def test_a_new_sender_sends_little_on_its_first_day(limit, plan_for):
    limit(warming_since=MONDAY.date())
    batches = plan_for(60)
    assert sum(size for at, size in batches if at.date() == MONDAY.date()) <= 50
    assert batches[0] == (MONDAY, 1)
    assert batches[-1][0] > TUESDAY - 2 * HOUR


def test_readers_who_get_nothing_take_no_time(limit, subscribe, plan):
    limit(most_an_hour=1)
    for _ in range(3):
        subscribe(MONDAY - DAY)
    plan(MONDAY)
    assert paced_until() is None


def test_without_a_limit_the_newsletter_is_neither_locked_nor_written(plan_for):
    with CaptureQueriesContext(connection) as queries:
        plan_for(1)
    touched = [query["sql"] for query in queries if "newsletter_newsletter" in query["sql"]]
    assert not any("FOR " in sql or sql.startswith("UPDATE") for sql in touched)
