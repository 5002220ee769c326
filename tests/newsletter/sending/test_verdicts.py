"""Which words of which provider mean that an address is gone for good, and which do not.

The events are as each provider's documentation gives them, cut down to what matters.
"""

import warnings
from typing import Any

import pytest
from anymail.exceptions import AnymailNotSupportedWarning

from newsletter.models import Delivery, Suppression
from newsletter.sending.messages import reference
from newsletter.sending.verdicts import names_no_mailbox

from . import delivery_to, subscription_of
from .webhooks import KEY, SECRET, call, mailgun_call, read_urls, sparkpost_event, use_provider

pytestmark = pytest.mark.django_db

URLS = {
    "mailgun": "mailgun://key@news.example.org",
    "postmark": "postmark://token",
    "sendgrid": "sendgrid://key",
    "brevo": "brevo://key",
    "mailjet": "mailjet://key:secret",
    "sparkpost": "sparkpost://key",
    "resend": "resend://key",
}


@pytest.fixture
def tell(settings, monkeypatch, client, batch):
    """Has a provider tell something of the mail to Ana."""

    def tell(provider: str, data: Any) -> None:
        key = KEY if provider == "mailgun" else ""
        use_provider(settings, monkeypatch, URLS[provider], secret=SECRET, key=key)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", AnymailNotSupportedWarning)  # SendGrid's
            assert call(client, provider, CALLS[provider](delivery_to("ana"), data)) == 200

    yield tell
    settings.MAIL_EVENTS_FROM = ""
    read_urls()


def name_of(delivery: Delivery) -> str:
    """Return what names a delivery to the provider."""
    return reference(delivery.pk, delivery.digest)


def postmark(delivery: Delivery, data: dict) -> dict:
    """https://postmarkapp.com/developer/webhooks/bounce-webhook"""
    metadata = {"delivery": name_of(delivery)}
    known = {
        "RecordType": "Bounce",
        "Email": "ana@example.com",
        "BouncedAt": "2026-03-02T08:02:00Z",
    }
    return known | {"ID": 42, "Metadata": metadata} | data


def sendgrid(delivery: Delivery, data: dict) -> list:
    """https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event"""
    known = {
        "email": "ana@example.com",
        "timestamp": 1772438520,
        "delivery": name_of(delivery),
    }
    return [known | data]


def brevo(delivery: Delivery, data: dict) -> dict:
    """https://developers.brevo.com/docs/transactional-webhooks"""
    custom = f'{{"delivery": "{name_of(delivery)}"}}'
    return {"email": "ana@example.com", "ts_epoch": 1772438520000, "X-Mailin-custom": custom} | data


def mailjet(delivery: Delivery, data: dict) -> dict:
    """https://dev.mailjet.com/email/guides/webhooks/"""
    payload = f'{{"delivery": "{name_of(delivery)}"}}'
    return {
        "email": "ana@example.com",
        "time": 1772438520,
        "MessageID": 1,
        "Payload": payload,
    } | data


def resend(delivery: Delivery, data: dict) -> dict:
    """https://resend.com/docs/webhooks/emails/bounced"""
    header = {
        "name": "X-Metadata",
        "value": f'{{"delivery": "{name_of(delivery)}"}}',
    }
    known = {"to": ["ana@example.com"], "headers": [header], "email_id": "4ef9"}
    told = {"type": data["type"], "created_at": "2026-03-02T08:02:00.000Z"}
    return told | {"data": known | data.get("data", {})}


CALLS = {
    "mailgun": lambda delivery, data: mailgun_call(data["event"], delivery, **data),
    "postmark": postmark,
    "sendgrid": sendgrid,
    "brevo": brevo,
    "mailjet": mailjet,
    "sparkpost": lambda delivery, data: [sparkpost_event(data["type"], delivery, **data)],
    "resend": resend,
}


def failed(reason: str, words: str = "", severity: str = "permanent") -> dict:
    status = {"code": 550, "message": words}
    return {"event": "failed", "severity": severity, "reason": reason, "delivery-status": status}


@pytest.mark.parametrize(
    ("provider", "data"),
    [
        ("mailgun", failed("bounce", "5.1.1 The email account does not exist")),
        ("mailgun", failed("suppress-bounce", "Not delivering to previously bounced address")),
        ("mailgun", failed("generic", "5.1.1 No such user")),
        ("postmark", {"Type": "HardBounce", "Details": "smtp;550 5.1.1 no such user"}),
        ("postmark", {"Type": "BadEmailAddress"}),
        (
            "postmark",
            {
                "RecordType": "SubscriptionChange",
                "Recipient": "ana@example.com",
                "SuppressSending": True,
                "SuppressionReason": "HardBounce",
            },
        ),
        ("sendgrid", {"event": "bounce", "type": "bounce", "reason": "550 no such user"}),
        ("sendgrid", {"event": "dropped", "reason": "Bounced Address"}),
        ("sendgrid", {"event": "dropped", "reason": "Invalid"}),
        ("brevo", {"event": "hard_bounce", "reason": "unknown user"}),
        ("brevo", {"event": "invalid_email"}),
        ("mailjet", {"event": "bounce", "hard_bounce": True, "error": "mailbox inactive"}),
        ("mailjet", {"event": "blocked", "error": "user unknown"}),
        ("sparkpost", {"type": "bounce", "bounce_class": "10"}),
        ("sparkpost", {"type": "out_of_band", "bounce_class": "30"}),
        (
            "resend",
            {"type": "email.bounced", "data": {"bounce": {"type": "Permanent", "message": "No."}}},
        ),
    ],
)
def test_an_address_that_is_gone_for_good_is_suppressed(tell, provider, data):
    tell(provider, data)
    assert delivery_to("ana").fate == "bounced"
    assert Suppression.objects.get().reason == "bounced"
    assert subscription_of("ana").state == "suppressed"


