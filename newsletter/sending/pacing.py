"""How fast may a newsletter be mailed? Pure functions of its limits and the clock.

Batches are laid along a line of time, each where the one before it ends: a batch takes as long as
its mails take at the pace in force where it begins. The end of the last one is all that has to be
remembered. A batch is sent at once when its time comes, so each limit counts with one batch less
than it allows: no stretch of time then holds too many, wherever it begins.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from fractions import Fraction
from math import ceil

HOUR = timedelta(hours=1)
MICROSECOND = timedelta(microseconds=1)

# Mails a day from an address that has not sent before, from its first day on; after the last there
# is no limit. A custom of the trade: providers recommend such tables, which differ a little.
WARM_UP = (50, 100, 500, 1_000, 5_000, 10_000, 20_000, 40_000, 70_000, 100_000, 150_000, 250_000)
# An hour's mails are spread over at least so many batches, where they are enough.
BATCHES_AN_HOUR = 20


@dataclass(frozen=True)
class Slot:
    """A place for a batch: when it may be sent, how many mails it has, microseconds for each."""

    opens: datetime
    size: int
    step: Fraction

    @property
    def closes(self) -> datetime:
        """When the next one opens."""
        return self.opens + ceil(self.size * self.step) * MICROSECOND


@dataclass(frozen=True)
class Limit:
    """No more than ``mails`` in a time, in batches of at most ``largest``."""

    mails: int
    time: timedelta
    largest: int

    @property
    def size(self) -> int:
        """How many mails a batch has."""
        an_hour = self.mails * HOUR // self.time
        return max(1, min(self.largest, an_hour // BATCHES_AN_HOUR))

    @property
    def step(self) -> Fraction:
        """How many microseconds a mail takes."""
        return Fraction(self.time // MICROSECOND, self.mails - self.size + 1)


@dataclass(frozen=True)
class Pace:
    """The limits of a newsletter: mails an hour, and the day it began to send, in its time zone."""

    most_an_hour: int | None
    warming_since: date | None
    zone: tzinfo

    def limits(self, at: datetime, largest: int) -> list[Limit]:
        """Return the limits in force at a moment, for batches of at most ``largest``."""
        limits = []
        if self.most_an_hour:
            limits.append(Limit(self.most_an_hour, HOUR, largest))
        if self.warming_since:
            today = at.astimezone(self.zone).date()
            day = (today - self.warming_since).days
            if 0 <= day < len(WARM_UP):
                limits.append(Limit(WARM_UP[day], _length(today, self.zone), largest))
        return limits

    def slots(self, start: datetime, largest: int) -> Iterator[Slot]:
        """Yield places for batches of at most ``largest`` mails, from ``start`` on, without end."""
        opens = start.astimezone(UTC)
        while True:
            limits = self.limits(opens, largest)
            size = min((limit.size for limit in limits), default=largest)
            step = max((limit.step for limit in limits), default=Fraction(0))
            slot = Slot(opens, size, step)
            yield slot
            opens = slot.closes


def fill(slots: Iterable[Slot], number: int) -> list[Slot]:
    """Return the slots that ``number`` mails take, the last no larger than it has to be."""
    filled = []
    for slot in slots:
        filled.append(replace(slot, size=min(slot.size, number)))
        number -= filled[-1].size
        if not number:
            break
    return filled


def _length(day: date, zone: tzinfo) -> timedelta:
    """Return how long a day is: where clocks are changed, not 24 hours."""
    midnights = (datetime.combine(d, time(), zone) for d in (day, day + timedelta(days=1)))
    begin, end = (midnight.astimezone(UTC) for midnight in midnights)
    return end - begin
