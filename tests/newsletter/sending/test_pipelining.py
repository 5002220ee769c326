"""How mails are handed over by SMTP: in few round trips, in sessions that are kept for a while."""

import ssl
import subprocess
from socket import socket

import pytest
from django.core import mail

from newsletter import tasks
from newsletter.models import Batch
from newsletter.sending import sessions
from tests.smtp import PASSWORD, Deed, Stage

from . import addresses, delivery_to, states

pytestmark = pytest.mark.django_db

ONCE_EACH = {"ana@example.com": 1, "ben@example.com": 1, "cleo@example.com": 1}
FIRST_TWO = {"ana@example.com": 1, "ben@example.com": 1}


@pytest.fixture
def writes(monkeypatch) -> list[bytes]:
    """What is sent, write by write, from a greeting on."""

    def sendall(connection, data):
        if writes or data.startswith(b"ehlo"):
            writes.append(bytes(data))
        return real(connection, data)

    writes: list[bytes] = []
    real = socket.sendall
    monkeypatch.setattr(socket, "sendall", sendall)
    return writes


@pytest.fixture
def small_batches(settings) -> None:
    """Batches of one mail each."""
    settings.NEWSLETTER_BATCH_SIZE = 1


def verbs(data: bytes) -> list[str]:
    """Return the commands in what was sent at once, with END for the end of a mail."""
    *content, last = data.rpartition(b"\r\n.\r\n")
    named = ["END"] if any(content) else []
    if data.startswith(b".\r\n"):
        named, last = ["END"], data.removeprefix(b".\r\n")
    return [*named, *(line.split(b" ")[0].decode() for line in last.split(b"\r\n") if line)]


class TestRoundTrips:
    def test_a_mail_s_commands_go_with_the_content_of_the_one_before_it(self, plan, server, writes):
        plan("ana", "ben", "cleo")
        tasks.tick()
        assert server.counts == ONCE_EACH
        announced = ["MAIL", "RCPT", "DATA"]
        assert [verbs(data) for data in writes] == [
            ["ehlo"],
            announced,
            ["END", *announced],
            ["END", *announced],
            ["END"],
        ]

    def test_a_server_that_does_not_offer_it_is_sent_one_command_at_a_time(
        self, plan, server, writes
    ):
        server.offers_pipelining = False
        plan("ana", "ben")
        tasks.tick()
        assert server.counts == FIRST_TWO
        one = [["MAIL"], ["RCPT"], ["DATA"], ["END"]]
        assert [verbs(data) for data in writes] == [["ehlo"], *one, *one]

    def test_after_a_refusal_the_server_is_told_that_this_mail_is_over(self, plan, server, writes):
        server.answer("550 No such user", to="ben@example.com")
        plan("ana", "ben", "cleo", "dora")
        tasks.tick()
        assert states() == {"ana": "sent", "ben": "failed", "cleo": "sent", "dora": "sent"}
        announced = ["MAIL", "RCPT", "DATA"]
        assert [verbs(data) for data in writes[3:]] == [
            ["RSET", *announced],
            ["END", *announced],
            ["END"],
        ]

    @pytest.mark.parametrize("answer", ["550 No such user", "450 Not now"])
    @pytest.mark.parametrize("name", ["ana", "ben", "cleo"])
    def test_where_content_is_awaited_for_nobody_an_empty_end_is_sent(
        self, plan, server, later, answer, name
    ):
        server.awaits_content_for_nobody = True
        server.answer(answer, to=f"{name}@example.com")
        plan("ana", "ben", "cleo")
        tasks.tick()
        server.mend()
        later()
        refused = answer.startswith("5")
        assert states()[name] == ("failed" if refused else "sent")
        counts = {address: 1 for address in ONCE_EACH if not refused or name not in address}
        assert server.counts == counts
        assert server.greeted == 1

    def test_refusals_in_a_row_do_not_shift_the_answers(self, plan, server):
        plan(*addresses(12))
        for number in (0, 3, 4, 5, 8, 11):
            stage = (Stage.RECIPIENT, Stage.CONTENT, Stage.END)[number % 3]
            server.answer(f"550 {number}", at=stage, to=f"reader{number}@example.com")
        tasks.tick()
        failed = {name for name, state in states().items() if state == "failed"}
        assert failed == {f"reader{number}" for number in (0, 3, 4, 5, 8, 11)}
        for number in (0, 3, 4, 5, 8, 11):
            assert delivery_to(f"reader{number}").error == f"550 {number}"
        assert set(server.counts.values()) == {1}
        assert len(server.counts) == 6


class TestOddAnswers:
    def test_an_answer_of_several_lines_is_one(self, plan, server):
        server.answer("550-5.7.1 Not\r\n550 5.7.1 wanted", at=Stage.END, to="ben@example.com")
        plan("ana", "ben", "cleo")
        tasks.tick()
        assert states() == {"ana": "sent", "ben": "failed", "cleo": "sent"}
        assert delivery_to("ben").error == "550 5.7.1 Not\n5.7.1 wanted"

    @pytest.mark.parametrize("answer", ["What?", "999 What?", "354 Go on"])
    def test_a_mail_that_is_answered_without_sense_is_in_doubt(self, plan, server, later, answer):
        server.answer(answer, at=Stage.END, to="ben@example.com")
        plan("ana", "ben", "cleo")
        tasks.tick()
        assert states() == {"ana": "sent", "ben": "in_doubt", "cleo": "pending"}
        server.mend()
        later()
        assert server.asked["ben@example.com"] == 1
        assert states() == {"ana": "sent", "ben": "in_doubt", "cleo": "sent"}

    @pytest.mark.parametrize("stage", [Stage.SENDER, Stage.RECIPIENT])
    def test_before_its_content_an_answer_without_sense_is_no_doubt(self, plan, server, stage):
        plan("ana", "ben", "cleo")
        server.answer("What?", at=stage, number=2)
        tasks.tick()
        assert server.counts == ONCE_EACH
        assert server.greeted == 2

    def test_a_server_that_wants_to_know_who_we_are_pauses_the_digest(self, plan, server):
        digest = plan("ana", "ben")
        server.answer("530 5.7.0 Authentication required", at=Stage.SENDER)
        tasks.tick()
        digest.refresh_from_db()
        assert digest.paused_at
        assert "Authentication required" in digest.pause_reason
        assert set(states().values()) == {"pending"}


