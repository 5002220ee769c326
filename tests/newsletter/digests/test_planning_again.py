"""Planning that comes late, twice, or after a worker died: the outcome is the same."""

import pytest
from django.db import transaction

from newsletter.digests import planning
from newsletter.models import Batch, Cohort, Delivery, Digest, Newsletter
from newsletter.subscribing import changing
from tests.factories import TopicFactory

from . import (
    DAY,
    HOUR,
    MONDAY,
    TUESDAY,
    Killed,
    killed_at,
    killed_at_statement,
    miscounted,
    planned,
    window,
)


def test_late_planning_sends_once_with_everything_since(newsletter, publish, subscribe, plan):
    subscription = subscribe(MONDAY - 5 * DAY)
    for days in range(5):
        publish(f"Day {days}", MONDAY - days * DAY - HOUR)
    publish("Too late", MONDAY + HOUR)
    late = MONDAY + 5 * HOUR
    assert list(planning.due(late)) == [(newsletter, "daily", MONDAY)]
    plan(MONDAY)
    assert list(planning.due(late)) == []
    assert planned(subscription) == [[f"Day {days}" for days in range(5)]]
    assert Digest.objects.count() == 1


def test_planning_twice_changes_nothing(publish, subscribe, plan):
    subscription = subscribe(MONDAY - DAY)
    publish("Rain", MONDAY - HOUR)
    first = plan(MONDAY)
    publish("Backdated", MONDAY - HOUR)
    assert plan(MONDAY) == first
    assert planned(subscription) == [["Rain"]]
    assert Batch.objects.count() == Cohort.objects.count() == Delivery.objects.count() == 1


def test_an_empty_digest_that_is_planned_twice_stays_empty(publish, subscribe, plan):
    subscription = subscribe(MONDAY - DAY)
    first = plan(MONDAY)
    publish("Backdated", MONDAY - HOUR)
    again = plan(MONDAY)
    assert (again, again.state, again.finished_at) == (
        first,
        Digest.State.EMPTY,
        first.finished_at,
    )
    assert planned(subscription) == []


def test_planning_a_window_after_a_later_one_repeats_nothing(publish, subscribe, plan):
    subscription = subscribe(MONDAY - DAY)
    publish("Rain", MONDAY - HOUR)
    publish("Fog", TUESDAY - HOUR)
    plan(TUESDAY)
    assert plan(MONDAY) is None
    assert planned(subscription) == [["Fog", "Rain"]]
    assert window(subscription) == TUESDAY


@pytest.fixture
def many(subscribe, publish, settings, monkeypatch):
    """Five subscriptions to a post, which make three batches, each planned by itself."""
    settings.NEWSLETTER_BATCH_SIZE = 2
    monkeypatch.setattr(planning, "BATCHES_AT_ONCE", 1)
    publish("Rain", MONDAY - HOUR)
    return [subscribe(MONDAY - DAY) for _ in range(5)]


def killed_between_batches(plan) -> None:
    with pytest.raises(Killed), killed_at(2, "INSERT", "newsletter_delivery"):
        plan(MONDAY)


def test_planning_that_was_killed_left_whole_batches(many, plan):
    killed_between_batches(plan)
    assert Digest.objects.get().state == Digest.State.PLANNING
    assert Batch.objects.count() == 1
    done = [subscription for subscription in many if window(subscription) == MONDAY]
    assert [planned(subscription) for subscription in done] == [[["Rain"]]] * 2
    assert Delivery.objects.count() == 2
    assert miscounted() == []


def test_planning_that_was_killed_is_gone_on_with(newsletter, many, plan):
    killed_between_batches(plan)
    assert list(planning.due(MONDAY + HOUR)) == [(newsletter, "daily", MONDAY)]
    digest = plan(MONDAY)
    assert digest.state == Digest.State.SENDING
    assert [planned(subscription) for subscription in many] == [[["Rain"]]] * 5
    assert Cohort.objects.count() == 1
    assert list(planning.due(MONDAY + HOUR)) == []


def test_planning_that_was_killed_at_its_very_end_is_ended(newsletter, many, plan):
    with pytest.raises(Killed), killed_at(1, "UPDATE", "newsletter_digest"):
        plan(MONDAY)
    assert list(planning.due(MONDAY + HOUR)) == [(newsletter, "daily", MONDAY)]
    assert plan(MONDAY).state == Digest.State.SENDING
    assert Delivery.objects.count() == 5


