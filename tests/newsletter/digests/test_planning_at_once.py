"""Several workers plan the same digest at the same time, while readers come, change and go."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial

import pytest
from django.db import connection, connections

from newsletter.digests import planning
from newsletter.models import Batch, Delivery, Digest, Subscription
from newsletter.subscribing import changing, confirming, joining
from tests.factories import TopicFactory

from . import (
    DAY,
    HOUR,
    MONDAY,
    NEXT_MONDAY,
    TUESDAY,
    Killed,
    at_write,
    killed_at,
    miscounted,
    planned,
    titles,
    window,
)

pytestmark = pytest.mark.django_db(transaction=True)

WORKERS = 4
PATIENCE = 60


def in_thread(job: Callable):
    """Do a job as a thread does that goes on to nothing else."""
    try:
        return job()
    finally:
        connections.close_all()


def at_once(*jobs: Callable) -> list:
    """Do each job in a thread of its own, all from the same moment on, and return their results."""
    start = threading.Barrier(len(jobs), timeout=PATIENCE)

    def run(job: Callable):
        start.wait()
        return in_thread(job)

    with ThreadPoolExecutor(len(jobs)) as pool:
        futures = [pool.submit(run, job) for job in jobs]
        return [future.result(PATIENCE) for future in futures]


@pytest.fixture(autouse=True)
def small_batches(settings):
    settings.NEWSLETTER_BATCH_SIZE = 3


@pytest.fixture
def birds_and_tides():
    return TopicFactory.create_batch(2)


def test_workers_that_plan_the_same_digest_plan_it_once(plan, publish, subscribe, birds_and_tides):
    birds, tides = birds_and_tides
    publish("Rain", MONDAY - HOUR, birds)
    publish("Fog", MONDAY - 30 * HOUR, tides)
    expected = {
        (MONDAY - DAY, ()): [["Rain"]],
        (MONDAY - DAY, (birds,)): [["Rain"]],
        (MONDAY - DAY, (tides,)): [],
        (MONDAY - 2 * DAY, ()): [["Fog", "Rain"]],
        (MONDAY - 2 * DAY, (tides,)): [["Fog"]],
    }
    readers = [
        (subscribe(since, topics=topics), mails)
        for (since, topics), mails in expected.items()
        for _ in range(7)
    ]
    digests = at_once(*[partial(plan, MONDAY)] * WORKERS)
    assert set(digests) == {Digest.objects.get()}
    assert {digest.state for digest in digests} == {Digest.State.SENDING}
    for reader, mails in readers:
        assert (planned(reader), window(reader)) == (mails, MONDAY)
    assert Delivery.objects.count() == 4 * 7
    assert all(1 <= batch.deliveries.count() <= 3 for batch in Batch.objects.all())
    cohorts = [titles(cohort) for cohort in Digest.objects.get().cohorts.all()]
    assert sorted(cohorts) == [["Fog"], ["Fog", "Rain"], ["Rain"]]


def test_workers_that_plan_the_same_empty_digest_end_it_as_empty(plan, subscribe):
    readers = [subscribe(MONDAY - DAY) for _ in range(7)]
    digests = at_once(*[partial(plan, MONDAY)] * WORKERS)
    assert {(digest.pk, digest.state) for digest in digests} == {
        (Digest.objects.get().pk, Digest.State.EMPTY)
    }
    assert {window(reader) for reader in readers} == {MONDAY}
    assert not Batch.objects.exists()


def test_the_digests_of_two_days_planned_at_the_same_time_share_no_post(plan, publish, subscribe):
    """A message of yesterday that was lost may come with today's."""
    publish("Rain", MONDAY - HOUR)
    publish("Fog", TUESDAY - HOUR)
    readers = [subscribe(MONDAY - DAY) for _ in range(20)]
    at_once(*[partial(plan, MONDAY), partial(plan, TUESDAY)] * 2)
    plan(TUESDAY + DAY)
    for reader in readers:
        assert sorted(title for mail in planned(reader) for title in mail) == ["Fog", "Rain"]
        assert window(reader) == TUESDAY + DAY


