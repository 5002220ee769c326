"""How fast batches follow one another: values in, values out."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import takewhile
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.sending.pacing import HOUR, WARM_UP, Pace, Slot, fill

LONDON, BEIRUT = ZoneInfo("Europe/London"), ZoneInfo("Asia/Beirut")
DAY = timedelta(days=1)
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)

# The same examples at each run, and no clock: a slow machine makes no test fail.
repeatable = settings(derandomize=True, deadline=None, database=None)


def laid(pace: Pace, start: datetime, number: int, largest: int = 500) -> list[Slot]:
    """Lay out batches of so many mails in all."""
    return fill(pace.slots(start, largest), number)


def test_without_a_limit_all_is_sent_at_once_in_batches_of_full_size():
    slots = laid(Pace(None, None, UTC), MONDAY, 1_200)
    assert [(slot.opens, slot.size) for slot in slots] == [
        (MONDAY, 500),
        (MONDAY, 500),
        (MONDAY, 200),
    ]
    assert slots[-1].closes == MONDAY


def test_mails_of_an_hour_are_spread_over_it():
    first, second, *_ = slots = laid(Pace(10_000, None, UTC), MONDAY, 5_000)
    assert {slot.size for slot in slots} == {500}
    assert second.opens - first.opens == pytest.approx(HOUR / 19, abs=timedelta(seconds=1))
    assert slots[-1].closes - MONDAY == pytest.approx(HOUR / 2, abs=timedelta(minutes=2))


def test_batches_are_small_where_few_mails_an_hour_are_allowed():
    slots = laid(Pace(60, None, UTC), MONDAY, 60)
    assert {slot.size for slot in slots} == {3}
    assert laid(Pace(1, None, UTC), MONDAY, 3) == [
        Slot(MONDAY + n * HOUR, 1, 3_600_000_000) for n in range(3)
    ]


def test_little_is_lost_of_what_an_hour_allows():
    for most in (1, 7, 20, 100, 3_000, 10_000, 1_000_000):
        slots = Pace(most, None, UTC).slots(MONDAY, 500)
        in_an_hour = takewhile(lambda slot: slot.opens < MONDAY + HOUR, slots)
        assert 0.95 * most <= sum(slot.size for slot in in_an_hour) <= most


def test_on_the_first_days_a_new_sender_sends_what_the_table_says():
    slots = laid(Pace(None, MONDAY.date(), UTC), MONDAY, sum(WARM_UP), largest=50)
    days = Counter()
    for slot in slots:
        days[(slot.opens - MONDAY).days] += slot.size
    assert days[0] == 50
    for day, most in enumerate(WARM_UP):
        assert 0.99 * most <= days[day] <= most


def test_a_list_that_is_larger_than_the_table_goes_out_when_the_table_ends():
    pace = Pace(None, MONDAY.date(), UTC)
    slots = laid(pace, MONDAY, 1_000_000)
    warm = MONDAY + len(WARM_UP) * DAY
    assert sum(slot.size for slot in slots if slot.opens < warm) <= sum(WARM_UP)
    assert warm <= slots[-1].opens < warm + HOUR


@pytest.mark.parametrize("days", [-1, len(WARM_UP)])
def test_before_the_first_day_and_after_the_last_nothing_is_held_back(days):
    pace = Pace(None, MONDAY.date(), UTC)
    assert {slot.opens for slot in laid(pace, MONDAY + days * DAY, 2_000)} == {MONDAY + days * DAY}


def test_a_day_of_a_new_sender_is_that_of_the_newsletter():
    kiritimati = ZoneInfo("Pacific/Kiritimati")
    evening = datetime(2026, 3, 1, 11, tzinfo=UTC)  # 01:00 on Monday there, Sunday in Greenwich
    assert laid(Pace(None, MONDAY.date(), kiritimati), evening, 2)[1].opens > evening
    assert laid(Pace(None, MONDAY.date(), UTC), evening, 2, largest=1)[1].opens == evening


@pytest.mark.parametrize(
    "midnight",
    [
        datetime(2026, 3, 29, 0, tzinfo=LONDON),  # 23 hours
        datetime(2026, 10, 25, 0, tzinfo=LONDON),  # 25 hours
        datetime(2026, 10, 24, 0, tzinfo=BEIRUT),  # 25 hours, the last of them twice
    ],
)
def test_a_day_on_which_clocks_are_changed_holds_what_any_other_does(midnight):
    pace = Pace(None, midnight.date(), midnight.tzinfo)
    slots = laid(pace, midnight, 100)
    assert mails_by_day(slots, midnight.tzinfo)[midnight.date()] == WARM_UP[0]


def test_the_stricter_of_two_limits_is_kept():
    both = laid(Pace(10, MONDAY.date(), UTC), MONDAY, 50)
    assert both == laid(Pace(None, MONDAY.date(), UTC), MONDAY, 50)
    later = MONDAY + 8 * DAY
    both = laid(Pace(10, MONDAY.date(), UTC), later, 50)
    assert [slot.opens for slot in both] == [
        slot.opens for slot in laid(Pace(10, None, UTC), later, 50)
    ]


def test_a_batch_that_is_not_full_leaves_its_time_to_the_next():
    slots = laid(Pace(10_000, None, UTC), MONDAY, 1)
    assert slots[-1].closes - MONDAY < timedelta(seconds=1)


zones = st.sampled_from([UTC, LONDON, BEIRUT, ZoneInfo("America/Los_Angeles")])
starts = st.timedeltas(timedelta(0), 3_650 * DAY).map(lambda span: MONDAY + span)
changes = st.sampled_from(
    [
        datetime(2026, 3, 28, 22, tzinfo=UTC),
        datetime(2026, 10, 24, 20, tzinfo=UTC),
        datetime(2026, 3, 8, 7, tzinfo=UTC),
        datetime(2026, 11, 1, 7, tzinfo=UTC),
    ]
)
limits = st.none() | st.integers(1, 50) | st.integers(50, 2_000_000)
# Mails of a digest, and the hours until the next.
digests = st.lists(st.tuples(st.integers(1, 500), st.floats(0, 30)), min_size=1, max_size=5)


@repeatable
@given(
    most=limits,
    warm_for=st.none() | st.integers(-1, 12),
    zone=zones,
    start=starts | changes,
    digests=digests,
    largest=st.sampled_from([1, 20, 500]),
)
def test_no_hour_and_no_day_holds_too_many(most, warm_for, zone, start, digests, largest):
    today = start.astimezone(zone).date()
    since = None if warm_for is None else today - timedelta(days=warm_for)
    pace = Pace(most, since, zone)
    slots = lay_out(pace, start, digests, largest)
    assert sum(slot.size for slot in slots) == sum(number for number, _ in digests)
    assert all(1 <= slot.size <= largest for slot in slots)
    if most:
        assert fullest_hour(slots) <= most
    for day, number in mails_by_day(slots, zone).items():
        which = (day - since).days if since else -1
        if 0 <= which < len(WARM_UP):
            assert number <= WARM_UP[which]


def lay_out(
    pace: Pace, now: datetime, digests: list[tuple[int, float]], largest: int
) -> list[Slot]:
    """Lay out some digests, planned one after the other, each where the one before it ends."""
    slots: list[Slot] = []
    cursor = now
    for number, hours in digests:
        added = fill(pace.slots(max(now, cursor), largest), number)
        assert all(slot.opens >= now for slot in added)
        slots += added
        cursor = added[-1].closes
        now += hours * HOUR
    assert slots == sorted(slots, key=lambda slot: slot.opens)
    return slots


def fullest_hour(slots: list[Slot]) -> int:
    """Return the most mails in any stretch of an hour."""
    fullest = within = first = 0
    for slot in slots:
        within += slot.size
        while slots[first].opens <= slot.opens - HOUR:
            within -= slots[first].size
            first += 1
        fullest = max(fullest, within)
    return fullest


def mails_by_day(slots: list[Slot], zone: tzinfo) -> Counter[date]:
    days: Counter[date] = Counter()
    for slot in slots:
        days[slot.opens.astimezone(zone).date()] += slot.size
    return days
