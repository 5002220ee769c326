"""What an error says of the mail that was being handed over, and sending by a provider."""

import errno
import os
import smtplib
import socket
from email.utils import parseaddr

import pytest
import requests
from anymail.backends.test import EmailBackend
from anymail.exceptions import (
    AnymailAPIError,
    AnymailInvalidAddress,
    AnymailRecipientsRefused,
    AnymailRequestsAPIError,
    AnymailSerializationError,
    AnymailUnsupportedFeature,
)
from django.core import mail

from newsletter import tasks
from newsletter.models import Batch, Digest
from newsletter.sending.transports import Outcome, outcome_of

from . import states

ACCEPTED, REFUSED = Outcome.ACCEPTED, Outcome.REFUSED
DEFERRED, UNAVAILABLE, IN_DOUBT = Outcome.DEFERRED, Outcome.UNAVAILABLE, Outcome.IN_DOUBT
UNAUTHORIZED = Outcome.UNAUTHORIZED


def refused_with(*codes: int) -> smtplib.SMTPRecipientsRefused:
    return smtplib.SMTPRecipientsRefused(
        {f"{number}@example.com": (code, b"said so") for number, code in enumerate(codes)}
    )


def status(code: int | None) -> AnymailAPIError:
    response = requests.Response()
    response.status_code = code
    response.reason = "Because"
    return AnymailAPIError("No", status_code=code, response=response)


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (refused_with(550), REFUSED),
        (refused_with(500), REFUSED),
        (refused_with(553, 550), REFUSED),
        (refused_with(450), DEFERRED),
        (refused_with(452), DEFERRED),
        (refused_with(550, 451), DEFERRED),
        (refused_with(421), UNAVAILABLE),
        (smtplib.SMTPDataError(554, b"spam"), REFUSED),
        (smtplib.SMTPDataError(452, b"full"), DEFERRED),
        (smtplib.SMTPDataError(421, b"bye"), UNAVAILABLE),
        (smtplib.SMTPSenderRefused(550, b"no", "a@example.com"), UNAVAILABLE),
        (smtplib.SMTPSenderRefused(451, b"no", "a@example.com"), UNAVAILABLE),
        (smtplib.SMTPHeloError(501, b"who"), UNAVAILABLE),
        (smtplib.SMTPAuthenticationError(535, b"no"), UNAUTHORIZED),
        (smtplib.SMTPNotSupportedError("no AUTH"), UNAVAILABLE),
        (smtplib.SMTPServerDisconnected("gone"), IN_DOUBT),
        (TimeoutError("too long"), IN_DOUBT),
        (ConnectionResetError(errno.ECONNRESET, "reset"), IN_DOUBT),
    ],
)
def test_a_mail_server_is_taken_at_its_word(error, outcome):
    assert outcome_of(error) is outcome


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (status(400), REFUSED),
        (status(422), REFUSED),
        (status(401), UNAUTHORIZED),
        (status(403), UNAUTHORIZED),
        (status(408), UNAVAILABLE),
        (status(429), UNAVAILABLE),
        (status(503), UNAVAILABLE),
        (status(500), IN_DOUBT),
        (status(502), IN_DOUBT),
        (status(504), IN_DOUBT),
        (status(200), IN_DOUBT),
        (AnymailAPIError("cannot be read"), IN_DOUBT),
        (AnymailRequestsAPIError("timed out"), IN_DOUBT),
        (AnymailRecipientsRefused(), REFUSED),
        (AnymailInvalidAddress("no address"), REFUSED),
        (AnymailUnsupportedFeature("no such thing"), REFUSED),
        (AnymailSerializationError("a date"), REFUSED),
    ],
)
def test_a_provider_is_taken_at_its_word(error, outcome):
    assert outcome_of(error) is outcome


@pytest.mark.parametrize(
    ("number", "outcome"),
    [
        (errno.ENOSPC, UNAVAILABLE),
        (errno.EDQUOT, UNAVAILABLE),
        (errno.EROFS, UNAVAILABLE),
        (errno.EACCES, UNAVAILABLE),
        (errno.ENOENT, UNAVAILABLE),
        (errno.EIO, IN_DOUBT),
    ],
)
def test_a_file_that_could_not_be_begun_was_not_written(number, outcome):
    assert outcome_of(OSError(number, "no")) is outcome


@pytest.mark.parametrize(
    ("outcome", "state", "stops"),
    [
        (ACCEPTED, "sent", False),
        (REFUSED, "failed", False),
        (DEFERRED, "pending", False),
        (UNAVAILABLE, "pending", True),
        (IN_DOUBT, "in_doubt", True),
    ],
)
def test_only_what_is_known_not_to_have_been_accepted_may_be_sent_again(outcome, state, stops):
    assert outcome.state == state
    assert outcome.stops is stops


@pytest.mark.django_db
def test_a_provider_gets_a_mail_of_its_own_for_each_reader(plan, settings):
    settings.EMAIL_BACKEND = "anymail.backends.test.EmailBackend"
    digest = plan("ana", "ben", "cleo")
    tasks.tick()
    digest.refresh_from_db()
    assert digest.state == Digest.State.SENT
    sent = [message.anymail_test_params for message in mail.outbox]
    assert [[to.addr_spec for to in params["to"]] for params in sent] == [
        ["ana@example.com"],
        ["ben@example.com"],
        ["cleo@example.com"],
    ]
    for params in sent:
        assert params["cc"] == params["bcc"] == []
        assert parseaddr(params["extra_headers"]["List-Id"])[0] == "The Letter"
        assert params["extra_headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    others = {"ana@example.com", "ben@example.com"}
    assert not any(address in repr(sent[2]) for address in others)
    assert len({params["extra_headers"]["List-Unsubscribe"] for params in sent}) == 3
    assert len({params["extra_headers"]["Message-ID"] for params in sent}) == 3


@pytest.mark.django_db
def test_a_refusal_by_the_provider_fails_that_mail_alone(plan, settings, monkeypatch):
    settings.EMAIL_BACKEND = "anymail.backends.test.EmailBackend"
    plan("ana", "ben", "cleo")

    def post(backend, payload, message):
        if message.to == ["ben@example.com"]:
            raise status(422)
        return real(backend, payload, message)

    real = EmailBackend.post_to_esp
    monkeypatch.setattr(EmailBackend, "post_to_esp", post)
    tasks.tick()
    assert states() == {"ana": "sent", "ben": "failed", "cleo": "sent"}


@pytest.fixture
def closed_port():
    """A port of this machine at which nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@pytest.mark.django_db
def test_while_a_provider_cannot_be_reached_a_batch_waits(plan, settings, closed_port):
    settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
    settings.ANYMAIL = {
        "POSTMARK_SERVER_TOKEN": "secret",
        "POSTMARK_API_URL": f"http://127.0.0.1:{closed_port}/",
    }
    plan("ana", "ben")
    tasks.tick()
    assert states() == {"ana": "pending", "ben": "pending"}
    assert "refused" in Batch.objects.get().error


@pytest.mark.django_db
def test_while_the_disk_is_full_a_batch_waits(plan, settings, tmp_path, later, monkeypatch):
    settings.EMAIL_BACKEND = "localmail.backend.EmailBackend"
    settings.MAILBOX_DIR = tmp_path
    plan("ana", "ben")
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", _no_space)
        tasks.tick()
    assert set(states().values()) == {"pending"}
    assert "No space left" in Batch.objects.get().error
    later()
    assert set(states().values()) == {"sent"}
    assert len(list(tmp_path.iterdir())) == 2


def _no_space(descriptor: int) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
