"""What goes wrong between us and a provider that merges: nothing is lost or sent twice by it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.mail import get_connection

from newsletter import tasks
from newsletter.digests import rendering
from newsletter.models import Batch, Delivery, Digest
from newsletter.sending import controls, dialects, postmark, providers, splitting, transports
from newsletter.sending.outcomes import Outcome, Recipient
from tests.newsletter import counts
from tests.provider import Deed, Provider

from . import NOW, addresses, at_once, delivery_to, states

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:django-anymail has dropped official support for SendGrid"),
]

EACH_ONCE = {"ana@example.com": 1, "ben@example.com": 1, "cleo@example.com": 1}


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider() as provider:
        yield provider


@pytest.fixture
def mailgun(provider, settings) -> Provider:
    """A provider that refuses a call as a whole."""
    provider.receive_mail_of(settings, "mailgun")
    return provider


@pytest.fixture(autouse=True)
def hooked(monkeypatch):
    """Gives batches the way to the provider."""

    @contextmanager
    def open_transport() -> Iterator[transports.Transport]:
        yield providers.provider_of(get_connection())

    monkeypatch.setattr(transports, "open_transport", open_transport)


@pytest.mark.parametrize("name", ["mailgun", "sendgrid", "brevo", "mailjet", "postmark"])
def test_a_reader_whom_the_provider_refuses_fails_alone(plan, provider, settings, later, name):
    provider.receive_mail_of(settings, name)
    digest = plan("ana", "ben", "cleo")
    provider.refuse("ben@example.com")
    tasks.tick()
    assert states() == {"ana": "sent", "ben": "failed", "cleo": "sent"}
    assert "ben@example.com" in delivery_to("ben").error
    assert provider.counts == {"ana@example.com": 1, "cleo@example.com": 1}
    digest.refresh_from_db()
    assert digest.state == Digest.State.SENT


@pytest.mark.parametrize("poisoned", [[0], [199], [37], [0, 100, 198], [40, 41, 42, 43]])
def test_few_of_many_whom_the_provider_refuses_cost_nobody_else_the_mail(plan, mailgun, poisoned):
    everybody = addresses(200)
    plan(*everybody)
    mailgun.refuse(*(everybody[number] for number in poisoned))
    tasks.tick()
    assert counts(Delivery.objects.all()) == {"sent": 200 - len(poisoned), "failed": len(poisoned)}
    assert set(mailgun.counts.values()) == {1}
    assert len(mailgun.counts) == 200 - len(poisoned)
    assert len(mailgun.sizes) < 25 * len(poisoned)


@pytest.mark.parametrize("status", [400, 413, 422])
def test_where_everybody_is_refused_the_digest_is_paused_after_few_calls(
    plan, mailgun, later, status
):
    digest = plan(*addresses(40))
    mailgun.answer(status)
    tasks.tick()
    assert mailgun.sizes == [40, 1, 1, 1]
    assert counts(Delivery.objects.all()) == {"pending": 40}
    digest.refresh_from_db()
    assert digest.pause_code == Digest.PauseReason.REFUSED
    assert "Told to say so" in digest.pause_text
    mailgun.mend()
    later()
    assert counts(Delivery.objects.all()) == {"pending": 40}
    controls.resume(digest)
    later()
    assert counts(Delivery.objects.all()) == {"sent": 40}
    assert set(mailgun.counts.values()) == {1}


def test_two_readers_who_are_refused_fail_each(plan, mailgun):
    plan("ana", "ben")
    mailgun.answer(400)
    tasks.tick()
    assert states() == {"ana": "failed", "ben": "failed"}


def test_a_provider_that_tells_only_how_many_it_refused_leaves_them_in_doubt(
    plan, provider, settings, later
):
    provider.receive_mail_of(settings, "sparkpost")
    plan("ana", "ben", "cleo")
    provider.refuse("ben@example.com")
    tasks.tick()
    assert set(states().values()) == {"in_doubt"}
    later()
    assert provider.counts == {"ana@example.com": 1, "cleo@example.com": 1}


def test_a_provider_that_is_busy_is_left_alone_for_as_long_as_it_says(plan, mailgun, later, clock):
    plan("ana", "ben", "cleo")
    mailgun.answer(429, headers={"Retry-After": "600"})
    tasks.tick()
    assert set(states().values()) == {"pending"}
    assert mailgun.sizes == [3]
    assert Batch.objects.get().not_before >= NOW + timedelta(seconds=600)
    mailgun.mend()
    clock.shift(timedelta(minutes=9))
    tasks.tick()
    assert mailgun.counts == {}
    later()
    assert mailgun.counts == EACH_ONCE
    assert set(states().values()) == {"sent"}


@pytest.mark.parametrize("status", [401, 402, 403])
def test_a_provider_that_does_not_let_us_in_has_the_digest_wait_for_an_editor(
    plan, mailgun, status
):
    digest = plan("ana", "ben", "cleo")
    mailgun.answer(status)
    tasks.tick()
    assert mailgun.sizes == [3]
    assert set(states().values()) == {"pending"}
    digest.refresh_from_db()
    assert digest.paused_at
    assert "Told to say so" in digest.pause_reason


@pytest.mark.parametrize("name", ["mailgun", "brevo", "mailjet", "sparkpost", "postmark"])
@pytest.mark.parametrize("answer", [502, 504, Deed.CUT, Deed.GARBAGE])
def test_what_the_provider_may_have_accepted_is_in_doubt_and_not_sent_again(
    plan, provider, settings, later, name, answer
):
    provider.receive_mail_of(settings, name)
    settings.NEWSLETTER_BATCH_SIZE = 2
    plan("ana", "ben", "cleo")
    provider.answer(answer, number=1)
    tasks.tick()
    assert states() == {"ana": "in_doubt", "ben": "in_doubt", "cleo": "sent"}
    assert delivery_to("ana").error
    assert len(delivery_to("ana").error) <= 500
    later()
    later()
    assert provider.asked == EACH_ONCE


@pytest.mark.parametrize(
    ("name", "status"),
    [("mailgun", 500), ("postmark", 500), ("sparkpost", 500), ("brevo", 503), ("postmark", 503)],
)
def test_what_the_provider_documents_as_to_be_sent_again_is_sent_later(
    plan, provider, settings, later, name, status
):
    provider.receive_mail_of(settings, name)
    plan("ana", "ben", "cleo")
    provider.answer(status, number=1)
    tasks.tick()
    assert set(states().values()) == {"pending"}
    later()
    assert provider.counts == EACH_ONCE
    assert set(states().values()) == {"sent"}


def test_what_the_provider_does_not_answer_in_time_is_in_doubt_and_not_sent_again(
    plan, mailgun, settings, later
):
    settings.ANYMAIL = {**settings.ANYMAIL, "REQUESTS_TIMEOUT": 0.3}
    plan("ana", "ben")
    mailgun.answer(Deed.HANG, number=1)
    tasks.tick()
    assert set(states().values()) == {"in_doubt"}
    later()
    assert mailgun.asked == {"ana@example.com": 1, "ben@example.com": 1}


def test_while_the_provider_is_down_a_batch_waits_and_then_goes_out_once(plan, mailgun, later):
    plan("ana", "ben", "cleo")
    mailgun.stop()
    tasks.tick()
    assert set(states().values()) == {"pending"}
    assert "refused" in Batch.objects.get().error
    mailgun.start()
    later()
    assert mailgun.counts == EACH_ONCE
    assert set(states().values()) == {"sent"}


def test_what_was_settled_before_a_fault_stays_so(plan, mailgun, later):
    everybody = addresses(8)
    plan(*everybody)
    mailgun.refuse(everybody[7])
    # The first call is refused; then come the first, the middle one and the last by themselves, and
    # those before the middle.
    mailgun.answer(502, number=5)
    tasks.tick()
    assert mailgun.sizes == [8, 1, 1, 1, 3]
    sent, doubtful, waiting = (everybody[0], everybody[4]), everybody[1:4], everybody[5:7]
    assert states() == {
        address.partition("@")[0]: state
        for group, state in [
            (sent, "sent"),
            (doubtful, "in_doubt"),
            (waiting, "pending"),
            ([everybody[7]], "failed"),
        ]
        for address in group
    }
    mailgun.mend()
    later()
    assert counts(Delivery.objects.all()) == {"sent": 4, "in_doubt": 3, "failed": 1}
    assert set(mailgun.counts.values()) == {1}


def test_after_an_error_that_nobody_foresaw_the_call_is_in_doubt(plan, mailgun, later, monkeypatch):
    plan("ana", "ben")
    monkeypatch.setattr(providers, "_answer_of", lambda status: 1 / 0)
    tasks.tick()
    assert set(states().values()) == {"in_doubt"}
    later()
    assert mailgun.asked == {"ana@example.com": 1, "ben@example.com": 1}


def test_without_time_to_split_a_refused_call_it_waits(plan, mailgun, monkeypatch):
    plan(*addresses(40))
    mailgun.refuse(addresses(40)[3])
    mailgun.on_call = lambda _: monkeypatch.setattr(splitting.time, "monotonic", lambda: 10**9)
    tasks.tick()
    assert mailgun.sizes == [40]
    assert counts(Delivery.objects.all()) == {"pending": 40}


class TestConnection:
    def test_a_thread_keeps_its_connection_over_batches(self, plan, mailgun, settings):
        settings.NEWSLETTER_BATCH_SIZE = 1
        plan("ana", "ben", "cleo")
        tasks.tick()
        assert mailgun.sizes == [1, 1, 1]
        assert mailgun.connections == 1

    def test_a_connection_that_was_silent_is_not_trusted(
        self, plan, mailgun, settings, monkeypatch
    ):
        monkeypatch.setattr(providers, "IDLE_SECONDS", -1)
        settings.NEWSLETTER_BATCH_SIZE = 1
        plan("ana", "ben")
        tasks.tick()
        assert mailgun.connections == 2

    def test_each_thread_has_a_connection_of_its_own(self, plan, mailgun):
        plan("ana")
        cohort = rendering.render(Batch.objects.get().cohort)
        recipients = [Recipient(*Delivery.objects.recipients().get()[:-1])]

        def submit() -> None:
            for _ in range(2):
                transport = providers.provider_of(get_connection())
                (result,) = transport.submit(recipients, cohort)
                assert result.outcome is Outcome.ACCEPTED

        at_once(2, submit)
        assert mailgun.sizes == [1, 1, 1, 1]
        assert mailgun.connections == 2


@pytest.mark.parametrize(
    ("code", "words", "outcome"),
    [
        (0, "OK", Outcome.ACCEPTED),
        (0, "Message accepted, but delivery may be delayed.", Outcome.ACCEPTED),
        (300, "Invalid 'To' address: 'ana@example'.", Outcome.REFUSED),
        (300, "Invalid 'From' address: 'letter'.", None),
        (406, "Found inactive addresses: ana@example.com.", Outcome.REFUSED),
        (400, "The sender signature was not found.", Outcome.UNAUTHORIZED),
        (412, "Your account is pending approval.", Outcome.UNAUTHORIZED),
        (429, "Rate limit exceeded.", Outcome.UNAVAILABLE),
        (100, "Down for maintenance.", Outcome.UNAVAILABLE),
    ],
)
def test_postmark_is_taken_at_its_word(code, words, outcome):
    assert postmark.answers([{"ErrorCode": code, "Message": words}]) == [(outcome, words)]


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (400, "mj-0013", Outcome.REFUSED),
        (400, "send-0011", None),
        (401, "mj-0015", Outcome.UNAUTHORIZED),
        (403, "send-0008", Outcome.UNAUTHORIZED),
    ],
)
def test_mailjet_is_taken_at_its_word(status, code, outcome):
    error = {"StatusCode": status, "ErrorCode": code, "ErrorMessage": "No.", "ErrorRelatedTo": []}
    answer = {"Messages": [{"Status": "success"}, {"Status": "error", "Errors": [error]}]}
    read = dialects.DIALECTS["Mailjet"].answers(answer)
    assert read == [(Outcome.ACCEPTED, ""), (outcome, "No.")]


@pytest.mark.parametrize(
    "backend",
    [
        "django.core.mail.backends.locmem.EmailBackend",
        "django.core.mail.backends.smtp.EmailBackend",
        "anymail.backends.resend.EmailBackend",
        "anymail.backends.test.EmailBackend",
    ],
)
def test_who_does_not_merge_gets_ordinary_messages(settings, backend):
    settings.ANYMAIL = {"RESEND_API_KEY": "key"}
    assert providers.provider_of(get_connection(backend)) is None
