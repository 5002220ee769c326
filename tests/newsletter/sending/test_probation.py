"""An outage costs few recipients their certainty, and patience is counted in time."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from newsletter import tasks
from newsletter.models import Batch, Delivery, Digest
from newsletter.sending import probation
from tests.newsletter import counts
from tests.provider import Deed, Provider
from tests.smtp import Deed as ServersDeed
from tests.smtp import Stage

from . import NOW, addresses, at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def mailgun(settings) -> Iterator[Provider]:
    with Provider(keeps_mails=False) as provider:
        provider.receive_mail_of(settings, "mailgun")
        yield provider


class TestOutage:
    @pytest.mark.parametrize("answer", [502, 504, Deed.CUT])
    def test_at_the_beginning_leaves_the_first_part_and_a_few_in_doubt(
        self, plan, mailgun, later, settings, answer, caplog
    ):
        settings.NEWSLETTER_BATCH_SIZE = 100
        digest = plan(*addresses(400))
        mailgun.answer(answer, times=4)
        for _ in range(6):
            later()
        assert mailgun.sizes[:5] == [50, 1, 1, 1, 1]
        assert mailgun.sizes[5] > 1
        assert counts(digest.deliveries.all()) == {"in_doubt": 53, "sent": 347}
        assert "waits until" in caplog.text
        digest.refresh_from_db()
        assert digest.state == Digest.State.SENT
        assert set(mailgun.asked.values()) == {1}

    def test_in_mid_send_leaves_two_calls_and_a_few_in_doubt(self, plan, mailgun, later, settings):
        settings.NEWSLETTER_BATCH_SIZE = 20
        digest = plan(*addresses(200))
        mailgun.on_call = lambda _: len(mailgun.sizes) == 3 and mailgun.answer(504, times=8)
        for _ in range(12):
            later()
        assert counts(digest.deliveries.all())["in_doubt"] <= 2 * 20 + 8
        digest.refresh_from_db()
        assert digest.state == Digest.State.SENT
        assert set(mailgun.asked.values()) == {1}

    def test_pauses_grow_until_one_is_accepted(self, plan, mailgun, later, settings):
        settings.NEWSLETTER_BATCH_SIZE = 5
        digest = plan(*addresses(100))
        mailgun.answer(504)
        pauses = []
        for _ in range(8):
            later()
            digest.refresh_from_db()
            if digest.rest_until:
                pauses.append((digest.rest_until - tasks.timezone.now()) / timedelta(minutes=1))
        assert [round(pause) for pause in pauses[:6]] == [1, 2, 5, 15, 30, 60]
        mailgun.mend()
        later()
        digest.refresh_from_db()
        assert (digest.is_proven, digest.failures, digest.rest_until) == (True, 0, None)

    def test_cut_lines_of_a_mail_server_have_the_digest_rest_too(
        self, plan, server, later, settings
    ):
        settings.NEWSLETTER_BATCH_SIZE = 10
        digest = plan(*addresses(60))
        server.answer(ServersDeed.CUT, at=Stage.END)
        tasks.tick()
        assert counts(digest.deliveries.all())["in_doubt"] == 2
        server.mend()
        later()
        assert counts(digest.deliveries.all()) == {"in_doubt": 2, "sent": 58}

    @pytest.mark.django_db(transaction=True)
    def test_on_probation_one_worker_at_a_time_hands_over(self, plan, mailgun, settings):
        settings.NEWSLETTER_BATCH_SIZE = 10
        digest = plan(*addresses(60))
        mailgun.answer(504)
        batches = list(Batch.objects.values_list("pk", flat=True))
        at_once(4, lambda: [tasks.batches.send(pk) for pk in batches[:2]])
        assert counts(digest.deliveries.all())["in_doubt"] <= 11


class TestPatience:
    def test_seventy_minutes_of_too_many_requests_end_with_everybody(
        self, plan, mailgun, clock, settings
    ):
        settings.NEWSLETTER_BATCH_SIZE = 20
        digest = plan(*addresses(60))
        mailgun.answer(429, headers={"Retry-After": "1"})
        for _ in range(71):
            tasks.tick()
            clock.shift(timedelta(minutes=1))
        assert counts(digest.deliveries.all()) == {"pending": 60}
        mailgun.mend()
        for _ in range(61):
            tasks.tick()
            clock.shift(timedelta(minutes=1))
        assert mailgun.counts == dict.fromkeys(addresses(60), 1)

    @pytest.mark.parametrize("mails", [1, 10, 90])
    @pytest.mark.parametrize(
        "words",
        [
            "421 4.7.0 Too many messages in this session",
            "452 4.5.3 Too many recipients",
            "450 4.7.0 Enough",
            "554 5.5.0 Too many",
            ServersDeed.CUT,
        ],
    )
    def test_a_server_that_takes_so_many_a_connection_gets_all_at_once(
        self, plan, server, mails, words
    ):
        number = 30 if mails < 90 else 200
        digest = plan(*addresses(number))
        server.mails_a_session, server.words_when_full = mails, words
        tasks.tick()
        assert server.counts == dict.fromkeys(addresses(number), 1)
        assert counts(digest.deliveries.all()) == {"sent": number}
        assert Batch.objects.get().attempts == 1

    def test_so_does_one_that_says_so_of_the_recipient(self, plan, server):
        plan(*addresses(30))
        server.mails_a_session, server.words_when_full = 10, "250 OK"
        server.answer("452 4.5.3 Too many recipients", at=Stage.RECIPIENT, number=11)
        tasks.tick()
        assert server.counts == dict.fromkeys(addresses(30), 1)
        assert server.greeted == 2

    def test_a_server_that_takes_nothing_is_not_asked_again_and_again(self, plan, server):
        plan(*addresses(30))
        server.answer("421 4.7.0 Go away", at=Stage.SENDER)
        tasks.tick()
        assert server.greeted == 1
        assert set(Delivery.objects.values_list("state", flat=True)) == {"pending"}


def test_waits_grow_to_an_hour():
    minutes = [probation.wait(attempts) / timedelta(minutes=1) for attempts in range(1, 8)]
    assert minutes == [1, 2, 5, 15, 30, 60, 60]


def test_parts_are_small_on_probation_and_smaller_after_failures():
    assert [probation.part_size(1000, failures) for failures in (0, 1, 5)] == [50, 1, 1]
    assert probation.part_size(10, 0) == 10
    assert NOW
