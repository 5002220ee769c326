"""Joining, leaving and changing neither repeat a post nor miss one."""

from datetime import datetime, timedelta

import pytest

from newsletter.models import Subscription, Suppression
from newsletter.subscribing import changing, confirming, joining, suppressing
from tests.factories import TopicFactory

from . import DAY, HOUR, MONDAY, NEXT_MONDAY, TUESDAY, WEDNESDAY, planned, window

SECOND = timedelta(seconds=1)


def join(newsletter, email: str, now: datetime, cadence: str = "daily") -> Subscription:
    joining.ask(newsletter, joining.Wish(email=email, cadence=cadence), now)
    subscription = newsletter.subscriptions.get(subscriber__email=email)
    confirming.confirm(subscription, "Yes", now)
    return subscription


def test_who_joins_during_the_day_gets_the_current_window_only(newsletter, publish, plan):
    publish("Yesterday's", MONDAY - HOUR)
    publish("Before", MONDAY + HOUR)
    subscription = join(newsletter, "ana@example.org", MONDAY + 2 * HOUR)
    publish("After", MONDAY + 3 * HOUR)
    assert window(subscription) == MONDAY
    plan(TUESDAY)
    assert planned(subscription) == [["After", "Before"]]


def test_who_joins_between_a_due_time_and_its_planning_gets_the_new_window(
    newsletter, subscribe, publish, plan
):
    publish("Yesterday's", MONDAY - HOUR)
    subscribe(MONDAY - DAY)
    subscription = join(newsletter, "ana@example.org", MONDAY + timedelta(seconds=30))
    plan(MONDAY)
    assert planned(subscription) == []
    publish("Rain", MONDAY + HOUR)
    plan(TUESDAY)
    assert planned(subscription) == [["Rain"]]


def test_who_joins_weekly_gets_the_current_week(newsletter, publish, plan):
    publish("Last week's", MONDAY - HOUR)
    publish("This week's", MONDAY + HOUR)
    subscription = join(newsletter, "ana@example.org", WEDNESDAY, "weekly")
    plan(NEXT_MONDAY, "weekly")
    assert planned(subscription) == [["This week's"]]


def test_leaving_keeps_the_window_and_coming_back_goes_on_from_it(newsletter, publish, plan):
    """Without that, who comes back weekly would get again what came daily earlier in the week."""
    subscription = join(newsletter, "ana@example.org", MONDAY + HOUR)
    publish("Monday's", MONDAY + 2 * HOUR)
    plan(TUESDAY)
    changing.leave(subscription, "link", "Bye", TUESDAY + HOUR)
    assert window(subscription) == TUESDAY
    publish("Tuesday's", TUESDAY + 2 * HOUR)
    again = join(newsletter, "ana@example.org", TUESDAY + 3 * HOUR, "weekly")
    assert again == subscription
    assert window(subscription) == TUESDAY
    plan(NEXT_MONDAY, "weekly")
    assert planned(subscription) == [["Monday's"], ["Tuesday's"]]


def test_who_comes_back_after_long_gets_the_current_window_only(newsletter, publish, plan):
    subscription = join(newsletter, "ana@example.org", MONDAY + HOUR)
    changing.leave(subscription, "link", "Bye", MONDAY + 2 * HOUR)
    publish("Missed", TUESDAY + HOUR)
    publish("Current", NEXT_MONDAY + HOUR)
    join(newsletter, "ana@example.org", NEXT_MONDAY + 2 * HOUR)
    plan(NEXT_MONDAY + DAY)
    assert planned(subscription) == [["Current"]]


