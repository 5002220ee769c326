"""A mail provider that calls the site, as SparkPost and Mailgun do."""

import hashlib
import hmac
import importlib
import json
import time
from base64 import b64encode
from typing import Any

from django.test import Client
from django.urls import clear_url_caches

import config.urls
from config import env
from newsletter.models import Delivery
from newsletter.sending.messages import reference

SECRET = "provider:a-secret-of-ours"
KEY = "the key of the provider"
WHEN = 1772438520  # 2026-03-02, 08:02 UTC


def use_provider(
    settings: Any, monkeypatch: Any, url: str, secret: str = "", key: str = ""
) -> None:
    """Have mail go through a provider, and the site hear what it tells."""
    monkeypatch.setenv("EMAIL_URL", url)
    monkeypatch.setenv("EMAIL_WEBHOOK_SECRET", secret)
    monkeypatch.setenv("EMAIL_WEBHOOK_KEY", key)
    names = ("EMAIL_WEBHOOK_SECRET", "EMAIL_WEBHOOK_KEY", "EMAIL_URL")
    chosen = env.email("EMAIL_URL", "file://", None) | env.webhook(*names)
    for name, value in chosen.items():
        setattr(settings, name, value)
    read_urls()


def read_urls() -> None:
    """Have the site's addresses follow its settings."""
    importlib.reload(config.urls)
    clear_url_caches()


def call(client: Client, provider: str, data: Any, secret: str = SECRET) -> int:
    """Call the site as a provider does, with a secret, and return the status of the answer."""
    headers = {"Authorization": f"Basic {b64encode(secret.encode()).decode()}"} if secret else {}
    response = client.post(
        f"/mail/{provider}/tracking/",
        json.dumps(data),
        content_type="application/json",
        headers=headers,
    )
    return response.status_code


def sparkpost_event(kind: str, delivery: Delivery | None = None, **data: Any) -> dict[str, Any]:
    """Return what SparkPost says of a delivery: https://developers.sparkpost.com/api/events/"""
    group = {"list_unsubscribe": "unsubscribe_event", "open": "track_event"}
    event = {"type": kind, "timestamp": str(WHEN), "rcpt_meta": {}}
    if delivery:
        event["raw_rcpt_to"] = delivery.subscription.subscriber.email
        event["rcpt_meta"] = {"delivery": reference(delivery.pk, delivery.digest)}
    return {"msys": {group.get(kind, "message_event"): event | data}}


def mailgun_call(
    kind: str, delivery: Delivery, key: str = KEY, age: float = 0, **data: Any
) -> dict[str, Any]:
    """Return what Mailgun says of a delivery: .../user-manual/webhooks/securing-webhooks

    It is signed with ``key``, ``age`` seconds ago.
    """
    stamp, token = str(int(time.time() - age)), "f" * 50
    digest = hmac.new(key.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    event = mailgun_event(kind, delivery, **data)
    signature = {"timestamp": stamp, "token": token, "signature": digest}
    return {"signature": signature, "event-data": event}


def mailgun_event(kind: str, delivery: Delivery, **data: Any) -> dict[str, Any]:
    """Return Mailgun's record of an event, as webhooks bring it and its events API lists it."""
    return {
        "event": kind,
        "timestamp": WHEN + 0.25,
        "recipient": delivery.subscription.subscriber.email,
        "user-variables": {"delivery": reference(delivery.pk, delivery.digest)},
        "message": {"headers": {"message-id": f"delivery-{delivery.pk}@news.example.org"}},
        **data,
    }
