"""A tick finds what is due, whatever was lost or done before."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from kombu.exceptions import OperationalError

from blog.models import PostPage
from newsletter import tasks
from newsletter.digests import planning
from newsletter.models import Batch, Delivery, Digest, Newsletter, Notice, Subscription
from tests.factories import PostFactory, SubscriberFactory, SubscriptionFactory
from tests.newsletter import counts

DUE = datetime(2026, 3, 2, 8, tzinfo=UTC)  # A Monday.
SECOND = timedelta(seconds=1)
REQUEUE_AFTER = 2 * timedelta(seconds=settings.NEWSLETTER_LEASE_SECONDS)

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(DUE + timedelta(minutes=2), tick=False) as traveller:
        yield traveller


@pytest.fixture
def post(section, clock) -> PostPage:
    return PostFactory(parent=section, title="Rain", first_published_at=DUE - timedelta(hours=3))


@pytest.fixture
def readers(newsletter, clock) -> list[Subscription]:
    """Ana and Ben get a digest each day, Cleo each week."""
    return [
        SubscriptionFactory(
            newsletter=newsletter,
            subscriber=SubscriberFactory(email=f"{name}@example.com"),
            cadence=cadence,
            mailed_through=DUE - timedelta(days=1 if cadence == "daily" else 7),
        )
        for name, cadence in [("ana", "daily"), ("ben", "daily"), ("cleo", "weekly")]
    ]


@contextmanager
def broker_fails(task, error: Exception | None = None) -> Iterator[None]:
    """While it is entered the broker loses a task's messages, or refuses them with an error."""

    def delay(*args: object) -> None:
        if error:
            raise error

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(task, "delay", delay)
        yield


def recipients() -> list[str]:
    return [address for message in mail.outbox for address in message.to]


def test_a_tick_plans_and_sends_what_is_due_at_each_cadence(post, readers):
    tasks.tick()
    assert sorted(recipients()) == ["ana@example.com", "ben@example.com", "cleo@example.com"]
    assert {message.subject for message in mail.outbox} == {"Rain"}
    digests = {digest.cadence: digest for digest in Digest.objects.all()}
    assert set(digests) == {"daily", "weekly"}
    for digest in digests.values():
        assert digest.state == Digest.State.SENT
        assert digest.finished_at == DUE + timedelta(minutes=2)
    assert counts(Delivery.objects.all()) == {"sent": 3}
    assert set(Batch.objects.values_list("state", flat=True)) == {Batch.State.DONE}


def test_a_second_tick_sends_nothing_more(post, readers, clock):
    tasks.tick()
    for minutes in (0, 1, 60, 60 * 12):
        clock.shift(timedelta(minutes=minutes))
        tasks.tick()
    assert len(mail.outbox) == 3
    assert Digest.objects.count() == 2


def test_nothing_is_sent_before_it_is_due(post, readers, clock):
    clock.move_to(DUE - SECOND, tick=False)
    tasks.tick()
    assert mail.outbox == []
    assert not Digest.objects.exists()


def test_after_a_time_out_of_work_each_post_is_sent_once(section, readers, clock):
    for day in range(3):
        PostFactory(
            parent=section,
            title=f"Day {day}",
            first_published_at=DUE + timedelta(days=day, hours=1),
        )
    clock.shift(timedelta(days=4))
    tasks.tick()
    tasks.tick()
    assert sorted(recipients()) == ["ana@example.com", "ben@example.com"]
    assert all("and 2 more" in message.subject for message in mail.outbox)


def test_without_a_post_nothing_is_sent_and_the_digest_is_empty(readers):
    tasks.tick()
    assert mail.outbox == []
    assert set(Digest.objects.values_list("state", flat=True)) == {Digest.State.EMPTY}
    assert Digest.objects.filter(finished_at=None).count() == 0


def test_a_digest_is_being_sent_until_its_last_batch_is_done(post, readers, settings, monkeypatch):
    settings.NEWSLETTER_BATCH_SIZE = 1
    monkeypatch.setattr(tasks.send_batch, "delay", lambda batch_id: None)
    Subscription.objects.filter(cadence="weekly").delete()
    digest = planning.plan(readers[0].newsletter, "daily", DUE)
    first, second = Batch.objects.order_by("pk")
    assert digest.state == Digest.State.SENDING
    tasks.send_batch(first.pk)
    digest.refresh_from_db()
    assert digest.state == Digest.State.SENDING
    tasks.send_batch(second.pk)
    digest.refresh_from_db()
    assert digest.state == Digest.State.SENT


