"""A digest is paused, let go on, cancelled; a worker is stopped: each at the next checkpoint."""

import pytest

from newsletter import tasks
from newsletter.models import Batch, Digest
from newsletter.sending import batches, controls
from tests.newsletter import counts

from . import NOW, addresses, states

pytestmark = pytest.mark.django_db


@pytest.fixture
def after_part(settings, monkeypatch):
    """Has something done after the first two mails were handed over, before that is recorded."""
    settings.NEWSLETTER_CHECKPOINT = 2

    def after_part(act) -> None:
        def checkpoint(batch, results, *args):
            if results and not done:
                done.append(act())
            return real(batch, results, *args)

        done, real = [], batches._checkpoint
        monkeypatch.setattr(batches, "_checkpoint", checkpoint)

    return after_part


def test_a_paused_digest_stops_at_the_next_checkpoint_and_goes_on_when_it_is_let(
    plan, server, after_part, later
):
    digest = plan(*addresses(5))
    after_part(lambda: controls.pause(digest, "Wait.", NOW))
    tasks.tick()
    assert counts(digest.deliveries) == {"sent": 2, "pending": 3}
    later()
    later()
    assert counts(digest.deliveries) == {"sent": 2, "pending": 3}
    assert Batch.objects.get().attempts == 0

    controls.resume(digest)
    tasks.tick()
    assert counts(digest.deliveries) == {"sent": 5}
    assert set(server.counts.values()) == {1}
    digest.refresh_from_db()
    assert (digest.state, digest.pause_reason) == (Digest.State.SENT, "")


def test_a_digest_that_is_paused_after_its_last_mail_has_ended(plan, server, after_part):
    digest = plan(*addresses(2))
    after_part(lambda: controls.pause(digest, "Wait.", NOW))
    tasks.tick()
    assert counts(digest.deliveries) == {"sent": 2}
    digest.refresh_from_db()
    assert (digest.state, digest.paused_at, digest.pause_reason) == (Digest.State.SENT, None, "")


def test_of_a_cancelled_digest_nothing_more_is_sent(plan, server, after_part, later):
    digest = plan(*addresses(5))
    after_part(lambda: controls.cancel(digest, NOW))
    tasks.tick()
    later()
    assert counts(digest.deliveries) == {"sent": 2, "skipped": 3}
    batch = Batch.objects.get()
    assert (batch.state, batch.sent, batch.skipped) == (Batch.State.DONE, 2, 3)
    digest.refresh_from_db()
    assert (digest.state, digest.finished_at) == (Digest.State.CANCELLED, NOW)


def test_a_digest_that_is_cancelled_while_it_is_paused_is_closed(plan, server):
    digest = plan(*addresses(3))
    controls.pause(digest, "Wait.", NOW)
    controls.cancel(digest, NOW)
    tasks.tick()
    assert counts(digest.deliveries) == {"skipped": 3}
    assert server.counts == {}


def test_what_cannot_be_done_to_a_digest_any_more_is_not_done(plan, server):
    digest = plan("ana")
    tasks.tick()
    assert not controls.pause(digest, "Wait.", NOW)
    assert not controls.resume(digest)
    assert not controls.cancel(digest, NOW)
    assert not controls.release(digest)
    digest.refresh_from_db()
    assert digest.state == Digest.State.SENT


def test_a_worker_that_is_to_stop_lets_go_of_its_batch_at_the_next_checkpoint(
    plan, server, settings, monkeypatch
):
    settings.NEWSLETTER_CHECKPOINT = 2
    digest = plan(*addresses(5))
    with monkeypatch.context() as patch:
        patch.setattr(batches.stopping, "is_set", lambda: True)
        batches.send(Batch.objects.get().pk)
    assert counts(digest.deliveries) == {"sent": 2, "pending": 3}
    batch = Batch.objects.get()
    assert (batch.state, batch.attempts, batch.not_before) == (Batch.State.PENDING, 0, NOW)
    tasks.tick()
    assert set(states().values()) == {"sent"}
    assert set(server.counts.values()) == {1}


def test_a_busy_providers_word_holds_for_the_whole_digest(plan, server, settings):
    settings.NEWSLETTER_BATCH_SIZE = 1
    digest = plan("ana", "ben")
    until = NOW.replace(hour=9)
    controls.postpone(digest, until)
    tasks.tick()
    assert server.counts == {}
    assert set(Batch.objects.values_list("not_before", flat=True)) == {until}