class TestKeptSessions:
    def test_batches_of_one_worker_share_a_session(self, plan, server, small_batches):
        plan("ana", "ben", "cleo")
        tasks.tick()
        assert Batch.objects.count() == 3
        assert server.counts == ONCE_EACH
        assert server.greeted == 1

    def test_after_a_silence_a_new_one_is_opened(self, plan, server, small_batches, monkeypatch):
        monkeypatch.setattr(sessions, "IDLE_SECONDS", 0)
        plan("ana", "ben", "cleo")
        tasks.tick()
        assert server.counts == ONCE_EACH
        assert server.greeted == 3

    def test_with_other_credentials_a_new_one_is_opened(
        self, plan, server, small_batches, settings
    ):
        def changed(received):
            settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "letter", PASSWORD

        server.on_mail = changed
        plan("ana", "ben", "cleo")
        tasks.tick()
        assert server.counts == ONCE_EACH
        assert server.greeted == 2

    @pytest.mark.parametrize("answer", [Deed.CUT, "421 4.4.2 Idle for too long"])
    @pytest.mark.parametrize("offers_pipelining", [True, False])
    def test_one_that_died_is_opened_anew_and_nobody_notices(
        self, plan, server, small_batches, answer, offers_pipelining
    ):
        server.offers_pipelining = offers_pipelining
        server.answer(answer, at=Stage.SENDER, number=2)
        plan("ana", "ben", "cleo")
        tasks.tick()
        assert states() == {"ana": "sent", "ben": "sent", "cleo": "sent"}
        assert server.counts == ONCE_EACH
        assert server.greeted == 2

    def test_between_two_parts_of_a_batch_likewise(self, plan, server, settings):
        settings.NEWSLETTER_CHECKPOINT = 2
        server.answer(Deed.CUT, at=Stage.SENDER, number=3)
        plan("ana", "ben", "cleo")
        tasks.tick()
        assert server.counts == ONCE_EACH

    def test_it_is_opened_anew_once(self, plan, server, later, settings):
        settings.NEWSLETTER_CHECKPOINT = 2
        plan("ana", "ben", "cleo")
        server.answer("421 4.3.2 Shutting down", at=Stage.SENDER, number=3)
        server.answer("421 4.3.2 Shutting down", at=Stage.SENDER, number=4)
        tasks.tick()
        assert states() == {"ana": "sent", "ben": "sent", "cleo": "pending"}
        assert "Shutting down" in Batch.objects.get().error
        later()
        assert server.counts == ONCE_EACH

    def test_where_it_cannot_be_opened_anew_the_rest_waits(self, plan, server, later, settings):
        settings.NEWSLETTER_CHECKPOINT = 2
        plan("ana", "ben", "cleo")

        def wrong(received):
            if received.recipient == "ben@example.com":
                server.answer(Deed.CUT, at=Stage.SENDER, number=3)
                server.refuses_logins = True

        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "letter", PASSWORD
        server.on_mail = wrong
        tasks.tick()
        assert states() == {"ana": "sent", "ben": "sent", "cleo": "pending"}
        assert "does not let us in" in Batch.objects.get().error
        assert Batch.objects.get().cohort.digest.paused_at

    @pytest.mark.parametrize("number", [1, 2])
    @pytest.mark.parametrize("stage", [Stage.CONTENT, Stage.END])
    def test_one_that_broke_while_a_mail_was_handed_over_is_not_used_again_nor_for_that_mail(
        self, plan, server, later, small_batches, stage, number
    ):
        server.answer(Deed.CUT, at=stage, number=number)
        plan("ana", "ben", "cleo")
        tasks.tick()
        later()
        in_doubt = ("ana", "ben")[number - 1]
        assert states() == {"ana": "sent", "ben": "sent", "cleo": "sent", in_doubt: "in_doubt"}
        assert set(server.asked.values()) == {1}
        assert server.greeted == 2


@pytest.fixture
def certificate(tmp_path, monkeypatch) -> ssl.SSLContext:
    """What the server proves with who it is; we trust it."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    files = ["-nodes", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*made, *files, *subject], check=True, capture_output=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    return context


class TestEncryption:
    def test_mails_go_out_encrypted_after_starttls(self, plan, server, settings, certificate):
        server.stop()
        server.tls = certificate
        server.start()
        settings.EMAIL_USE_TLS = True
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "letter", PASSWORD
        plan("ana", "ben", "cleo")
        tasks.tick()
        assert server.counts == ONCE_EACH


def test_notices_go_by_django_s_own_way(server):
    mail.send_mail("Hello", "Hello", "letter@news.example.org", ["ana@example.com"])
    assert server.counts == {"ana@example.com": 1}


def test_time_runs_out_between_two_mails(plan, server, monkeypatch):
    monkeypatch.setattr("newsletter.sending.smtp.MOST_SECONDS", -1)
    digest = plan("ana", "ben", "cleo")
    tasks.tick()
    assert server.counts == ONCE_EACH
    assert Batch.objects.get().submissions == 3
    digest.refresh_from_db()
    assert digest.state == "sent"
