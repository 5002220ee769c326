"""Tests of what is planned, when and for whom, and the words they share."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, F
from hypothesis import settings

from newsletter.models import Batch, Cohort, Subscription

# The same examples at each run, and no clock: a slow machine makes no test fail.
repeatable = settings(derandomize=True, deadline=None, database=None)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)
MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
TUESDAY, WEDNESDAY, NEXT_MONDAY = MONDAY + DAY, MONDAY + 2 * DAY, MONDAY + 7 * DAY


def planned(subscription: Subscription) -> list[list[str]]:
    """Return the titles in each mail that is planned for a subscription, in order of planning."""
    deliveries = subscription.deliveries.order_by("pk").select_related("batch__cohort")
    return [titles(delivery.batch.cohort) for delivery in deliveries]


def miscounted() -> list[Batch]:
    """Return the batches that do not say how many deliveries they have."""
    return list(Batch.objects.alias(number=Count("deliveries")).exclude(size=F("number")))


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
def at_statement(number: int, like: str, act: Callable[[], None]) -> Iterator[None]:
    """Act just before this thread makes a statement that begins so for the ``number``-th time.

    ``like`` is a regular expression.
    """
    seen = 0

    def execute(run: Callable, sql: str, *args: Any) -> Any:
        nonlocal seen
        if re.match(like, sql):
            seen += 1
            if seen == number:
                act()
        return run(sql, *args)

    with connection.execute_wrapper(execute):
        yield


def writes(verb: str, table: str) -> str:
    """Return what a statement is like that writes to a table; ``verb`` is INSERT or UPDATE."""
    return rf'{verb}\b[A-Z ]*"?{table}\b'


def at_write(number: int, verb: str, table: str, act: Callable[[], None]) -> Any:
    """Act just before this thread writes to a table for the ``number``-th time."""
    return at_statement(number, writes(verb, table), act)


@contextmanager
def killed_at_statement(number: int, like: str = "") -> Iterator[None]:
    """Kill whoever is about to make a statement that begins so for the ``number``-th time.

    Raises Killed, where it comes to that.
    """

    def die() -> None:
        raise Killed

    try:
        with at_statement(number, like, die):
            yield
    except Killed:
        # Transactions that the dead worker had begun are rolled back; the test's own is sound.
        if connection.in_atomic_block:
            transaction.set_rollback(False)
        raise


def killed_at(number: int, verb: str, table: str) -> Any:
    """Kill whoever is about to write to a table for the ``number``-th time.

    Raises Killed, where it comes to that.
    """
    return killed_at_statement(number, writes(verb, table))
