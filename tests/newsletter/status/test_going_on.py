"""``manage.py newsletter_status`` says in plain words what is going on."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from newsletter import tasks, ticks
from newsletter.models import Batch, Digest, Newsletter, Notice, Tick
from tests.factories import (
    DigestFactory,
    NewsletterFactory,
    SubscriptionFactory,
)

from . import DUE, HOUR, MINUTE, NAME, NOW, fine, run, troubles

pytestmark = pytest.mark.django_db


def test_where_nothing_is_going_on_all_is_fine():
    assert fine() == [
        "The clock ticks, the last time 0 seconds ago.",
        "No digest is being planned or sent.",
    ]


class TestTheClock:
    HINT = (
        "one is due every 60 seconds. Do beat and a worker with --queues default run? "
        "What goes wrong with ticks is in that worker's log."
    )

    def test_a_tick_of_a_moment_ago_is_fine(self, clock):
        clock.shift(5 * MINUTE)
        assert "The clock ticks, the last time 5 minutes ago." in fine()

    def test_each_tick_leaves_its_trace(self, clock):
        clock.shift(HOUR)
        tasks.tick()
        tasks.tick()
        assert "The clock ticks, the last time 0 seconds ago." in fine()
        assert Tick.objects.count() == 2

    def test_a_tick_of_long_ago_asks_whether_beat_runs(self, clock):
        clock.shift(12 * MINUTE)
        assert troubles() == [f"The last tick ended 12 minutes ago; {self.HINT}"]

    def test_where_ticks_are_rare_the_next_is_waited_for(self, clock, settings):
        settings.TICK_SECONDS = 600
        clock.shift(29 * MINUTE)
        assert "The clock ticks, the last time 29 minutes ago." in fine()

    def test_without_any_tick_it_asks_whether_beat_runs(self, settings):
        Tick.objects.all().delete()
        assert troubles() == [f"No tick is known of; {self.HINT}"]


class TestSending:
    def test_progress_is_told_with_the_rate_and_the_time_that_is_left(self, add, clock):
        add(state=Batch.State.DONE, sent=500)
        batch = add(state=Batch.State.CLAIMED, lease_until=NOW + HOUR)
        add(), add()
        clock.shift(15 * MINUTE)
        ticks.record(NOW + 15 * MINUTE)
        clock.shift(2 * MINUTE)
        Batch.objects.filter(pk=batch.pk).update(sent=240)
        assert (
            f"{NAME} is being sent: 740 of 2,000 mails are done (37%), "
            "2 a second, the rest takes about 10 minutes."
        ) in fine()

    def test_a_slow_rate_is_told_by_the_minute(self, add, clock):
        batch = add(state=Batch.State.CLAIMED, lease_until=NOW + HOUR)
        ticks.record(NOW)
        clock.shift(4 * MINUTE)
        Batch.objects.filter(pk=batch.pk).update(sent=50)
        assert "12.5 a minute, the rest takes about 36 minutes." in fine()[-1]

    def test_of_a_digest_that_began_lately_the_rate_counts_from_its_beginning(
        self, newsletter, add, clock
    ):
        clock.shift(8 * MINUTE)
        ticks.record(NOW + 8 * MINUTE)
        young = DigestFactory(newsletter=newsletter, until=DUE + MINUTE)
        batch = add(young, state=Batch.State.CLAIMED, lease_until=NOW + HOUR)
        clock.shift(MINUTE)
        Batch.objects.filter(pk=batch.pk).update(sent=60)
        assert "60 of 500 mails are done (12%), 1 a second" in fine()[-1]

    def test_what_is_paced_takes_until_its_last_batch_may_be_sent(self, add, clock):
        batch = add(state=Batch.State.CLAIMED, lease_until=NOW + HOUR)
        add(not_before=NOW + 3 * HOUR)
        ticks.record(NOW)
        clock.shift(MINUTE)
        Batch.objects.filter(pk=batch.pk).update(sent=480)
        assert "8 a second, the rest takes about 3 hours." in fine()[-1]

    def test_what_is_paced_and_waits_tells_of_the_next(self, add):
        add(state=Batch.State.DONE, sent=500)
        add(not_before=NOW + 40 * MINUTE)
        assert (
            "500 of 1,000 mails are done (50%), the next may be sent in 40 minutes." in fine()[-1]
        )

    def test_where_nothing_was_sent_lately_it_says_so(self, add, clock):
        add(state=Batch.State.CLAIMED, lease_until=NOW + HOUR)
        clock.shift(2 * MINUTE)
        assert (
            f"{NAME} is being sent: 0 of 500 mails are done (0%), none was sent lately." in fine()
        )

    def test_mails_that_were_not_sent_are_told_apart(self, add):
        add(state=Batch.State.DONE, sent=490, failed=7, skipped=3)
        assert "500 of 500 mails are done (100%), 7 failed, 3 were not sent." in fine()[-1]

    def test_a_digest_being_planned_tells_how_far_it_came(self, add):
        Digest.objects.update(state=Digest.State.PLANNING)
        add(state=Batch.State.DONE, sent=500), add()
        assert f"{NAME} is being planned: 500 of 1,000 mails are done (50%)." in fine()

    def test_planning_that_takes_hours_needs_attention(self, digest, clock):
        Digest.objects.update(state=Digest.State.PLANNING)
        clock.shift(2 * HOUR)
        ticks.record(NOW + 2 * HOUR)
        assert troubles() == [
            f"{NAME} has been in planning for 2 hours. What goes wrong is in the log of the worker "
            "with --queues digests."
        ]


class TestWaiting:
    def test_a_paused_digest_needs_attention_and_says_why(self, add, clock):
        add()
        Digest.objects.update(paused_at=NOW, pause_reason="The mail server does not let us in")
        clock.shift(3 * MINUTE)
        assert troubles() == [
            f"{NAME} has been paused for 3 minutes; 500 mails wait. The mail server does not let "
            "us in. Let it go on or cancel it under Newsletter → Digests."
        ]

    def test_a_digest_that_is_held_needs_attention(self, digest, clock):
        Digest.objects.update(state=Digest.State.HELD)
        clock.shift(14 * HOUR)
        ticks.record(NOW + 14 * HOUR)
        assert troubles() == [
            f"{NAME} is on hold, for it was due 14 hours ago. "
            "Send it or cancel it under Newsletter → Digests."
        ]

    def test_that_a_newsletter_was_switched_off_needs_no_attention(self, add):
        add(size=1)
        Newsletter.objects.update(active=False)
        assert f"{NAME} goes on when its newsletter is active again; 1 mail waits." in fine()

    def test_a_digest_that_ended_is_not_told_of(self, add):
        add(state=Batch.State.DONE, sent=500)
        Digest.objects.update(state=Digest.State.SENT)
        assert "No digest is being planned or sent." in fine()


def test_programs_get_the_same_in_json(add):
    batch = add()
    digest = batch.cohort.digest
    Digest.objects.update(paused_at=NOW, pause_reason="Ana asked for it.")
    text, code = run("--json")
    assert code == 1
    assert json.loads(text) == {
        "at": "2026-03-02T08:30:00+00:00",
        "is_fine": False,
        "findings": [
            {
                "about": "clock",
                "text": "The clock ticks, the last time 0 seconds ago.",
                "needs_attention": False,
                "digest": None,
            },
            {
                "about": "digest",
                "text": f"{NAME} has been paused for 0 seconds; 500 mails wait. Ana asked for it. "
                "Let it go on or cancel it under Newsletter → Digests.",
                "needs_attention": True,
                "digest": digest.pk,
            },
        ],
    }


def test_the_number_of_queries_does_not_grow_with_what_there_is(section, add):
    def number_of_queries() -> int:
        with CaptureQueriesContext(connection) as queries:
            run()
        return len(queries)

    def some_of_everything(of: Digest) -> None:
        add(of, error="450", attempts=3)
        add(of, state=Batch.State.CLAIMED, lease_until=NOW - HOUR)
        add(of, state=Batch.State.DONE, in_doubt=1)
        subscription = SubscriptionFactory(newsletter=of.newsletter)
        Notice.objects.create(subscription=subscription, kind=Notice.Kind.WELCOME)

    some_of_everything(Digest.objects.get())
    few = number_of_queries()
    for _ in range(5):
        newsletter = NewsletterFactory(section=section)
        for until in (DUE, NOW, NOW + HOUR):
            some_of_everything(DigestFactory(newsletter=newsletter, until=until))
    assert number_of_queries() == few
