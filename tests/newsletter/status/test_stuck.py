"""``manage.py newsletter_status`` says in plain words what is stuck."""

from datetime import timedelta

import pytest

from newsletter import ticks
from newsletter.models import Batch, Digest, Newsletter, Notice
from tests.factories import (
    DigestFactory,
    SubscriptionFactory,
)

from . import HOUR, MINUTE, NAME, NOW, fine, run, troubles

pytestmark = pytest.mark.django_db


class TestWorkers:
    def test_batches_that_wait_for_a_moment_are_fine(self, add, clock):
        add(), add(not_before=NOW + MINUTE)
        clock.shift(4 * MINUTE)
        assert "2 batches can be sent now; the oldest has waited for 4 minutes." in fine()

    def test_batches_that_nobody_takes_ask_whether_a_worker_runs(self, add, clock):
        add()
        clock.shift(12 * MINUTE)
        ticks.record(NOW + 12 * MINUTE)
        assert troubles() == [
            "1 batch can be sent now; the oldest has waited for 12 minutes, and no worker takes "
            "batches: is one running with --queues mail?"
        ]

    def test_batches_wait_in_a_queue_while_a_worker_is_busy(self, add, clock):
        add(), add(state=Batch.State.CLAIMED, lease_until=NOW + HOUR)
        clock.shift(12 * MINUTE)
        ticks.record(NOW + 12 * MINUTE)
        assert "1 batch can be sent now; the oldest has waited for 12 minutes." in fine()

    def test_batches_wait_in_a_queue_while_others_are_sent(self, add, clock):
        add()
        other = add()
        clock.shift(12 * MINUTE)
        ticks.record(NOW + 12 * MINUTE)
        Batch.objects.filter(pk=other.pk).update(state=Batch.State.DONE, sent=500)
        assert "1 batch can be sent now; the oldest has waited for 12 minutes." in fine()

    def test_what_waits_on_purpose_asks_for_no_worker(self, add, clock):
        add()
        Newsletter.objects.update(active=False)
        clock.shift(12 * MINUTE)
        ticks.record(NOW + 12 * MINUTE)
        assert not any("can be sent now" in line for line in fine())

    def test_a_batch_whose_worker_died_is_told_of(self, add, clock):
        add(state=Batch.State.CLAIMED, lease_until=NOW)
        clock.shift(MINUTE)
        assert (
            "1 batch was left by a worker that died; its lease ran out 60 seconds ago. "
            "The next tick lets others take over."
        ) in fine()

    def test_a_batch_that_nobody_takes_over_needs_attention(self, add, clock):
        add(state=Batch.State.CLAIMED, lease_until=NOW)
        add(state=Batch.State.CLAIMED, lease_until=NOW)
        clock.shift(6 * MINUTE)
        assert "2 batches were left by a worker that died" in troubles()[-1]


class TestTrouble:
    def test_batches_that_failed_tell_why_and_when_they_are_tried_again(self, add):
        for attempts in (1, 2):
            add(error="450 come later", attempts=attempts, not_before=NOW + attempts * 4 * MINUTE)
        add(error="No connection", attempts=1, not_before=NOW + 9 * MINUTE)
        add()
        assert (
            f"{NAME}: 3 batches failed, after 2 attempts at most. The next is due in 4 minutes. "
            "Most say: 450 come later."
        ) in fine()

    def test_batches_that_failed_often_need_attention(self, add):
        add(error="450 come later", attempts=3, not_before=NOW + MINUTE)
        assert "1 batch failed, after 3 attempts at most" in troubles()[0]

    def test_what_was_put_back_without_a_fault_did_not_fail(self, add):
        add(error="The worker was stopped.", attempts=0)
        assert not any("failed" in line for line in fine())

    def test_mails_in_doubt_need_attention_after_the_digest_too(self, add):
        add(state=Batch.State.DONE, sent=480, in_doubt=20)
        add(state=Batch.State.DONE, sent=499, in_doubt=1)
        Digest.objects.update(state=Digest.State.SENT)
        assert troubles() == [f"{NAME}: 21 mails are in doubt, handed over without an answer."]
        assert run()[0].endswith(
            "  What is in doubt is never sent again by itself: reports of the provider settle it, "
            "or an editor does under Newsletter → Digests. The mail server's log may help.\n"
        )

    def test_mails_long_in_doubt_are_not_told_of_for_ever(self, add, clock):
        add(state=Batch.State.DONE, sent=480, in_doubt=20)
        Digest.objects.update(state=Digest.State.SENT)
        clock.shift(timedelta(days=31))
        ticks.record(NOW + timedelta(days=31))
        assert fine()

    def test_a_digest_that_ends_in_the_future_tells_of_a_wrong_clock(self, newsletter):
        DigestFactory(newsletter=newsletter, until=NOW + timedelta(days=3), state=Digest.State.SENT)
        assert troubles() == [
            "“The Letter, daily, 2026-03-05 08:30” ends in 3 days: a machine's clock was wrong "
            "when it was planned. Set the clocks right. Its readers get no posts before that time."
        ]

    def test_clocks_may_differ_by_a_little(self, newsletter):
        DigestFactory(newsletter=newsletter, until=NOW + MINUTE, state=Digest.State.SENT)
        assert fine()


class TestNotices:
    @pytest.fixture
    def notice(self, newsletter) -> Notice:
        subscription = SubscriptionFactory(newsletter=newsletter)
        return Notice.objects.create(
            subscription=subscription, kind=Notice.Kind.WELCOME, error="Connection refused"
        )

    def test_notices_that_wait_tell_why(self, notice, clock):
        clock.shift(2 * MINUTE)
        assert (
            "1 notice waits (confirmations and welcomes), the oldest for 2 minutes. "
            "One says: Connection refused."
        ) in fine()

    def test_notices_that_wait_for_long_need_attention(self, notice, clock):
        clock.shift(20 * MINUTE)
        ticks.record(NOW + 20 * MINUTE)
        assert "the oldest for 20 minutes" in troubles()[0]

    def test_notices_that_were_sent_do_not_wait(self, notice, clock):
        Notice.objects.update(sent_at=NOW)
        assert not any("notice" in line for line in fine())

    def test_notices_that_were_given_up_need_attention(self, notice, clock):
        Notice.objects.update(given_up_at=NOW)
        assert troubles() == [
            "Confirmation and welcome emails: The mail server did not accept 1 email, and it was "
            "given up. Connection refused"
        ]
