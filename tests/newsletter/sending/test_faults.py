"""What goes wrong between us and the mail server, and that nothing is lost or sent twice by it."""

import ssl
from datetime import timedelta
from socket import socket

import pytest

from newsletter import tasks
from newsletter.models import Batch, Delivery, Digest
from newsletter.sending import batches, controls
from newsletter.sending.sessions import Session
from tests.factories import PostFactory
from tests.newsletter import counts
from tests.smtp import PASSWORD, Deed, Stage

from . import DUE, LEASE, NOW, addresses, delivery_to, states

pytestmark = pytest.mark.django_db

ONCE_EACH = {"ana@example.com": 1, "ben@example.com": 1, "cleo@example.com": 1}


@pytest.fixture(autouse=True, params=[True, False], ids=["pipelined", "by command"])
def pipelining(request, server):
    """All of it is true whether the server offers PIPELINING or not."""
    server.offers_pipelining = request.param


def test_without_a_fault_each_reader_gets_the_mail_once(plan, server):
    digest = plan("ana", "ben", "cleo")
    tasks.tick()
    assert server.counts == ONCE_EACH
    assert states() == {"ana": "sent", "ben": "sent", "cleo": "sent"}
    digest.refresh_from_db()
    assert digest.state == Digest.State.SENT


@pytest.mark.parametrize("stage", [Stage.RECIPIENT, Stage.CONTENT, Stage.END])
def test_a_refusal_for_good_fails_that_mail_alone_with_the_servers_words(
    plan, server, later, stage
):
    digest = plan("ana", "ben", "cleo")
    server.answer("550 5.1.1 No such user here", at=stage, to="ben@example.com")
    tasks.tick()
    assert states() == {"ana": "sent", "ben": "failed", "cleo": "sent"}
    assert "550" in delivery_to("ben").error
    assert "No such user here" in delivery_to("ben").error
    digest.refresh_from_db()
    assert digest.state == Digest.State.SENT
    later()
    assert server.asked["ben@example.com"] == 1


@pytest.mark.parametrize("stage", [Stage.RECIPIENT, Stage.CONTENT, Stage.END])
def test_a_refusal_for_now_has_that_mail_alone_sent_later(plan, server, later, clock, stage):
    digest = plan("ana", "ben", "cleo")
    server.answer("451 4.7.1 Greylisted, come back", at=stage, to="ben@example.com")
    tasks.tick()
    assert states() == {"ana": "sent", "ben": "pending", "cleo": "sent"}
    assert "Greylisted" in delivery_to("ben").error
    assert Batch.objects.get().not_before > NOW
    digest.refresh_from_db()
    assert digest.state == Digest.State.SENDING

    server.mend()
    tasks.tick()
    assert states()["ben"] == "pending"
    later()
    assert states() == {"ana": "sent", "ben": "sent", "cleo": "sent"}
    assert delivery_to("ben").error == ""
    assert server.counts == ONCE_EACH
    digest.refresh_from_db()
    assert digest.state == Digest.State.SENT


def test_while_the_server_is_down_a_batch_waits_and_then_goes_out_once(
    plan, server, later, settings
):
    settings.NEWSLETTER_CHECKPOINT = 2
    plan("ana", "ben", "cleo")
    server.stop()
    tasks.tick()
    assert set(states().values()) == {"pending"}
    batch = Batch.objects.get()
    assert batch.state == Batch.State.PENDING
    assert "refused" in batch.error
    later()
    assert set(states().values()) == {"pending"}

    server.start()
    tasks.tick()
    assert server.counts == {}
    later()
    assert server.counts == ONCE_EACH
    assert set(states().values()) == {"sent"}
    assert Batch.objects.get().error == ""


@pytest.mark.parametrize("stage", [Stage.SENDER, Stage.RECIPIENT, Stage.CONTENT, Stage.END])
def test_a_server_that_closes_down_is_left_alone_and_gets_the_rest_later(
    plan, server, later, stage
):
    plan("ana", "ben", "cleo")
    for number in (2, 3):  # The third is the second again, in another session.
        server.answer("421 4.3.2 Shutting down", at=stage, number=number)
    tasks.tick()
    assert states() == {"ana": "sent", "ben": "pending", "cleo": "pending"}
    assert server.asked["cleo@example.com"] == 0
    assert "Shutting down" in Batch.objects.get().error
    later()
    assert server.counts == ONCE_EACH
    assert set(states().values()) == {"sent"}