def test_a_digest_that_was_killed_as_it_was_opened_has_not_begun(many, plan):
    with pytest.raises(Killed), killed_at(1, "INSERT", "newsletter_digest_posts"):
        plan(MONDAY)
    assert not Digest.objects.exists()
    plan(MONDAY)
    assert [planned(subscription) for subscription in many] == [[["Rain"]]] * 5


def test_a_cohort_that_planning_was_killed_at_gets_its_posts(many, plan):
    with pytest.raises(Killed), killed_at(1, "INSERT", "newsletter_cohort_posts"):
        plan(MONDAY)
    assert not Delivery.objects.exists()
    plan(MONDAY)
    assert [planned(subscription) for subscription in many] == [[["Rain"]]] * 5


def test_a_post_of_the_window_that_appears_between_two_batches_goes_to_nobody(many, plan, publish):
    killed_between_batches(plan)
    publish("Backdated", MONDAY - HOUR)
    plan(MONDAY)
    assert [planned(subscription) for subscription in many] == [[["Rain"]]] * 5


def test_a_post_that_is_taken_back_between_two_batches_goes_to_nobody_more(many, plan, publish):
    fog = publish("Fog", MONDAY - HOUR)
    killed_between_batches(plan)
    fog.unpublish()
    plan(MONDAY)
    assert sorted(planned(subscription) for subscription in many) == sorted(
        [[["Fog", "Rain"]]] * 2 + [[["Rain"]]] * 3
    )


def test_who_leaves_between_two_batches_is_not_planned(many, plan):
    killed_between_batches(plan)
    leaver = next(s for s in many if window(s) < MONDAY)
    changing.leave(leaver, "link", "Bye", MONDAY + HOUR)
    plan(MONDAY)
    assert planned(leaver) == []
    assert window(leaver) == MONDAY - DAY
    assert Delivery.objects.count() == 4


def test_a_window_older_than_the_digest_is_left_to_the_next(many, plan, subscribe, publish):
    """Its posts do not reach back to where the window of one who changed to daily opened."""
    publish("Of the week", MONDAY - 3 * DAY)
    killed_between_batches(plan)
    changed = subscribe(MONDAY - 7 * DAY)
    assert plan(MONDAY).state == Digest.State.SENDING
    assert planned(changed) == []
    assert window(changed) == MONDAY - 7 * DAY
    publish("Fog", TUESDAY - HOUR)
    plan(TUESDAY)
    assert planned(changed) == [["Fog", "Of the week", "Rain"]]


@pytest.fixture
def outcome(newsletter, subscribe, publish, plan, settings, monkeypatch):
    """Plan two cohorts in chunks and paced, killed before a statement, and take stock after."""
    settings.NEWSLETTER_BATCH_SIZE = 2
    monkeypatch.setattr(planning, "BATCHES_AT_ONCE", 2)
    newsletter.most_an_hour = 60
    newsletter.save()
    birds, tides = TopicFactory.create_batch(2)
    publish("Terns", MONDAY - HOUR, birds)
    publish("Rain", MONDAY - HOUR)
    choices = [[], [birds], [tides]]
    readers = [subscribe(MONDAY - DAY, topics=topics) for topics in choices for _ in range(3)]

    def stock() -> list:
        return [
            [(planned(reader), window(reader)) for reader in readers],
            miscounted(),
            sorted(Batch.objects.values_list("size", "not_before")),
            Newsletter.objects.get().paced_until,
            Digest.objects.get().state,
        ]

    def outcome(number: int) -> tuple[bool, list]:
        sound = transaction.savepoint()
        was_killed = False
        try:
            with killed_at_statement(number):
                plan(MONDAY)
        except Killed:
            was_killed = True
            plan(MONDAY)
        found = stock()
        transaction.savepoint_rollback(sound)
        return was_killed, found

    return outcome


def test_wherever_planning_is_killed_it_comes_to_the_same(outcome):
    was_killed, undisturbed = outcome(10_000)
    assert not was_killed
    number = 1
    while (killed_then := outcome(number))[0]:
        assert killed_then[1] == undisturbed
        number += 1
    assert number > 40, "It has proved little."
