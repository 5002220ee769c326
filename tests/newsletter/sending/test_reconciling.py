"""Mails in doubt: what an editor decides of them, and what the provider knows when it is asked."""

import json
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest

from newsletter import tasks
from newsletter.models import Batch, Delivery, Digest, Suppression
from newsletter.sending import claims, controls, reconciling
from newsletter.sending.messages import reference
from newsletter.subscribing import suppressing

from . import NOW, delivery_to, states
from .webhooks import KEY, mailgun_event, read_urls, sparkpost_event, use_provider

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def digest(plan) -> Digest:
    """A digest of which the mails to Ana and Ben are in doubt, and that to Cleo was sent."""
    digest = plan("ana", "ben", "cleo")
    Delivery.objects.update(state="in_doubt", error="The worker stopped while submitting.")
    cleo = delivery_to("cleo")
    Delivery.objects.filter(pk=cleo.pk).update(state="sent", error="", sent_at=NOW)
    Batch.objects.update(in_doubt=2, sent=1, state="done", attempts=72, queued_at=NOW)
    Digest.objects.update(state="sent", finished_at=NOW)
    return digest


def in_doubt() -> Delivery:
    return Delivery.objects.filter(state="in_doubt")


class TestEditors:
    def test_the_report_says_how_many_are_in_doubt(self, digest):
        assert reconciling.report() == {digest.pk: 2}
        reconciling.count_as_sent(in_doubt(), NOW)
        assert reconciling.report() == {}

    def test_counted_as_sent_is_sent(self, digest):
        assert reconciling.count_as_sent(digest.deliveries.all(), NOW + MINUTE) == 2
        ana, cleo = delivery_to("ana"), delivery_to("cleo")
        assert (ana.state, ana.error, ana.sent_at) == ("sent", "", NOW + MINUTE)
        assert cleo.sent_at == NOW
        assert Batch.objects.filter(sent=3, in_doubt=0, state="done").exists()

    def test_one_may_be_decided_on_alone(self, digest):
        ana = Delivery.objects.filter(pk=delivery_to("ana").pk)
        assert reconciling.send_again(ana, NOW) == 1
        assert states() == {"ana": "pending", "ben": "in_doubt", "cleo": "sent"}
        assert Batch.objects.filter(sent=1, in_doubt=1).exists()

    def test_sent_again_it_goes_out_once_more_and_the_digest_ends(self, digest, server):
        assert reconciling.send_again(digest.deliveries.all(), NOW) == 2
        digest.refresh_from_db()
        assert (digest.state, digest.finished_at) == ("sending", None)
        tasks.tick()
        assert server.counts == {"ana@example.com": 1, "ben@example.com": 1}
        digest.refresh_from_db()
        assert digest.state == "sent"
        assert Batch.objects.filter(sent=3, in_doubt=0, state="done").exists()

    @pytest.mark.parametrize("decide", [reconciling.count_as_sent, reconciling.send_again])
    def test_what_is_in_doubt_no_more_is_left_alone(self, digest, decide):
        chosen = digest.deliveries.all()
        decide(chosen, NOW)
        before = list(Delivery.objects.order_by("pk").values()), Batch.objects.values().get()
        for again in (reconciling.count_as_sent, reconciling.send_again):
            assert again(chosen, NOW + MINUTE) == 0
        after = list(Delivery.objects.order_by("pk").values()), Batch.objects.values().get()
        assert after == before

    def test_those_of_a_cancelled_digest_are_not_sent_again(self, digest):
        Digest.objects.update(state="sending")
        controls.cancel(digest, NOW)
        assert reconciling.send_again(digest.deliveries.all(), NOW) == 0
        assert reconciling.count_as_sent(digest.deliveries.all(), NOW) == 2

    def test_those_of_a_batch_that_is_being_sent_wait_for_it(self, digest, server, later):
        Digest.objects.update(state="sending")
        Batch.objects.update(state="pending", attempts=0)
        batch = claims.claim(Batch.objects.get().pk, NOW)
        reconciling.send_again(digest.deliveries.all(), NOW)
        batch.refresh_from_db()
        assert batch.state == "claimed"
        claims.recover_abandoned(batch.lease_until + MINUTE)
        later()
        assert set(states().values()) == {"sent"}

    def test_of_many_batches_each_is_settled(self, settings, plan):
        settings.NEWSLETTER_BATCH_SIZE = 2
        digest = plan(*(f"reader{n}" for n in range(5)))
        Delivery.objects.update(state="in_doubt")
        for batch in Batch.objects.all():
            Batch.objects.filter(pk=batch.pk).update(in_doubt=batch.size, state="done")
        assert reconciling.send_again(digest.deliveries.all(), NOW) == 5
        assert not Batch.objects.filter(in_doubt__gt=0).exists()
        assert Batch.objects.filter(state="pending", not_before=NOW).count() == 3


