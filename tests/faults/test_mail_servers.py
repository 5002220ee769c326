"""A mail server or provider refuses mails, or breaks connections at any moment."""

import pytest
from django.utils import timezone

from core import problems
from newsletter import tasks
from newsletter.models import Delivery, Digest, Suppression
from newsletter.sending import controls
from tests.smtp import MailServer, Stage

from . import BATCH_SIZE, LONG, READERS, points
from .ledger import assert_none_lost_or_repeated, let_time_pass, rest, settle, states, until
from .processes import THREADS

pytestmark = pytest.mark.faults

CUTS = 100 if LONG else 4
IN_A_CALL = 20


def test_connections_to_the_mail_server_break_at_any_moment(pipeline, fall_due, server):
    pipeline.start_worker()
    readers = fall_due(READERS)
    for mails in points(CUTS):
        until(lambda mails=mails: len(server.offered) >= mails, "so far")
        pipeline.mail.cut()
    settle()
    assert_none_lost_or_repeated(server.counts, readers, most_in_doubt=CUTS * THREADS)


def test_connections_to_the_provider_break_at_any_moment(pipeline_to_provider, fall_due, provider):
    pipeline = pipeline_to_provider
    pipeline.send_in_batches_of(IN_A_CALL)
    pipeline.start_worker()
    readers = fall_due(READERS)
    for mails in points(CUTS):
        until(lambda mails=mails: provider.asked.total() >= mails, "so far")
        pipeline.mail.cut()
    settle()
    assert_none_lost_or_repeated(provider.counts, readers, most_in_doubt=CUTS * THREADS * IN_A_CALL)


@pytest.fixture
def moody(server) -> MailServer:
    """A mail server that refuses some mails for good, and others for now, at each verb."""
    for number, stage in enumerate([Stage.RECIPIENT, Stage.CONTENT, Stage.END]):
        for reader in (number, number + 8, number + BATCH_SIZE):
            server.answer("550 5.1.1 No", at=stage, to=f"reader{reader}@example.com")
            server.answer("450 4.2.1 Not now", at=stage, to=f"reader{reader + 4}@example.com")
    server.answer("451 4.3.0 Not now", at=Stage.SENDER, number=BATCH_SIZE // 2)
    server.answer("421 4.3.2 Shutting down", at=Stage.SENDER, number=BATCH_SIZE + 7)
    server.answer("421 4.3.2 Shutting down", at=Stage.END, number=2 * BATCH_SIZE)
    return server


def test_refusals_of_all_kinds_cost_nobody_else_the_mail(fall_due, complete, moody):
    readers = fall_due(3 * BATCH_SIZE)
    for _ in range(3):
        tasks.tick()
        let_time_pass()
    assert states()["pending"] == 9
    moody.mend()
    complete()
    assert_none_lost_or_repeated(moody.counts, readers, unsent=9)
    failed = Delivery.objects.filter(state="failed").order_by("pk")
    refused = [n + start for start in (0, 8, BATCH_SIZE) for n in range(3)]
    assert [d.subscription.subscriber.email for d in failed] == [
        f"reader{n}@example.com" for n in refused
    ]


@pytest.mark.parametrize(
    "reply",
    ["550 5.1.1 User unknown in relay recipient table", "554 5.7.1 Relay access denied"],
)
@pytest.mark.parametrize("share", [0, 1 / 3])
def test_a_server_that_refuses_everybody_harms_nobody(pipeline, fall_due, server, reply, share):
    if not share:
        server.answer(reply)
    pipeline.start_worker()
    readers = fall_due(READERS)
    until(lambda: len(server.offered) >= READERS * share, "so far")
    server.answer(reply)
    until(lambda: Digest.objects.filter(pause_code="refused").exists(), "paused")
    rest(states)
    digest = Digest.objects.get()
    assert reply in digest.pause_text
    assert "paused" in {problem.kind for problem in problems.find(timezone.now())}
    assert states() == {
        state: number
        for state, number in {
            "sent": len(server.counts),
            "pending": READERS - len(server.counts),
        }.items()
        if number
    }
    assert not Suppression.objects.exists()
    server.mend()
    controls.resume(digest)
    settle()
    assert_none_lost_or_repeated(server.counts, readers)


def test_an_outage_of_the_provider_leaves_few_in_doubt(pipeline_to_provider, fall_due, provider):
    pipeline, probes = pipeline_to_provider, 3
    pipeline.send_in_batches_of(IN_A_CALL)
    pipeline.start_worker()
    readers = fall_due(READERS)
    until(lambda: provider.asked.total() >= READERS // 3, "so far")
    provider.answer(504, times=THREADS + 1 + probes)
    settle()
    doubtful = (THREADS + 1) * IN_A_CALL + probes
    assert_none_lost_or_repeated(provider.counts, readers, most_in_doubt=doubtful)


def test_a_provider_that_asks_to_wait_again_and_again_gets_all(
    pipeline_to_provider, fall_due, provider
):
    provider.answer(429, headers={"Retry-After": "1"}, times=8)
    pipeline_to_provider.start_worker()
    readers = fall_due(READERS)
    settle()
    assert_none_lost_or_repeated(provider.counts, readers)


@pytest.mark.parametrize("mails", [1, 7])
def test_a_server_that_takes_few_mails_a_connection_gets_all(fall_due, complete, server, mails):
    server.mails_a_session = mails
    readers = fall_due(READERS)
    complete()
    assert_none_lost_or_repeated(server.counts, readers)
