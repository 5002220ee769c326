"""Tests of the newsletter, and what all of them share."""

from collections import Counter
from datetime import datetime

from django.core import mail
from django.core.mail import EmailMessage
from django.db.models import QuerySet
from django.test import override_settings

from core.outbox.sending import send_due
from newsletter import alerts


def counts(deliveries: QuerySet) -> dict[str, int]:
    """Return how many deliveries there are in each state that has any."""
    return dict(Counter(deliveries.values_list("state", flat=True)))


def send_alerts(now: datetime) -> list[EmailMessage]:
    """Queue the summaries of problems that are due, send them, and return them.

    They are sent to the outbox of the tests, whatever mail server the settings name.
    """
    before = len(getattr(mail, "outbox", []))
    with override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend"):
        alerts.queue_summaries(now)
        send_due(now + alerts.GATHERING_TIME)
    return getattr(mail, "outbox", [])[before:]
