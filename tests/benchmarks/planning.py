"""Plan a digest of ten posts at three sizes, while people sign up at the largest."""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from statistics import quantiles
from threading import Event, Thread

from django.db import connections
from django.test import Client

from core.guards import FASTEST_SECONDS, new_stamp
from newsletter.models import Delivery, Newsletter

from .harness import Measure, NotMeasured, Options
from .processes import answer
from .ten_posts import CADENCE, fill, newsletter_of_ten_posts

SIGN_UPS_A_SECOND = 20
VISITORS = 10  # As many sign-ups are under way at most.


@dataclass(frozen=True)
class Planning:
    """What planning took, by a clock that all processes share."""

    readers: int
    began: float
    ended: float
    megabytes: float

    @property
    def seconds(self) -> float:
        return self.ended - self.began

    @property
    def each(self) -> float:
        """Microseconds for each subscription."""
        return self.seconds / self.readers * 1e6


def run(options: Options) -> list[Measure]:
    """Measure seconds, memory, and how long who signs up has to wait."""
    small, middle = options.number(10_000, 2_000), options.number(100_000, 10_000)
    large = options.number(1_000_000, 50_000)
    with newsletter_of_ten_posts() as (newsletter, until):
        few = [_plan(newsletter, until, small) for _ in options.rounds]
        more = [_plan(newsletter, until, middle) for _ in options.rounds]
        # The largest takes long, and says enough once.
        waits: list[tuple[float, float]] = []
        many = _plan(newsletter, until, large, meanwhile=signing_up(newsletter.slug, waits))
    during = [seconds * 1000 for at, seconds in waits if many.began <= at <= many.ended]
    if len(during) < 2:
        raise NotMeasured("Nobody signed up during the planning.")
    percentiles = quantiles(during, n=100)
    seconds, most, p99 = (None, None, None) if options.quick else (60, 200, 200)
    return [
        *(_each(plannings) for plannings in (few, more)),
        Measure(
            f"Planning for {large:,}, each",
            [many.each],
            unit=" µs",
            peer=[few[-1].each],
            peer_name=f"for {small:,}",
            at_most=1.5,
        ),
        Measure(f"Planning for {large:,}", [many.seconds], unit=" s", at_most=seconds),
        Measure("Memory of planning", [many.megabytes], unit=" MB", at_most=most),
        Measure("Sign-ups meanwhile, median", [percentiles[49]], unit=" ms"),
        Measure("Sign-ups meanwhile, 99 of 100", [percentiles[98]], unit=" ms", at_most=p99),
    ]


def _each(plannings: list[Planning]) -> Measure:
    name = f"Planning for {plannings[0].readers:,}, each"
    return Measure(name, [planning.each for planning in plannings], unit=" µs")


def _plan(
    newsletter: Newsletter,
    until: datetime,
    readers: int,
    meanwhile: AbstractContextManager[None] | None = None,
) -> Planning:
    """Plan a digest for so many readers, and check that each has a delivery.

    Raises NotMeasured where that is not so.
    """
    fill(newsletter, readers, until)
    request = {"newsletter": newsletter.pk, "cadence": CADENCE, "until": until.isoformat()}
    with meanwhile or nullcontext():
        planning = Planning(readers, **answer("tests.benchmarks.planner", request))
    if (planned := Delivery.objects.count()) != readers:
        raise NotMeasured(f"Of {readers} deliveries {planned} were planned.")
    return planning


@contextmanager
def signing_up(slug: str, waits: list[tuple[float, float]]) -> Iterator[None]:
    """Have people sign up while it is entered; adds when each wanted to, and the seconds it took.

    They come at an even pace, whether those before them have been served or not.
    """
    over = Event()
    stamp = new_stamp()
    time.sleep(FASTEST_SECONDS + 1)  # A form that is sent at once is taken for a robot's.
    first = time.monotonic()
    visitors = [
        Thread(target=_visit, args=(slug, stamp, first, number, over, waits))
        for number in range(VISITORS)
    ]
    for visitor in visitors:
        visitor.start()
    try:
        yield
    finally:
        over.set()
        for visitor in visitors:
            visitor.join()


def _visit(
    slug: str,
    stamp: str,
    first: float,
    number: int,
    over: Event,
    waits: list[tuple[float, float]],
) -> None:
    """Sign up again and again, each time as somebody else, in turn with the other visitors."""
    try:
        while not over.wait(max(0, first + number / SIGN_UPS_A_SECOND - time.monotonic())):
            due = first + number / SIGN_UPS_A_SECOND
            address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
            client = Client(REMOTE_ADDR=address, SERVER_NAME="localhost")
            data = {"email": f"new{number}@example.com", "cadence": "daily", "stamp": stamp}
            response = client.post(f"/newsletter/{slug}/", data)
            if response.status_code != 302:
                raise NotMeasured(f"Who signed up was answered {response.status_code}.")
            waits.append((due, time.monotonic() - due))
            number += VISITORS
    finally:
        connections.close_all()
