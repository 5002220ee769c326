"""A batch is worked on by one worker at a time, and by another only when its lease has run out."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from newsletter import tasks
from newsletter.models import Batch, Delivery, Digest
from newsletter.sending import batches, transports
from newsletter.sending.claims import recover_abandoned
from tests.newsletter import counts
from tests.smtp import Stage

from . import LEASE, NOW, addresses, at_once, states

pytestmark = pytest.mark.django_db


class Interrupted:
    """A transport with which something happens after it has handed over the first part."""

    def __init__(self, transport, act) -> None:
        self.transport, self.act = transport, act
        self.checkpoint = transport.checkpoint

    def submit(self, *args):
        results = self.transport.submit(*args)
        if self.act:
            act, self.act = self.act, None
            act()
        return results


class TestClaiming:
    def test_of_two_claims_one_succeeds(self, batch):
        claimed = batches.claim(batch.pk, NOW)
        assert claimed.state == Batch.State.CLAIMED
        assert claimed.lease_until == NOW + LEASE
        assert batches.claim(batch.pk, NOW) is None
        batch.refresh_from_db()
        assert batch.claim == claimed.claim
        assert batch.attempts == 1

    def test_nothing_is_claimed_before_its_time(self, batch):
        Batch.objects.update(not_before=NOW + timedelta(seconds=1))
        assert batches.claim(batch.pk, NOW) is None
        assert batches.claim(batch.pk, NOW + timedelta(seconds=1)) is not None

    def test_what_is_done_is_not_claimed(self, batch, server):
        batches.send(batch.pk)
        batch.refresh_from_db()
        assert batch.state == Batch.State.DONE
        assert batches.claim(batch.pk, NOW + timedelta(days=1)) is None

    def test_what_another_has_claimed_is_not_sent(self, batch, server):
        batches.claim(batch.pk, NOW)
        batches.send(batch.pk)
        tasks.tick()
        assert server.accepted == []

    @pytest.mark.django_db(transaction=True)
    def test_of_workers_at_once_each_mail_is_sent_by_one(self, plan, server, settings):
        settings.NEWSLETTER_BATCH_SIZE = 3
        plan(*addresses(12))
        numbers = list(Batch.objects.values_list("pk", flat=True))

        def work() -> None:
            for number in numbers:
                batches.send(number)

        at_once(4, work)
        assert server.counts == dict.fromkeys(addresses(12), 1)
        assert counts(Delivery.objects.all()) == {"sent": 12}
        assert list(Batch.objects.values_list("attempts", flat=True)) == [1, 1, 1, 1]

    @pytest.mark.django_db(transaction=True)
    def test_of_ticks_at_once_each_mail_is_sent_once(
        self, newsletter, post, subscribe, server, settings
    ):
        settings.NEWSLETTER_BATCH_SIZE = 3
        subscribe(*addresses(12))
        at_once(3, tasks.tick)
        assert server.counts == dict.fromkeys(addresses(12), 1)
        assert counts(Delivery.objects.all()) == {"sent": 12}
        assert Digest.objects.get().state == Digest.State.SENT


class TestLosingTheClaim:
    """A worker is slow, and while it hands over its first mails another takes the batch over."""

    @pytest.fixture(autouse=True)
    def small_parts(self, settings):
        settings.NEWSLETTER_CHECKPOINT = 2

    @pytest.fixture
    def meanwhile(self, monkeypatch):
        """Has something done once the first mails are handed over, before that is recorded."""

        def meanwhile(function) -> None:
            @contextmanager
            def open_transport():
                monkeypatch.setattr(transports, "open_transport", real)
                with real() as transport:
                    yield Interrupted(transport, function)

            real = transports.open_transport
            monkeypatch.setattr(transports, "open_transport", open_transport)

        return meanwhile

    @pytest.fixture
    def take_over(self, clock, later, server):
        """Lets the lease run out, and another worker do what is left."""

        def take_over() -> None:
            server.mend()
            clock.shift(LEASE + timedelta(seconds=1))
            tasks.tick()
            later()

        return take_over

    def test_it_stops_and_what_it_knows_of_its_own_mails_counts(
        self, plan, server, meanwhile, take_over
    ):
        digest = plan("ana", "ben", "cleo", "dora")
        meanwhile(take_over)
        tasks.tick()
        assert set(states().values()) == {"sent"}
        assert set(server.counts.values()) == {1}
        batch = Batch.objects.get()
        assert batch.state == Batch.State.DONE
        assert batch.attempts == 2
        digest.refresh_from_db()
        assert digest.state == Digest.State.SENT

    def test_it_leaves_the_batch_to_whoever_has_it_now(self, plan, server, meanwhile, clock):
        plan("ana", "ben", "cleo", "dora")

        def claim() -> None:
            clock.shift(LEASE + timedelta(seconds=1))
            recover_abandoned(timezone.now())
            Batch.objects.update(not_before=NOW)
            claims.append(batches.claim(batch.pk, timezone.now()))

        batch, claims = Batch.objects.get(), []
        meanwhile(claim)
        batches.send(batch.pk)
        batch.refresh_from_db()
        assert batch.state == Batch.State.CLAIMED
        assert batch.claim == claims[0].claim
        assert batch.lease_until == claims[0].lease_until
        assert states() == {"ana": "sent", "ben": "sent", "cleo": "pending", "dora": "pending"}
        assert set(server.counts) == {"ana@example.com", "ben@example.com"}

    def test_a_lease_that_is_renewed_at_the_last_moment_holds(self, batch, clock):
        claimed = batches.claim(batch.pk, NOW)
        clock.shift(LEASE + timedelta(seconds=1))
        renewed = timezone.now() + LEASE

        def renew_first(execute, sql, *args):
            if sql.startswith("UPDATE") and not renewals:
                renewals.append(sql)
                Batch.objects.update(lease_until=renewed)
            return execute(sql, *args)

        renewals = []
        with connection.execute_wrapper(renew_first):
            recover_abandoned(timezone.now())
        batch.refresh_from_db()
        assert renewals
        assert (batch.state, batch.claim) == (Batch.State.CLAIMED, claimed.claim)
        assert batch.lease_until == renewed

    @pytest.mark.parametrize("stage", [Stage.RECIPIENT, Stage.END])
    def test_what_it_could_not_hand_over_is_not_forgotten(
        self, plan, server, meanwhile, take_over, later, stage
    ):
        plan("ana", "ben", "cleo", "dora")
        server.answer("421 4.3.2 Shutting down", at=stage, to="ben@example.com")
        meanwhile(take_over)
        tasks.tick()
        later()
        later()
        assert states()["ben"] in ("sent", "in_doubt")
        assert Delivery.objects.filter(state="pending").count() == 0
        assert set(server.counts.values()) == {1}