@pytest.mark.parametrize("stage", [Stage.CONTENT, Stage.END])
def test_a_mail_that_was_on_its_way_when_the_connection_broke_is_in_doubt_and_not_sent_again(
    plan, server, later, stage
):
    digest = plan("ana", "ben", "cleo")
    server.answer(Deed.CUT, at=stage, number=2)
    tasks.tick()
    assert states() == {"ana": "sent", "ben": "in_doubt", "cleo": "pending"}
    assert "closed" in delivery_to("ben").error
    later()
    later()
    assert states() == {"ana": "sent", "ben": "in_doubt", "cleo": "sent"}
    assert server.asked["ben@example.com"] == 1
    assert server.counts["cleo@example.com"] == 1
    digest.refresh_from_db()
    assert digest.state == Digest.State.SENT


def test_a_mail_that_is_not_answered_in_time_is_in_doubt_and_not_sent_again(
    plan, server, later, settings
):
    settings.EMAIL_TIMEOUT = 0.3
    plan("ana", "ben", "cleo")
    server.answer(Deed.HANG, at=Stage.END, number=2)
    tasks.tick()
    assert states() == {"ana": "sent", "ben": "in_doubt", "cleo": "pending"}
    later()
    assert server.counts == ONCE_EACH


@pytest.mark.parametrize("stage", [Stage.SENDER, Stage.RECIPIENT])
def test_a_mail_whose_content_was_not_begun_when_the_connection_broke_is_sent_by_another(
    plan, server, stage
):
    plan("ana", "ben", "cleo")
    server.answer(Deed.CUT, at=stage, number=2)
    tasks.tick()
    assert server.counts == ONCE_EACH
    assert server.greeted == 2


@pytest.mark.parametrize(
    "address", ["two@@example.com", "a@example.com\nBcc: b@example.com", "ü@x@y", "<@example.com>"]
)
def test_an_address_that_no_mail_can_have_fails_alone(plan, server, address):
    plan("ana", address, "cleo")
    tasks.tick()
    assert list(states().values()) == ["sent", "failed", "sent"]
    assert "could not be made" in Delivery.objects.get(state="failed").error
    assert server.counts == {"ana@example.com": 1, "cleo@example.com": 1}


@pytest.mark.parametrize("error", [RuntimeError("What?"), ssl.SSLCertVerificationError("What?")])
def test_after_an_error_that_nobody_foresaw_that_mail_alone_is_in_doubt(
    plan, server, later, monkeypatch, error
):
    plan("ana", "ben", "cleo")

    def sendall(connection, data):
        if b"To: ben@example.com" in data:
            raise error
        return real(connection, data)

    real = socket.sendall
    monkeypatch.setattr(socket, "sendall", sendall)
    tasks.tick()
    assert states() == {"ana": "sent", "ben": "in_doubt", "cleo": "pending"}
    later()
    assert states() == {"ana": "sent", "ben": "in_doubt", "cleo": "sent"}
    assert "What?" in delivery_to("ben").error


def test_with_wrong_credentials_the_digest_is_paused_and_goes_on_when_it_is_let(
    plan, server, later, settings
):
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "letter", "the wrong one"
    digest = plan("ana", "ben", "cleo")
    tasks.tick()
    assert set(states().values()) == {"pending"}
    digest.refresh_from_db()
    assert digest.paused_at == NOW
    assert "credentials invalid" in digest.pause_reason
    assert "credentials invalid" in Batch.objects.get().error
    settings.EMAIL_HOST_PASSWORD = PASSWORD
    later()
    assert server.counts == {}
    assert Batch.objects.get().attempts == 0
    controls.resume(digest)
    tasks.tick()
    assert server.counts == ONCE_EACH


