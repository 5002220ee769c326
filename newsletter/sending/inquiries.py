"""Ask a provider what it knows of a mail.

Those that can be asked find mails by recipient and tell the metadata they were sent with. What they
answer is put into anymail's events, as if the provider had called us.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import quote

import requests
from anymail.signals import AnymailTrackingEvent, EventType
from anymail.utils import get_anymail_setting
from anymail.webhooks.mailgun import MailgunTrackingWebhookView
from anymail.webhooks.sparkpost import SparkPostTrackingWebhookView
from django.conf import settings
from django.utils.dateparse import parse_datetime

from ..models import Delivery
from .messages import METADATA, reference

SECONDS = 10  # The longest that an answer may take.
MOST_EVENTS = 300  # Mailgun's limit; the earliest come first, and acceptance is the first of all.


class NoAnswer(Exception):
    """The provider gave no answer, or none that makes sense."""


def provider() -> str:
    """Return the name of the provider that mail goes to; "" where it cannot be asked."""
    return INQUIRIES.get(_backend(), ("", None))[0]


def ask(delivery: Delivery, since: datetime) -> list[AnymailTrackingEvent]:
    """Return what that provider knows of a delivery, which was not handed over before ``since``.

    Raises NoAnswer.
    """
    name, inquire = INQUIRIES[_backend()]
    try:
        found = inquire(delivery, since)
        name_of_ours = _reference(delivery)
        return [event for event in found if (event.metadata or {}).get(METADATA) == name_of_ours]
    except (requests.RequestException, LookupError, TypeError, ValueError, AttributeError) as error:
        # None of the error's own words: they repeat the address that was asked about.
        status = getattr(getattr(error, "response", None), "status_code", None)
        problem = f"{type(error).__name__} {status or ''}".strip()
        raise NoAnswer(f"{name} cannot be asked about delivery {delivery.pk}: {problem}") from error


def _mailgun(delivery: Delivery, since: datetime) -> list[AnymailTrackingEvent]:
    """https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/events"""
    domain = _setting("Mailgun", "sender_domain") or delivery.digest.newsletter.sender_domain
    base = _setting("Mailgun", "api_url", "https://api.mailgun.net/v3")
    answer = _get(
        f"{base.rstrip('/')}/{quote(domain, safe='')}/events",
        auth=("api", _setting("Mailgun", "api_key")),
        params={
            "recipient": _recipient(delivery),
            "begin": since.timestamp(),
            "ascending": "yes",
            "limit": MOST_EVENTS,
        },
    )
    view = MailgunTrackingWebhookView()
    return [view.esp_to_anymail_event({"event-data": item}) for item in answer["items"]]


def _postmark(delivery: Delivery, since: datetime) -> list[AnymailTrackingEvent]:
    """https://postmarkapp.com/developer/api/messages-api#outbound-message-search"""
    base = _setting("Postmark", "api_url", "https://api.postmarkapp.com")
    params = {"count": 10, "offset": 0, f"metadata_{METADATA}": _reference(delivery)}
    if stream := _setting("Postmark", "message_stream"):
        params["messagestream"] = stream
    answer = _get(
        f"{base.rstrip('/')}/messages/outbound",
        headers={"X-Postmark-Server-Token": _setting("Postmark", "server_token")},
        params=params,
    )
    return [
        AnymailTrackingEvent(
            event_type=EventType.QUEUED,
            timestamp=parse_datetime(message["ReceivedAt"]),
            recipient=recipient,
            metadata=message["Metadata"],
            esp_event=message,
        )
        for message in answer["Messages"]
        for recipient in message["Recipients"]
    ]


def _sparkpost(delivery: Delivery, since: datetime) -> list[AnymailTrackingEvent]:
    """https://developers.sparkpost.com/api/events/#events-get-search-for-message-events"""
    base = _setting("SparkPost", "api_url", "https://api.sparkpost.com/api/v1")
    answer = _get(
        f"{base.rstrip('/')}/events/message",
        headers={"Authorization": _setting("SparkPost", "api_key")},
        params={"recipients": _recipient(delivery), "from": f"{since:%Y-%m-%dT%H:%M:%SZ}"},
    )
    view = _SparkPostView()
    return [
        view.esp_to_anymail_event("message_event", item, {"msys": {"message_event": item}})
        for item in answer["results"]
    ]


class _SparkPostView(SparkPostTrackingWebhookView):
    warn_if_no_basic_auth = False  # It serves nobody; it only reads events.


def _backend() -> str:
    """Return the name of the module that mail is handed over by: anymail's name of the provider."""
    return settings.EMAIL_BACKEND.split(".")[-2]


def _get(url: str, **options: Any) -> Any:
    response = requests.get(url, timeout=SECONDS, **options)
    response.raise_for_status()
    return response.json()


def _setting(provider: str, name: str, default: Any = None) -> Any:
    return get_anymail_setting(name, esp_name=provider, default=default, allow_bare=True)


def _reference(delivery: Delivery) -> str:
    return reference(delivery.pk, delivery.digest)


def _recipient(delivery: Delivery) -> str:
    return delivery.subscription.subscriber.email


Inquiry = Callable[[Delivery, datetime], list[AnymailTrackingEvent]]
# By modules of backends: anymail's name of the provider in events, and how to ask it.
INQUIRIES: dict[str, tuple[str, Inquiry]] = {
    "mailgun": ("Mailgun", _mailgun),
    "postmark": ("Postmark", _postmark),
    "sparkpost": ("SparkPost", _sparkpost),
}
