"""A server that refuses everybody pauses the digest; who alone is refused fails alone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from newsletter import tasks
from newsletter.models import Batch, Delivery, Digest, Suppression
from newsletter.sending import controls, refusals, verdicts
from tests.factories import PostFactory
from tests.newsletter import counts, send_alerts
from tests.smtp import Stage

from . import DUE, NOW, addresses, at_once, delivery_to, states, subscription_of

pytestmark = pytest.mark.django_db

UNKNOWN = "550 5.1.1 <x>: Recipient address rejected: User unknown in relay recipient table"
DENIED = "554 5.7.1 <x>: Relay access denied"


def refresh(digest: Digest) -> Digest:
    digest.refresh_from_db()
    return digest


def assert_paused_unharmed(digest: Digest, words: str, **expected: int) -> None:
    """The digest is paused, nobody has failed or is suppressed, and the counts are right."""
    refresh(digest)
    assert digest.pause_code == Digest.PauseReason.REFUSED
    assert words in digest.pause_text
    assert counts(digest.deliveries.all()) == expected
    assert not Suppression.objects.exists()
    assert Batch.objects.counts_by_digest()[digest.pk]["failed"] == 0
    assert Batch.objects.counts_by_digest()[digest.pk]["bounced"] == 0
    assert Batch.objects.counts_by_digest()[digest.pk]["waiting"] == expected["pending"]


class TestEverybodyIsRefused:
    @pytest.mark.parametrize(
        ("reply", "stage"),
        [
            (UNKNOWN, Stage.RECIPIENT),
            (DENIED, Stage.RECIPIENT),
            (DENIED, Stage.CONTENT),
            ("550 5.7.60 Client does not have permissions to send as this sender", Stage.END),
            ("550 No", Stage.END),
            ("553 5.7.1 Sender address rejected: not owned by user", Stage.SENDER),
        ],
    )
    @pytest.mark.parametrize("number", [3, 5, 120])
    def test_the_digest_is_paused_and_goes_to_all_once_mended(
        self, plan, server, later, reply, stage, number
    ):
        digest = plan(*addresses(number))
        server.answer(reply, at=stage)
        tasks.tick()
        assert_paused_unharmed(digest, reply[:3], pending=number)
        assert server.asked.total() <= 50
        controls.resume(digest)
        later()
        assert_paused_unharmed(digest, reply[:3], pending=number)
        server.mend()
        controls.resume(digest)
        later()
        assert counts(digest.deliveries.all()) == {"sent": number}
        assert server.counts == dict.fromkeys(addresses(number), 1)
        assert refresh(digest).state == Digest.State.SENT

    def test_editors_are_told_each_time_but_once_an_hour(
        self, plan, server, later, clock, admin_user
    ):
        digest = plan(*addresses(5))
        server.answer(UNKNOWN)
        for _ in range(2):
            later()
            (alert,) = send_alerts(timezone.now())
            assert alert.subject == f"Needs attention: {digest}"
            text = " ".join(alert.body.split())
            assert "The mail server refused most recipients" in text
            assert "User unknown in relay recipient table" in text
            controls.resume(digest)
            clock.shift(timedelta(minutes=30))
            later()
            assert refresh(digest).paused_at
            assert send_alerts(timezone.now()) == []
            controls.resume(digest)
            clock.shift(timedelta(minutes=40))

    @pytest.mark.parametrize("size", [1, 2])
    def test_batches_of_one_or_two_count_together(self, plan, server, settings, size):
        settings.NEWSLETTER_BATCH_SIZE = size
        digest = plan(*addresses(8))
        server.answer(UNKNOWN)
        tasks.tick()
        assert_paused_unharmed(digest, "5.1.1", pending=8)

    @pytest.mark.django_db(transaction=True)
    def test_so_do_batches_that_workers_send_at_once(self, plan, server, settings):
        settings.NEWSLETTER_BATCH_SIZE, settings.NEWSLETTER_CHECKPOINT = 5, 2
        digest = plan(*addresses(40))
        Digest.objects.update(is_proven=True)
        server.answer(UNKNOWN)
        at_once(4, tasks.tick)
        tasks.tick()
        assert_paused_unharmed(digest, "5.1.1", pending=40)

    def test_of_two_nothing_is_concluded_but_neither_is_suppressed(self, plan, server):
        digest = plan("ana", "ben")
        server.answer(UNKNOWN)
        tasks.tick()
        assert states() == {"ana": "failed", "ben": "failed"}
        assert not Suppression.objects.exists()
        assert refresh(digest).state == Digest.State.SENT

    def test_a_relay_that_takes_its_own_domain_alone_is_found_out(self, plan, server):
        readers = addresses(40)
        digest = plan(*readers)
        for number, reader in enumerate(readers):
            if number % 4:
                server.answer(DENIED, to=reader)
        tasks.tick()
        assert_paused_unharmed(digest, "5.7.1", sent=10, pending=30)


class TestInMidSend:
    @pytest.mark.parametrize("accepted", [10, 57, 98, 100])
    @pytest.mark.parametrize("reply", [UNKNOWN, DENIED])
    def test_a_server_that_begins_to_refuse_everybody_harms_nobody(
        self, plan, server, later, settings, accepted, reply
    ):
        settings.NEWSLETTER_BATCH_SIZE = 50
        digest = plan(*addresses(150))

        def begin_to_refuse(received) -> None:
            if len(server.offered) == accepted:
                server.answer(reply)

        server.on_mail = begin_to_refuse
        tasks.tick()
        assert_paused_unharmed(digest, reply[:3], sent=accepted, pending=150 - accepted)
        server.mend()
        controls.resume(digest)
        later()
        assert counts(digest.deliveries.all()) == {"sent": 150}
        assert server.counts == dict.fromkeys(addresses(150), 1)

    def test_a_cluster_of_bad_addresses_fails_once_an_editor_resumes(
        self, plan, server, later, settings
    ):
        settings.NEWSLETTER_CHECKPOINT = 10
        readers = addresses(100)
        bad = readers[60:75]
        digest = plan(*readers)
        for reader in bad:
            server.answer(UNKNOWN, to=reader)
        tasks.tick()
        assert refresh(digest).pause_code == Digest.PauseReason.REFUSED
        controls.resume(digest)
        later()
        later()
        assert counts(digest.deliveries.all()) == {"sent": 85, "failed": 15}
        assert refresh(digest).state == Digest.State.SENT
        assert {server.counts.get(reader) for reader in bad} == {None}


class TestBadAddressesAmongGood:
    @pytest.mark.parametrize("bad", [[0], [19], [7], [0, 1, 2], [3, 9, 12, 19]])
    def test_they_fail_alone_and_are_suppressed(self, plan, server, bad):
        readers = addresses(20)
        digest = plan(*readers)
        for number in bad:
            server.answer("550 5.1.1 No such user", to=readers[number])
        tasks.tick()
        assert counts(digest.deliveries.all()) == {"sent": 20 - len(bad), "failed": len(bad)}
        suppressed = Suppression.objects.order_by("pk")
        assert [s.address for s in suppressed] == [readers[number] for number in bad]
        assert {s.digest for s in suppressed} == {digest}
        assert Batch.objects.counts_by_digest()[digest.pk]["bounced"] == len(bad)

    def test_of_many_at_the_end_nobody_knows_so_none_is_suppressed(self, plan, server):
        readers = addresses(20)
        digest = plan(*readers)
        for reader in readers[-5:]:
            server.answer("550 5.1.1 No such user", to=reader)
        tasks.tick()
        assert counts(digest.deliveries.all()) == {"sent": 15, "failed": 5}
        assert not Suppression.objects.exists()

    @pytest.mark.parametrize("reply", [DENIED, "550 5.1.8 Bad sender", "552 5.2.2 Mailbox full"])
    def test_what_is_not_about_the_mailbox_suppresses_nobody(self, plan, server, reply):
        plan("ana", "ben", "cleo")
        server.answer(reply, to="ben@example.com")
        tasks.tick()
        assert states() == {"ana": "sent", "ben": "failed", "cleo": "sent"}
        assert not Suppression.objects.exists()


class TestPlainRefusals:
    @pytest.fixture
    def send_daily(self, plan, server, clock, section):
        """Sends a digest a day to Ana, Ben and Cleo, and refuses Ben by these replies."""

        def send_daily(*replies: str) -> None:
            plan("ana", "ben", "cleo")
            for day, reply in enumerate(replies):
                server.mend()
                if reply:
                    server.answer(reply, to="ben@example.com")
                if day:
                    due = DUE + timedelta(days=day)
                    PostFactory(parent=section, first_published_at=due - timedelta(hours=1))
                    clock.move_to(due + timedelta(minutes=2), tick=False)
                tasks.tick()

        return send_daily

    @pytest.mark.parametrize("reply", ["550 No", "550 5.0.0 No", "553 5.1.2 Bad domain"])
    def test_the_third_in_a_row_suppresses(self, send_daily, reply):
        send_daily(reply, reply)
        assert not Suppression.objects.exists()
        assert subscription_of("ben").state == "active"

    @pytest.mark.parametrize("reply", ["550 No", "550 5.1.0 No"])
    def test_three_suppress(self, send_daily, reply):
        send_daily(reply, reply, reply)
        assert Suppression.objects.get().address == "ben@example.com"

    def test_not_if_one_was_accepted_between(self, send_daily):
        send_daily("550 No", "550 No", "", "550 No")
        assert not Suppression.objects.exists()

    def test_nor_if_one_gave_another_reason(self, send_daily):
        send_daily("550 No", DENIED, "550 No")
        assert not Suppression.objects.exists()


@pytest.mark.parametrize(
    ("reply", "is_gone", "is_uncertain"),
    [
        ("550 5.1.1 User unknown", True, False),
        ("551 5.1.6 Moved", True, False),
        ("556 5.1.10 Null MX", True, False),
        ("550-5.2.1 Disabled\n5.2.1 mailbox", True, False),
        ("550 User unknown", False, True),
        ("550 5.0.0 No", False, True),
        ("550 5.1.2 Host unknown", False, True),
        ("501 5.1.3 Bad syntax", False, True),
        ("554 5.7.1 Relay access denied", False, False),
        ("550 5.1.8 Sender domain not found", False, False),
        ("550 5.7.1 [5.1.1] blocked", False, False),
        ("552 5.2.2 Full", False, False),
        ("552 5.3.4 Too big", False, False),
        ("550 5.4.1 Recipient address rejected: Access denied", False, False),
        ("450 4.2.0 Not now", False, False),
        ("The mail could not be made: 5", False, False),
    ],
)
def test_what_a_reply_says_of_the_mailbox(reply, is_gone, is_uncertain):
    assert verdicts.says_mailbox_is_gone(reply) == is_gone
    assert verdicts.says_nothing_certain(reply) == is_uncertain


def test_a_worker_that_ends_after_the_pause_queues_what_it_recorded_again(plan, server):
    digest = plan("ana", "ben", "cleo")
    Delivery.objects.filter(pk=delivery_to("ana").pk).update(state="failed", error=UNKNOWN)
    Batch.objects.update(failed=1)
    Digest.objects.update(
        refused=[delivery_to("ana").pk], pause_code="refused", paused_at=NOW, pause_reason="550"
    )
    refusals.requeue_run(digest, NOW)
    assert set(states().values()) == {"pending"}
    assert Batch.objects.get().failed == 0
