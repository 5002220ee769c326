"""When is a digest due? Pure functions of a time of day, a weekday, a time zone and the clock."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo


def latest_due(at: time, weekday: int | None, zone: tzinfo, now: datetime) -> datetime:
    """Return the latest due time that is not after ``now``, in UTC.

    ``at`` is a time of day in ``zone``; ``weekday`` (Monday is 0) makes it weekly, None daily. A
    time that the clocks skip in spring counts from the offset before the change, one that comes
    twice in autumn is due the first time (PEP 495, fold=0): each day has exactly one due time.
    """
    day = now.astimezone(zone).date() + timedelta(days=1)
    while weekday is not None and day.weekday() != weekday:
        day -= timedelta(days=1)
    step = timedelta(days=1 if weekday is None else 7)
    while (due := _moment(day, at, zone)) > now:
        day -= step
    return due


def _moment(day: date, at: time, zone: tzinfo) -> datetime:
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)
