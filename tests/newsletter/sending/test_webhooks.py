"""Calls of the provider's webhook that are malformed, replayed or too old."""

import json
import logging

import pytest

from . import delivery_to, states
from .webhooks import KEY, SECRET, call, mailgun_call, read_urls, sparkpost_event, use_provider

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:django-anymail has dropped official support for SendGrid"),
]

DAY = 24 * 60 * 60
MALFORMED = [
    "[]",
    "null",
    "{}",
    "0",
    '""',
    "true",
    "NaN",
    "[[]]",
    "[null]",
    '["event"]',
    '{"event-data": []}',
    '{"signature": [], "event-data": {}}',
    '{"signature": {"timestamp": [], "token": {}, "signature": 1}}',
    '{"RecordType": {}, "Type": []}',
    '{"type": [], "data": []}',
    '{"event": {"event": {}}}',
    '[{"msys": []}]',
    '[{"event": [], "timestamp": {}}]',
    '{"event": "delivered", "ts_epoch": "later"}',
    '{"event": "delivered", "ts_epoch": 1e999}',
    "[" * 100_000,
    '{"a":' * 100_000,
    '{"event": "\ud800"}',
    "not json",
    "",
]
PROVIDERS = ["mailgun", "postmark", "sendgrid", "brevo", "mailjet", "sparkpost", "resend"]


@pytest.fixture
def provider(settings, monkeypatch):
    """Has the site use a provider: its URL, and the secret or key that it calls with."""
    yield lambda *args, **keys: use_provider(settings, monkeypatch, *args, **keys)
    settings.MAIL_EVENTS_FROM = ""
    read_urls()


@pytest.fixture
def use(provider):
    """Has the site use a provider by its name."""

    def use(name: str) -> None:
        url = {"mailgun": "mailgun://key@news.example.org", "mailjet": "mailjet://key:secret"}
        key = KEY if name == "mailgun" else ""
        provider(url.get(name, f"{name}://key"), secret=SECRET, key=key)

    return use


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_malformed_body_is_a_bad_request(use, client, name):
    use(name)
    client.raise_request_exception = False
    answers = {}
    for body in MALFORMED:
        response = client.post(
            f"/mail/{name}/tracking/",
            body.encode("utf-8", "surrogatepass"),
            content_type="application/json",
            headers={"Authorization": "Basic cHJvdmlkZXI6YS1zZWNyZXQtb2Ytb3Vycw=="},
        )
        answers[body[:40]] = response.status_code
    assert set(answers.values()) <= {200, 400}, answers
    assert answers["[]"] == answers["null"] == answers["not json"] == answers["[" * 40] == 400


def test_a_malformed_form_is_a_bad_request(use, client):
    use("mailgun")
    client.raise_request_exception = False
    for data in ({}, {"timestamp": "x", "token": "", "signature": ""}, {"timestamp": "\x00"}):
        assert client.post("/mail/mailgun/tracking/", data).status_code == 400


def test_an_event_that_was_signed_a_day_ago_is_refused(provider, client, batch):
    provider("mailgun://key@news.example.org", key=KEY)
    ana = delivery_to("ana")
    for age in (DAY + 60, 25 * 60 * 60, 365 * DAY, -60 * 60):
        assert call(client, "mailgun", mailgun_call("delivered", ana, age=age), "") == 400
    assert states()["ana"] == "pending"
    assert call(client, "mailgun", mailgun_call("delivered", ana, age=DAY - 60), "") == 200
    assert states()["ana"] == "sent"


def test_a_time_stamp_that_is_no_number_is_refused(provider, client, batch):
    provider("sendgrid://key", secret=SECRET)
    told = [{"event": "delivered", "email": "ana@example.com", "timestamp": 1, "sg_event_id": "x"}]
    for stamp, status in (("NaN", 400), ("Infinity", 400), ("yesterday", 400), ("1700000000", 400)):
        response = client.post(
            "/mail/sendgrid/tracking/",
            json.dumps(told),
            content_type="application/json",
            headers={
                "Authorization": "Basic cHJvdmlkZXI6YS1zZWNyZXQtb2Ytb3Vycw==",
                "X-Twilio-Email-Event-Webhook-Timestamp": stamp,
            },
        )
        assert response.status_code == status
    assert call(client, "sendgrid", told) == 200


def test_a_provider_that_tries_the_address_is_answered(use, client, caplog):
    """SparkPost calls with an empty event when the webhook is set up."""
    use("sparkpost")
    assert call(client, "sparkpost", [{"msys": {}}]) == 200
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_a_delivered_email_keeps_no_note_of_an_earlier_delay(use, client, batch):
    use("sparkpost")
    ana = delivery_to("ana")
    delay = sparkpost_event("delay", ana, raw_reason="451 4.7.1 Greylisted")
    call(client, "sparkpost", [delay])
    assert delivery_to("ana").error == "451 4.7.1 Greylisted"
    call(client, "sparkpost", [sparkpost_event("delivery", ana)])
    assert delivery_to("ana").error == ""