def test_the_daily_and_the_weekly_digest_may_be_planned_at_the_same_time(plan, publish, subscribe):
    publish("Rain", MONDAY - HOUR)
    readers = [subscribe(MONDAY - DAY, cadence) for cadence in ("daily", "weekly") * 7]
    at_once(*[partial(plan, MONDAY, cadence) for cadence in ("daily", "weekly") * 2])
    assert {tuple(map(tuple, planned(reader))) for reader in readers} == {(("Rain",),)}


class Crowd:
    """Readers of whom some leave, change and come back, and others who join."""

    SIZE = 6
    NOW = MONDAY + HOUR

    def __init__(self, newsletter, subscribe: Callable, topics: list) -> None:
        self.newsletter, self.topics = newsletter, topics
        self.staying, self.leaving, self.slowing, self.refining, self.returning = (
            [subscribe(MONDAY - DAY, topics=topics[:1]) for _ in range(self.SIZE)] for _ in range(5)
        )
        self.hastening = [subscribe(MONDAY - 3 * DAY, "weekly") for _ in range(self.SIZE)]
        self.joining = [f"new{number}@example.org" for number in range(self.SIZE)]

    def acts(self) -> list[Callable]:
        """Return what they do at the same time: the ones of a kind after one another."""
        return [
            lambda: [self.leave(reader) for reader in self.leaving],
            lambda: [self.change(reader, "weekly", self.topics[:1]) for reader in self.slowing],
            lambda: [self.change(reader, "daily", self.topics[1:]) for reader in self.refining],
            lambda: [self.change(reader, "daily", []) for reader in self.hastening],
            lambda: [self.come_back(reader) for reader in self.returning],
            lambda: [self.join(email) for email in self.joining],
        ]

    def leave(self, reader: Subscription) -> None:
        changing.leave(reader, "link", "Bye", self.NOW)

    def change(self, reader: Subscription, cadence: str, topics: list) -> None:
        changing.change(reader, cadence, topics, "As you like", self.NOW)

    def join(self, email: str) -> None:
        joining.ask(self.newsletter, joining.Wish(email, "daily"), self.NOW)
        subscription = self.newsletter.subscriptions.get(subscriber__email=email)
        confirming.confirm(subscription, "Yes", self.NOW)

    def come_back(self, reader: Subscription) -> None:
        self.leave(reader)
        self.join(reader.subscriber.email)

    @property
    def joined(self) -> list[Subscription]:
        return list(self.newsletter.subscriptions.filter(subscriber__email__in=self.joining))


@pytest.fixture
def crowd(newsletter, subscribe, publish, birds_and_tides):
    """A crowd after it moved while two workers planned; each post is on everybody's topics."""
    publish("Rain", MONDAY - HOUR, *birds_and_tides)
    crowd = Crowd(newsletter, subscribe, birds_and_tides)
    plan = partial(planning.plan, newsletter, "daily", MONDAY, MONDAY)
    at_once(plan, plan, *crowd.acts())
    return crowd


def test_a_window_moves_just_when_a_delivery_is_made_whatever_readers_do(crowd, newsletter):
    assert Digest.objects.get().state == Digest.State.SENDING
    for reader in newsletter.subscriptions.exclude(pk__in=[r.pk for r in crowd.joined]):
        mails = planned(reader)
        assert mails in ([], [["Rain"]])
        if reader not in crowd.returning:
            assert (window(reader) == MONDAY) == bool(mails)


def test_who_stays_is_planned_whatever_others_do(crowd):
    assert [planned(reader) for reader in crowd.staying] == [[["Rain"]]] * crowd.SIZE


def test_who_joins_meanwhile_begins_with_the_new_window(crowd):
    assert [(planned(r), window(r)) for r in crowd.joined] == [([], MONDAY)] * crowd.SIZE


