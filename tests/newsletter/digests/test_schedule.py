"""When a digest is due: by examples, and by a second way to work it out."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.digests.schedule import latest_due

from . import repeatable

LONDON, NEW_YORK = ZoneInfo("Europe/London"), ZoneInfo("America/New_York")
MONDAY, FRIDAY, SUNDAY = 0, 4, 6
TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-03-04 07:59:59.999999", "2026-03-03 08:00"),
        ("2026-03-04 08:00", "2026-03-04 08:00"),
        ("2026-03-04 23:59", "2026-03-04 08:00"),
        ("2026-03-01 00:00", "2026-02-28 08:00"),
        ("2026-01-01 00:00", "2025-12-31 08:00"),
    ],
)
def test_a_daily_digest_is_due_each_day_from_its_time_on(now, due):
    assert latest_due(time(8), None, UTC, utc(now)) == utc(due)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-03-02 07:59", "2026-02-23 08:00"),
        ("2026-03-02 08:00", "2026-03-02 08:00"),
        ("2026-03-02 23:00", "2026-03-02 08:00"),
        ("2026-03-03 07:00", "2026-03-02 08:00"),
        ("2026-03-08 23:59", "2026-03-02 08:00"),
        ("2026-03-09 08:00", "2026-03-09 08:00"),
    ],
)
def test_a_weekly_digest_is_due_once_a_week(now, due):
    assert latest_due(time(8), MONDAY, UTC, utc(now)) == utc(due)


@pytest.mark.parametrize("weekday", range(7))
def test_each_weekday_may_be_the_one(weekday):
    due = latest_due(time(8), weekday, UTC, utc("2026-03-08 12:00"))
    assert due == utc("2026-03-02 08:00") + weekday * DAY


def test_the_time_keeps_its_seconds():
    at = time(8, 0, 30, 5)
    assert latest_due(at, None, UTC, utc("2026-03-04 08:00:30.000005")) == utc(
        "2026-03-04 08:00:30.000005"
    )
    assert latest_due(at, None, UTC, utc("2026-03-04 08:00:30.000004")) == utc(
        "2026-03-03 08:00:30.000005"
    )


@pytest.mark.parametrize("hours", [-11, 0, 14])
def test_the_time_zone_of_the_clock_does_not_matter(hours):
    elsewhere = ZoneInfo(f"Etc/GMT{-hours:+}") if hours else UTC
    now = utc("2026-07-01 12:00")
    due = latest_due(time(8), None, LONDON, now.astimezone(elsewhere))
    assert due == utc("2026-07-01 07:00")
    assert due.tzinfo is UTC


@pytest.mark.parametrize(
    ("zone", "now", "due"),
    [
        # 8 o'clock stays 8 o'clock, on either side of a change and on its day.
        (LONDON, "2026-03-28 12:00", "2026-03-28 08:00"),
        (LONDON, "2026-03-29 12:00", "2026-03-29 07:00"),
        (LONDON, "2026-10-24 12:00", "2026-10-24 07:00"),
        (LONDON, "2026-10-25 12:00", "2026-10-25 08:00"),
        (NEW_YORK, "2026-03-07 18:00", "2026-03-07 13:00"),
        (NEW_YORK, "2026-03-08 18:00", "2026-03-08 12:00"),
        (NEW_YORK, "2026-11-01 18:00", "2026-11-01 13:00"),
    ],
)
def test_the_time_is_the_local_one_in_summer_and_in_winter(zone, now, due):
    assert latest_due(time(8), None, zone, utc(now)) == utc(due)


@pytest.mark.parametrize(
    ("zone", "at", "due"),
    [
        (LONDON, time(1, 30), "2026-03-29 01:30"),  # 02:30 of summer time
        (NEW_YORK, time(2, 30), "2026-03-08 07:30"),  # 03:30 of summer time
    ],
)
@pytest.mark.parametrize("weekday", [None, SUNDAY])
def test_a_time_that_the_clocks_skip_is_due_as_if_they_had_not(zone, at, due, weekday):
    step = DAY if weekday is None else 7 * DAY
    assert latest_due(at, weekday, zone, utc(due)) == utc(due)
    assert latest_due(at, weekday, zone, utc(due) - TICK) == utc(due) - step


@pytest.mark.parametrize(
    ("zone", "first", "second"),
    [
        (LONDON, "2026-10-25 00:30", "2026-10-25 01:30"),
        (NEW_YORK, "2026-11-01 05:30", "2026-11-01 06:30"),
    ],
)
@pytest.mark.parametrize("weekday", [None, SUNDAY])
def test_a_time_that_comes_twice_is_due_the_first_time_only(zone, first, second, weekday):
    at = utc(first).astimezone(zone).time()
    for now in (utc(first), utc(second), utc(second) + timedelta(hours=12)):
        assert latest_due(at, weekday, zone, now) == utc(first)


@pytest.mark.parametrize(("weekday", "earlier"), [(None, 1), (SUNDAY, 7)])
def test_a_day_that_begins_twice_is_due_the_first_time_it_begins(weekday, earlier):
    """At a minute past midnight, the clocks of Newfoundland went back to the evening before."""
    zone, at = ZoneInfo("America/St_Johns"), time(0, 0, 30)
    due = utc("2006-10-29 02:30:30")
    evening = utc("2006-10-29 03:00")
    assert evening.astimezone(zone).date() == date(2006, 10, 28)
    assert latest_due(at, weekday, zone, due - TICK) == due - earlier * DAY
    for now in (due, evening, evening + timedelta(hours=1)):
        assert latest_due(at, weekday, zone, now) == due


def test_a_week_is_that_of_the_newsletter_at_either_end_of_the_world():
    now = utc("2026-03-01 19:00")  # Sunday there, 09:00 on Monday on Kiritimati
    assert latest_due(time(8), MONDAY, ZoneInfo("Pacific/Kiritimati"), now) == utc(
        "2026-03-01 18:00"
    )
    assert latest_due(time(8), MONDAY, ZoneInfo("Pacific/Pago_Pago"), now) == utc(
        "2026-02-23 19:00"
    )


def test_a_day_that_a_country_left_out_makes_no_week_without_a_digest():
    samoa = ZoneInfo("Pacific/Apia")  # Thursday, 29 December 2011, was followed by Saturday.
    friday = utc("2011-12-30 18:00")
    assert latest_due(time(8), FRIDAY, samoa, friday) == friday
    assert latest_due(time(8), FRIDAY, samoa, friday - TICK) == utc("2011-12-23 18:00")


NOTABLE = [
    "America/New_York",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Asia/Beirut",
    "Australia/Lord_Howe",
    "Europe/London",
    "Pacific/Apia",
    "Pacific/Kiritimati",
]
zones = st.sampled_from(NOTABLE).map(ZoneInfo) | st.timezones()
weekdays = st.none() | st.integers(0, 6)
minutes = st.integers(0, 24 * 60 - 1).map(lambda n: time(n // 60, n % 60))
times = minutes | st.times()
days = st.dates(date(1970, 1, 10), date(2037, 12, 1))
changing_nights = st.sampled_from(
    [
        date(1994, 12, 31),
        date(2006, 10, 29),
        date(2011, 12, 30),
        date(2026, 3, 8),
        date(2026, 3, 29),
        date(2026, 10, 25),
        date(2026, 11, 1),
    ]
)
dates = days | changing_nights
moments = st.builds(lambda day, at: datetime.combine(day, at, tzinfo=UTC), dates, times)


def moment_of(day: date, at: time, zone: tzinfo) -> datetime:
    """Say when a day's digest is due, from the zone's offsets before and after that day.

    Of the instants at which a clock there shows this time, it is the first; where there is none,
    the one at which a clock would show it that had not been changed.
    """
    wall = datetime.combine(day, at, tzinfo=UTC)
    before, after = (
        (wall + timedelta(hours=hours)).astimezone(zone).utcoffset() for hours in (-30, 30)
    )
    instants = [wall - before, wall - after]
    shown = [i for i in instants if i.astimezone(zone).replace(tzinfo=UTC) == wall]
    return min(shown, default=wall - before)


def moments_around(now: datetime, weekday: int | None, at: time, zone: tzinfo) -> list[datetime]:
    around = [now.astimezone(zone).date() + n * DAY for n in range(-9, 10)]
    return [
        moment_of(day, at, zone) for day in around if weekday is None or day.weekday() == weekday
    ]


@repeatable
@given(at=times, weekday=weekdays, zone=zones, now=moments)
def test_it_is_the_latest_of_the_days_moments_that_is_not_after_now(at, weekday, zone, now):
    passed = [m for m in moments_around(now, weekday, at, zone) if m <= now]
    assert latest_due(at, weekday, zone, now) == max(passed) <= now


@repeatable
@given(at=times, weekday=weekdays, zone=zones, day=dates)
def test_each_day_or_week_has_one_due_time(at, weekday, zone, day):
    while weekday is not None and day.weekday() != weekday:
        day += DAY
    due = moment_of(day, at, zone)
    earlier = [m for m in moments_around(due, weekday, at, zone) if m < due]
    assert latest_due(at, weekday, zone, due) == due
    assert latest_due(at, weekday, zone, due - TICK) == max(earlier)


@repeatable
@given(at=times, weekday=weekdays, zone=zones, now=moments)
def test_windows_meet_without_gap_or_overlap(at, weekday, zone, now):
    """Whenever it is asked within a window, it opened at the same moment: the last one's end."""
    opened = latest_due(at, weekday, zone, now)
    closes = min(m for m in moments_around(now, weekday, at, zone) if m > now)
    middle = opened + (closes - opened) / 2
    for moment in (opened, middle, closes - TICK):
        assert latest_due(at, weekday, zone, moment) == opened
    assert latest_due(at, weekday, zone, closes) == closes


@repeatable
@given(
    at=times,
    weekday=weekdays,
    zone=zones,
    now=moments,
    later=st.timedeltas(timedelta(0), timedelta(days=15)),
)
def test_it_never_goes_back_as_time_goes_on(at, weekday, zone, now, later):
    assert latest_due(at, weekday, zone, now) <= latest_due(at, weekday, zone, now + later)


@repeatable
@given(at=times, zone=zones, now=moments)
def test_a_weekly_due_time_is_a_daily_one_too(at, zone, now):
    weekly = {latest_due(at, weekday, zone, now) for weekday in range(7)}
    assert max(weekly) == latest_due(at, None, zone, now)