@pytest.mark.parametrize(
    ("provider", "data", "state"),
    [
        ("mailgun", failed("generic", "4.2.2 over quota", "temporary"), "sent"),
        ("mailgun", failed("bounce", "5.2.2 The mailbox is full"), "sent"),
        ("mailgun", failed("old", "Too old"), "sent"),
        ("mailgun", failed("suppress-complaint"), "sent"),
        ("mailgun", {"event": "rejected", "reject": {"reason": "Sandboxed"}}, "failed"),
        ("postmark", {"Type": "SoftBounce", "Details": "smtp;452 over quota"}, "sent"),
        ("postmark", {"Type": "Transient"}, "sent"),
        ("postmark", {"Type": "DnsError"}, "sent"),
        ("postmark", {"Type": "SpamNotification"}, "sent"),
        ("postmark", {"Type": "Blocked"}, "failed"),
        ("sendgrid", {"event": "bounce", "type": "blocked", "reason": "421 try later"}, "sent"),
        ("sendgrid", {"event": "bounce", "type": "bounce", "reason": "552 5.2.2 full"}, "sent"),
        ("sendgrid", {"event": "deferred", "response": "450 greylisted"}, "sent"),
        ("sendgrid", {"event": "dropped", "reason": "Spam Content"}, "failed"),
        ("brevo", {"event": "soft_bounce", "reason": "mailbox full"}, "sent"),
        ("brevo", {"event": "deferred"}, "sent"),
        ("brevo", {"event": "blocked"}, "failed"),
        ("brevo", {"event": "error"}, "failed"),
        ("mailjet", {"event": "bounce", "hard_bounce": False, "error": "quota exceeded"}, "sent"),
        ("mailjet", {"event": "blocked", "error": "preblocked"}, "failed"),
        ("sparkpost", {"type": "bounce", "bounce_class": "22"}, "sent"),
        ("sparkpost", {"type": "bounce", "bounce_class": "51"}, "sent"),
        ("sparkpost", {"type": "generation_rejection"}, "failed"),
        ("resend", {"type": "email.bounced", "data": {"bounce": {"type": "Transient"}}}, "sent"),
        ("resend", {"type": "email.delivery_delayed"}, "sent"),
    ],
)
def test_other_troubles_suppress_nobody(tell, provider, data, state):
    if provider == "resend" and "data" in data:
        data["data"]["bounce"]["message"] = "The recipient's inbox was full."
    tell(provider, data)
    delivery = delivery_to("ana")
    assert (delivery.state, delivery.fate) == (state, "")
    assert subscription_of("ana").state == "active"
    assert not Suppression.objects.exists()


@pytest.mark.parametrize(
    ("provider", "data"),
    [
        ("mailgun", {"event": "complained"}),
        ("postmark", {"RecordType": "SpamComplaint", "Type": "SpamComplaint"}),
        ("sendgrid", {"event": "spamreport"}),
        ("brevo", {"event": "spam"}),
        ("mailjet", {"event": "spam"}),
        ("sparkpost", {"type": "spam_complaint"}),
        ("resend", {"type": "email.complained"}),
    ],
)
def test_a_complaint_is_one_with_every_provider(tell, provider, data):
    tell(provider, data)
    assert delivery_to("ana").fate == "complained"
    assert Suppression.objects.get().reason == "complained"
    assert subscription_of("ana").state == "left"


@pytest.mark.parametrize(
    ("provider", "data"),
    [
        ("mailgun", {"event": "delivered", "delivery-status": {"code": 250, "message": "OK"}}),
        ("postmark", {"RecordType": "Delivery", "Recipient": "ana@example.com"}),
        ("sendgrid", {"event": "delivered", "response": "250 OK"}),
        ("brevo", {"event": "delivered"}),
        ("mailjet", {"event": "sent", "smtp_reply": "sent (250 OK)"}),
        ("sparkpost", {"type": "delivery"}),
        ("resend", {"type": "email.delivered"}),
    ],
)
def test_a_delivery_is_one_with_every_provider(tell, provider, data):
    tell(provider, data)
    delivery = delivery_to("ana")
    assert (delivery.state, delivery.fate, delivery.error) == ("sent", "delivered", "")


@pytest.mark.parametrize(
    "reply",
    [
        "550 5.1.1 User unknown",
        "{'ana@example.com': (550, b'5.1.1 <ana@example.com>: no such user')}",
        "553 5.1.2 no such host",
        "5.1.3: bad syntax",
        "551 #5.1.6 moved",
        "556 5.1.10.",
        "550-5.2.1 disabled",
    ],
)
def test_a_reply_that_names_no_mailbox(reply):
    assert names_no_mailbox(reply)


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "550 No such user",
        "550 5.7.1 spam",
        "552 5.2.2 full",
        "450 4.1.1 later",
        "550 5.1.0 other",
        "550 5.1.8 sender",
        "550 blocked 15.1.1.2",
        "550 5.1.1.7 is blocked",
        "550 5.1.11",
        "550 5.2.10",
    ],
)
def test_a_reply_that_says_something_else(reply):
    assert not names_no_mailbox(reply)
