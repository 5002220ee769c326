"""Tests of what is planned, when and for whom, and the words they share."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from hypothesis import settings

from newsletter.models import Cohort, Subscription

# The same examples at each run, and no clock: a slow machine makes no test fail.
repeatable = settings(derandomize=True, deadline=None, database=None)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
TUESDAY, WEDNESDAY, NEXT_MONDAY = MONDAY + DAY, MONDAY + 2 * DAY, MONDAY + 7 * DAY


def planned(subscription: Subscription) -> list[list[str]]:
    """Return the titles in each mail that is planned for a subscription, in order of planning."""
    deliveries = subscription.deliveries.order_by("pk").select_related("batch__cohort")
    return [titles(delivery.batch.cohort) for delivery in deliveries]


def titles(cohort: Cohort) -> list[str]:
    """Return the titles of a cohort's posts, in alphabetical order."""
    return sorted(post.title for post in cohort.posts.all())


def window(subscription: Subscription) -> datetime:
    """Return when the window of a subscription opened, as the database says now."""
    subscription.refresh_from_db()
    return subscription.mailed_through


class Killed(Exception):
    """What stands for the death of a worker."""


@contextmanager
def at_write(number: int, verb: str, table: str, act: Callable[[], None]) -> Iterator[None]:
    """Act just before this thread writes to a table for the ``number``-th time.

    ``verb`` is INSERT or UPDATE.
    """
    write = re.compile(rf'{verb}\b[A-Z ]*"?{table}\b')
    seen = 0

    def execute(run: Callable, sql: str, *args: Any) -> Any:
        nonlocal seen
        if write.match(sql):
            seen += 1
            if seen == number:
                act()
        return run(sql, *args)

    with connection.execute_wrapper(execute):
        yield


@contextmanager
def killed_at(number: int, verb: str, table: str) -> Iterator[None]:
    """Kill whoever is about to write to a table for the ``number``-th time.

    Raises Killed, where it comes to that.
    """

    def die() -> None:
        raise Killed

    try:
        with at_write(number, verb, table, die):
            yield
    except Killed:
        # Transactions that the dead worker had begun are rolled back; the test's own is sound.
        if connection.in_atomic_block:
            transaction.set_rollback(False)
        raise