def test_a_digest_whose_planning_was_cut_short_is_planned_to_its_end(
    post, readers, settings, monkeypatch
):
    settings.NEWSLETTER_BATCH_SIZE = 1
    Subscription.objects.filter(cadence="weekly").delete()
    real, chunks = planning._plan_chunk, []

    def plan_chunk(*args):
        if chunks:
            raise SystemExit
        chunks.append(args)
        return real(*args)

    with monkeypatch.context() as patch:
        patch.setattr(planning, "BATCHES_AT_ONCE", 1)
        patch.setattr(planning, "_plan_chunk", plan_chunk)
        with pytest.raises(SystemExit):
            tasks.tick()
    assert Digest.objects.get().state == Digest.State.PLANNING
    assert Delivery.objects.count() == 1
    tasks.tick()
    assert sorted(recipients()) == ["ana@example.com", "ben@example.com"]
    assert Digest.objects.get().state == Digest.State.SENT


def test_a_lost_message_of_a_planning_is_made_up_for_by_the_next_tick(post, readers):
    with broker_fails(tasks.plan_digest):
        tasks.tick()
    assert not Digest.objects.exists()
    tasks.tick()
    assert len(mail.outbox) == 3


def test_a_lost_message_of_a_batch_is_made_up_for_after_a_while(post, readers, clock):
    with broker_fails(tasks.send_batch):
        tasks.tick()
    clock.shift(REQUEUE_AFTER)
    tasks.tick()
    assert mail.outbox == []
    clock.shift(SECOND)
    tasks.tick()
    tasks.tick()
    assert sorted(recipients()) == ["ana@example.com", "ben@example.com", "cleo@example.com"]


def test_a_batch_is_told_of_once_while_its_message_waits(post, readers, clock, monkeypatch):
    told = []
    monkeypatch.setattr(tasks.send_batch, "delay", told.append)
    for _ in range(5):
        tasks.tick()
        clock.shift(timedelta(minutes=1))
    assert sorted(told) == sorted(Batch.objects.values_list("pk", flat=True))


def test_a_broker_that_is_gone_loses_nothing(post, readers, clock):
    gone = OperationalError("Connection refused")
    for task in (tasks.plan_digest, tasks.send_batch):
        with broker_fails(task, gone), pytest.raises(OperationalError):
            tasks.tick()
    clock.shift(REQUEUE_AFTER + SECOND)
    tasks.tick()
    assert sorted(recipients()) == ["ana@example.com", "ben@example.com", "cleo@example.com"]


def test_a_message_that_comes_late_or_twice_does_no_harm(post, readers, clock):
    tasks.tick()
    for batch in Batch.objects.all():
        tasks.send_batch(batch.pk)
    for digest in Digest.objects.all():
        tasks.plan_digest(digest.newsletter_id, digest.cadence, digest.until.isoformat())
    clock.shift(timedelta(days=1))
    for batch in Batch.objects.all():
        tasks.send_batch(batch.pk)
    assert len(mail.outbox) == 3


def test_a_message_about_what_is_there_no_more_does_no_harm(db):
    tasks.send_batch(12345)
    tasks.send_notice(12345)
    assert mail.outbox == []


def test_while_a_newsletter_is_off_no_digest_of_it_is_sent(newsletter, post, readers):
    with broker_fails(tasks.send_batch):
        tasks.tick()
    Batch.objects.update(queued_at=None)
    Newsletter.objects.update(active=False)
    tasks.tick()
    assert mail.outbox == []
    Newsletter.objects.update(active=True)
    tasks.tick()
    assert len(mail.outbox) == 3


def test_a_tick_sends_the_notices_that_wait(readers):
    notice = readers[0].notices.create(kind=Notice.Kind.WELCOME)
    later = readers[1].notices.create(
        kind=Notice.Kind.WELCOME, not_before=DUE + timedelta(minutes=2, seconds=1)
    )
    tasks.tick()
    assert recipients() == ["ana@example.com"]
    notice.refresh_from_db()
    later.refresh_from_db()
    assert notice.sent_at
    assert later.sent_at is None


def test_only_so_many_batches_wait_in_the_broker_at_once(post, readers, settings, monkeypatch):
    settings.NEWSLETTER_BATCH_SIZE = 1
    monkeypatch.setattr(tasks, "MOST_QUEUED", 2)
    queued: list[int] = []
    with monkeypatch.context() as patch:
        patch.setattr(tasks.send_batch, "delay", queued.append)
        tasks.tick()
        tasks.tick()
        assert len(queued) == 2
        tasks.send_batch(queued[0])
        tasks.tick()
    assert len(set(queued)) == 3


def test_a_notice_that_waits_in_the_broker_is_not_put_there_again(readers, clock, monkeypatch):
    readers[0].notices.create(kind=Notice.Kind.WELCOME)
    queued: list[int] = []
    monkeypatch.setattr(tasks.send_notice, "delay", queued.append)
    tasks.tick()
    tasks.tick()
    assert len(queued) == 1
    clock.shift(REQUEUE_AFTER + SECOND)
    tasks.tick()
    assert len(queued) == 2