class Stub:
    """A provider's API: it answers what it is told to, and keeps what it was asked."""

    def __init__(self) -> None:
        self.answer, self.status, self.asked = {}, 200, []
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                url = urlsplit(self.path)
                query = {name: value for name, (value,) in parse_qs(url.query).items()}
                stub.asked.append((url.path, query, dict(self.headers)))
                body = json.dumps(stub.answer).encode()
                self.send_response(stub.status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                """Be quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()


@pytest.fixture
def stub() -> Iterator[Stub]:
    stub = Stub()
    yield stub
    stub.server.shutdown()
    stub.server.server_close()


@pytest.fixture
def provider(settings, monkeypatch, stub):
    """Has mail go through a provider, whose API the stub stands for."""

    def provider(url: str, **keys: str) -> None:
        use_provider(settings, monkeypatch, url, **keys)
        name = url.partition(":")[0].upper()
        settings.ANYMAIL = settings.ANYMAIL | {f"{name}_API_URL": f"{stub.url}/v"}

    yield provider
    settings.MAIL_EVENTS_FROM = ""
    read_urls()


def ask(minutes: float) -> int:
    return reconciling.ask_providers(NOW + minutes * MINUTE)


class TestProviders:
    def test_mailgun_knows_what_became_of_a_mail(self, digest, provider, stub):
        provider("mailgun://key@news.example.org", key=KEY)
        ana = delivery_to("ana")
        failed = {"severity": "permanent", "reason": "bounce"}
        stub.answer = {
            "items": [mailgun_event("accepted", ana), mailgun_event("failed", ana, **failed)]
        }
        assert ask(3) == 1
        assert states() == {"ana": "sent", "ben": "in_doubt", "cleo": "sent"}
        assert delivery_to("ana").fate == "bounced"
        assert suppressing.is_suppressed("ana@example.com")
        path, query, headers = stub.asked[0]
        assert path == "/v/news.example.org/events"
        assert (query["recipient"], query["ascending"]) == ("ana@example.com", "yes")
        assert float(query["begin"]) < NOW.timestamp()
        assert headers["Authorization"].startswith("Basic ")

    def test_postmark_knows_what_it_accepted(self, digest, provider, stub):
        provider("postmark://token")
        ben = delivery_to("ben")
        message = {
            "MessageID": "0ac29aee-e1cd-480d-b08d-4f48548ff48d",
            "Recipients": ["ben@example.com"],
            "ReceivedAt": "2026-03-02T03:02:01.4178645-05:00",
            "Status": "Sent",
            "Metadata": {"delivery": reference(ben.pk, ben.digest)},
        }
        other = message | {"Metadata": {"delivery": "0"}}
        stub.answer = {"TotalCount": 2, "Messages": [other, message]}
        assert ask(3) == 1
        assert states() == {"ana": "in_doubt", "ben": "sent", "cleo": "sent"}
        path, query, headers = stub.asked[1]
        assert path == "/v/messages/outbound"
        assert query == {
            "count": "10",
            "offset": "0",
            "metadata_delivery": reference(ben.pk, ben.digest),
        }
        assert headers["X-Postmark-Server-Token"] == "token"

    def test_sparkpost_knows_what_became_of_a_mail(self, digest, provider, stub):
        provider("sparkpost://key")
        told = sparkpost_event(
            "injection", delivery_to("ana"), timestamp="2026-03-02T08:01:00.000Z"
        )
        stub.answer = {"results": [told["msys"]["message_event"]], "total_count": 1, "links": {}}
        assert ask(3) == 1
        assert states()["ana"] == "sent"
        path, query, headers = stub.asked[0]
        assert path == "/v/events/message"
        assert query["recipients"] == "ana@example.com"
        assert headers["Authorization"] == "key"

    def test_what_it_does_not_know_stays_in_doubt_and_is_never_sent_again(
        self, digest, provider, stub
    ):
        provider("mailgun://key@news.example.org")
        stub.answer = {"items": []}
        assert ask(3) == 0
        assert ask(24 * 60) == 0
        assert states() == {"ana": "in_doubt", "ben": "in_doubt", "cleo": "sent"}
        assert not Suppression.objects.exists()

    def test_it_is_asked_after_a_while_with_growing_pauses_and_not_for_ever(
        self, digest, provider, stub
    ):
        provider("mailgun://key@news.example.org")
        stub.answer = {"items": []}

        def asked(minutes: float) -> int:
            before = len(stub.asked)
            ask(minutes)
            return len(stub.asked) - before

        assert [asked(m) for m in (1, 3, 4, 7, 9, 13, 15)] == [0, 2, 0, 0, 2, 0, 2]
        assert [asked(m) for m in (24 * 60, 30 * 60, 37 * 60)] == [2, 0, 2]
        assert asked(6 * 24 * 60) == 0

    def test_of_many_some_are_asked_about_at_a_time(self, digest, provider, stub, monkeypatch):
        provider("mailgun://key@news.example.org")
        monkeypatch.setattr(reconciling, "MOST_ASKED", 1)
        stub.answer = {"items": []}
        for minutes in (3, 4, 5, 6):  # In the third round it sees that there are no more.
            ask(minutes)
        asked = [query["recipient"] for _, query, _ in stub.asked]
        assert asked == ["ana@example.com", "ben@example.com"]

    @pytest.mark.parametrize(
        ("status", "answer"),
        [(500, {}), (401, {}), (429, {}), (200, []), (200, {"items": [5]}), (200, {"items": None})],
    )
    def test_while_it_gives_no_answer_it_is_left_in_peace(
        self, digest, provider, stub, caplog, status, answer
    ):
        provider("mailgun://key@news.example.org")
        stub.status, stub.answer = status, answer
        assert ask(3) == ask(4) == 0
        assert len(stub.asked) == 1
        assert "cannot be asked" in caplog.text
        assert "ana" not in caplog.text
        ask(9)
        asked = [query["recipient"] for _, query, _ in stub.asked]
        assert asked == ["ana@example.com", "ben@example.com"], "One strange mail blocks no other."

    def test_a_provider_that_is_away_does_no_harm(self, digest, provider, stub, caplog):
        provider("postmark://token")
        stub.server.server_close()
        stub.server.shutdown()
        assert ask(3) == 0
        assert "cannot be asked" in caplog.text

    def test_a_mail_server_or_a_provider_without_memory_is_not_asked(self, digest, provider, stub):
        provider("brevo://key")
        assert ask(3) == 0
        assert not stub.asked