def test_changing_the_cadence_to_and_fro_neither_repeats_nor_misses(newsletter, publish, plan):
    subscription = join(newsletter, "ana@example.org", MONDAY + HOUR)

    def change(cadence: str, now: datetime) -> None:
        changing.change(subscription, cadence, [], "As you like", now)

    publish("Monday's", MONDAY + 2 * HOUR)
    plan(TUESDAY)
    publish("Tuesday's", TUESDAY + HOUR)
    change("weekly", TUESDAY + 2 * HOUR)
    plan(WEDNESDAY)
    publish("Wednesday's", WEDNESDAY + HOUR)
    plan(NEXT_MONDAY, "weekly")
    publish("Next Monday's", NEXT_MONDAY + HOUR)
    change("daily", NEXT_MONDAY + 2 * HOUR)
    plan(NEXT_MONDAY + DAY)
    assert planned(subscription) == [
        ["Monday's"],
        ["Tuesday's", "Wednesday's"],
        ["Next Monday's"],
    ]


def test_changing_from_weekly_to_daily_brings_the_week_so_far(newsletter, publish, plan):
    subscription = join(newsletter, "ana@example.org", MONDAY + HOUR, "weekly")
    publish("Monday's", MONDAY + 2 * HOUR)
    publish("Tuesday's", TUESDAY + 2 * HOUR)
    changing.change(subscription, "daily", [], "As you like", TUESDAY + 3 * HOUR)
    plan(WEDNESDAY)
    assert planned(subscription) == [["Monday's", "Tuesday's"]]


def test_changing_topics_counts_from_the_window_that_is_open(newsletter, publish, plan):
    birds, tides = TopicFactory.create_batch(2)
    subscription = join(newsletter, "ana@example.org", MONDAY + HOUR)
    changing.change(subscription, "daily", [birds], "As you like", MONDAY + 2 * HOUR)
    publish("Floods", MONDAY + 3 * HOUR, tides)
    plan(TUESDAY)
    publish("Ebb", TUESDAY + HOUR, tides)
    changing.change(subscription, "daily", [tides], "As you like", TUESDAY + 2 * HOUR)
    plan(WEDNESDAY)
    assert planned(subscription) == [["Ebb"]]


@pytest.mark.parametrize(
    ("left", "returned", "planned_at"),
    [(10, 30, 60), (-10, 30, 60), (10, 30, 3600), (10, 90, 60), (-3600, 30, 60)],
)
def test_a_short_absence_about_a_due_time_costs_no_post(
    newsletter, publish, plan, left, returned, planned_at
):
    subscription = join(newsletter, "ana@example.org", MONDAY - DAY)
    join(newsletter, "ben@example.org", MONDAY - DAY)
    publish("Monday's", MONDAY - HOUR)
    steps = {
        left: lambda: changing.leave(subscription, "link", "Bye", MONDAY + left * SECOND),
        returned: lambda: join(newsletter, "ana@example.org", MONDAY + returned * SECOND),
        planned_at: lambda: plan(MONDAY, late=planned_at * SECOND),
    }
    for moment in sorted(steps):
        steps[moment]()
    publish("Tuesday's", TUESDAY - HOUR)
    plan(TUESDAY)
    posts = [title for titles in planned(subscription) for title in titles]
    assert posts == ["Monday's", "Tuesday's"]


def test_a_suppression_lifted_before_planning_costs_no_post(newsletter, publish, plan):
    subscription = join(newsletter, "ana@example.org", MONDAY - DAY)
    publish("Monday's", MONDAY - HOUR)
    suppressing.suppress("ana@example.org", "bounced", "550 No", MONDAY + 10 * SECOND)
    suppressing.lift(Suppression.objects.get(), MONDAY + 30 * SECOND)
    plan(MONDAY, late=60 * SECOND)
    assert planned(subscription) == [["Monday's"]]


def test_asking_and_declining_later_does_not_bring_back_an_old_window(newsletter, publish, plan):
    subscription = join(newsletter, "ana@example.org", MONDAY + HOUR)
    changing.leave(subscription, "link", "Bye", MONDAY + 2 * HOUR)
    publish("Missed", TUESDAY + HOUR)
    joining.ask(newsletter, joining.Wish(email="ana@example.org", cadence="daily"), NEXT_MONDAY)
    changing.leave(subscription, "link", "No", NEXT_MONDAY + HOUR)
    join(newsletter, "ana@example.org", NEXT_MONDAY + 2 * HOUR)
    plan(NEXT_MONDAY + DAY)
    assert planned(subscription) == []