def test_whatever_was_left_out_is_made_up_for_once(crowd, plan, publish, birds_and_tides):
    publish("Fog", MONDAY + 2 * HOUR, *birds_and_tides)
    plan(TUESDAY)
    plan(NEXT_MONDAY, "weekly")
    had_it_all = [*crowd.staying, *crowd.slowing, *crowd.refining, *crowd.hastening]
    for reader in [*had_it_all, *crowd.returning]:
        assert sorted(title for mail in planned(reader) for title in mail) == ["Fog", "Rain"]
    for reader in crowd.joined:
        assert planned(reader) == [["Fog"]]
    for reader in crowd.leaving:
        assert planned(reader) in ([], [["Rain"]])


def test_a_digest_that_somebody_is_planned_for_does_not_end_as_empty(
    plan, publish, subscribe, birds_and_tides
):
    """One worker is about to end it, as one that dies then plans it for a reader who came."""
    birds, tides = birds_and_tides
    publish("Floods", MONDAY - HOUR, tides)
    subscribe(MONDAY - DAY, topics=[birds])
    coming = subscribe(MONDAY - DAY, "weekly", topics=[tides])

    def come_and_be_planned() -> None:
        changing.change(coming, "daily", [tides], "As you like", MONDAY + HOUR)
        with suppress(Killed), killed_at(1, "UPDATE", "newsletter_digest"):
            plan(MONDAY)

    with ThreadPoolExecutor(1) as pool:

        def meanwhile() -> None:
            # Where the one who ends it has locked it, the other has to wait.
            with suppress(TimeoutError):
                pool.submit(in_thread, come_and_be_planned).result(timeout=1)

        with at_write(1, "UPDATE", "newsletter_digest", meanwhile):
            plan(MONDAY)
    plan(MONDAY)
    digest = Digest.objects.get()
    assert (digest.state == Digest.State.SENDING) == Batch.objects.exists()


def meanwhile(job: Callable) -> None:
    """Do a job in another thread and wait for it; it fails where it has to wait for a lock."""

    def impatient() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '3s'")
        job()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(in_thread, impatient).result(PATIENCE)


on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="Elsewhere writers take turns."
)


@on_postgresql
@pytest.mark.parametrize(
    ("verb", "table"),
    [
        ("INSERT", "newsletter_batch"),
        ("INSERT", "newsletter_delivery"),
        ("UPDATE", "newsletter_subscription"),
    ],
)
def test_who_comes_while_others_are_being_planned_is_planned_or_left_to_the_next(
    plan, publish, subscribe, birds_and_tides, verb, table
):
    """Between any two statements of a chunk somebody may come to the readers it is for."""
    birds, tides = birds_and_tides
    publish("Rain", MONDAY - HOUR, birds)
    comer = subscribe(MONDAY - DAY, cadence="weekly", topics=[tides])
    stayers = [subscribe(MONDAY - DAY, topics=[birds]) for _ in range(4)]
    come = partial(changing.change, comer, "daily", [birds], "As you like", MONDAY + HOUR)
    with at_write(1, verb, table, partial(meanwhile, come)):
        plan(MONDAY)
    assert [planned(reader) for reader in stayers] == [[["Rain"]]] * 4
    assert miscounted() == []
    assert (window(comer) == MONDAY) == bool(planned(comer))
    publish("Fog", TUESDAY - HOUR, birds)
    plan(TUESDAY)
    assert sorted(title for mail in planned(comer) for title in mail) == ["Fog", "Rain"]


@on_postgresql
@pytest.mark.parametrize("most_an_hour", [None, 100])
def test_who_signs_up_does_not_wait_for_planning(
    newsletter, plan, publish, subscribe, most_an_hour
):
    newsletter.most_an_hour = most_an_hour
    newsletter.save()
    publish("Rain", MONDAY - HOUR)
    subscribe(MONDAY - DAY)
    wish = joining.Wish("new@example.org", "daily")
    sign_up = partial(joining.ask, newsletter, wish, MONDAY + HOUR)
    with at_write(1, "UPDATE", "newsletter_subscription", partial(meanwhile, sign_up)):
        plan(MONDAY)
    assert newsletter.subscriptions.filter(subscriber__email="new@example.org").exists()