def test_when_the_sender_is_refused_the_digest_is_paused(plan, server, later):
    digest = plan("ana", "ben", "cleo")
    server.answer("550 5.7.1 Not from you", at=Stage.SENDER)
    tasks.tick()
    assert set(states().values()) == {"pending"}
    digest.refresh_from_db()
    assert digest.pause_code == Digest.PauseReason.REFUSED
    assert "Not from you" in digest.pause_text
    server.mend()
    later()
    assert server.counts == {}
    controls.resume(digest)
    later()
    assert server.counts == ONCE_EACH


@pytest.fixture
def die_after(monkeypatch, server):
    """Makes the worker die after the server has accepted so many mails, before it is recorded."""

    def die_after(number: int) -> None:
        def reply(session):
            answer = real(session)
            if len(server.accepted) == number and not dead:
                dead.append(session)
                raise SystemExit
            return answer

        dead = []
        real = Session.reply
        monkeypatch.setattr(Session, "reply", reply)

    return die_after


def test_what_a_worker_was_submitting_when_it_died_is_in_doubt_and_the_rest_is_sent(
    plan, server, later, clock, die_after, settings
):
    settings.NEWSLETTER_CHECKPOINT = 2
    digest = plan("ana", "ben", "cleo", "dora", "emil")
    die_after(3)
    with pytest.raises(SystemExit):
        tasks.tick()
    dead = {"ana": "sent", "ben": "sent", "cleo": "submitting", "dora": "submitting"}
    assert states() == {**dead, "emil": "pending"}

    clock.shift(LEASE)
    tasks.tick()
    assert states() == {**dead, "emil": "pending"}

    clock.shift(timedelta(seconds=1))
    tasks.tick()
    doubtful = {"ana": "sent", "ben": "sent", "cleo": "in_doubt", "dora": "in_doubt"}
    assert states() == {**doubtful, "emil": "pending"}
    assert "stopped" in delivery_to("dora").error
    later()
    later()
    assert states() == {**doubtful, "emil": "sent"}
    assert server.counts == {
        "ana@example.com": 1,
        "ben@example.com": 1,
        "cleo@example.com": 1,
        "emil@example.com": 1,
    }
    digest.refresh_from_db()
    assert digest.state == Digest.State.SENT


@pytest.mark.parametrize("accepted", [1, 4, 5, 8])
def test_no_more_is_in_doubt_after_a_death_than_was_marked_at_once(
    plan, server, later, clock, die_after, settings, accepted
):
    settings.NEWSLETTER_CHECKPOINT = 4
    plan(*addresses(9))
    die_after(accepted)
    with pytest.raises(SystemExit):
        tasks.tick()
    clock.shift(LEASE + timedelta(seconds=1))
    tasks.tick()
    later()
    assert counts(Delivery.objects.all()) == {"in_doubt": 4, "sent": 5}
    assert set(server.counts.values()) == {1}


def test_a_worker_that_died_before_it_handed_anything_over_leaves_nothing_in_doubt(
    plan, server, later, clock
):
    plan("ana", "ben", "cleo")
    batches.claim(Batch.objects.get().pk, NOW)
    clock.shift(LEASE + timedelta(seconds=1))
    tasks.tick()
    later()
    assert server.counts == ONCE_EACH


def test_a_death_in_one_batch_does_not_hold_up_the_others(
    plan, server, later, clock, die_after, settings
):
    settings.NEWSLETTER_BATCH_SIZE = 1
    plan("ana", "ben", "cleo")
    die_after(1)
    with pytest.raises(SystemExit):
        tasks.tick()
    clock.shift(timedelta(minutes=11))
    tasks.tick()
    assert states() == {"ana": "in_doubt", "ben": "sent", "cleo": "sent"}


def test_a_post_after_a_digest_in_doubt_reaches_everyone(plan, server, section, clock):
    plan("ana", "ben")
    server.answer(Deed.CUT, at=Stage.END, number=2)
    tasks.tick()
    server.mend()
    PostFactory(parent=section, title="Sun", first_published_at=DUE + timedelta(hours=1))
    clock.move_to(DUE + timedelta(days=1, minutes=2), tick=False)
    tasks.tick()
    assert server.counts == {"ana@example.com": 2, "ben@example.com": 2}
    assert [mail.message["Subject"] for mail in server.accepted[2:]] == ["Sun", "Sun"]
