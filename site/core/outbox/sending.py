"""Queue emails, send those that are due, and retry those that were not accepted."""

import logging
import smtplib
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext

from .. import problems
from ..models import OutgoingEmail
from . import kinds

logger = logging.getLogger(__name__)

# Minutes before the second, third … attempt; the last is repeated. Later ones cost nothing: an
# email is given up by time, not by attempts.
RETRY_DELAYS = (1, 2, 5, 10, 15, 30)
# An email that is being sent is tried again after this time, if its worker died.
LEASE = timedelta(minutes=5)
CHUNK_SIZE = 100
RETENTION = timedelta(days=90)


def enqueue(
    kind: kinds.Kind,
    recipient: str,
    now: datetime,
    *,
    data: Mapping[str, Any],
    key: str = "",
    delay: timedelta = timedelta(0),
) -> OutgoingEmail:
    """Queue an email, unless one of this kind and ``key`` is queued already.

    It is sent after ``delay``, or at once.

    If the broker is down, the email is sent with those that are due.
    """
    from ..tasks import send_outgoing_email

    values = {"recipient": recipient, "data": data, "created_at": now}
    values["next_attempt_at"] = now + delay
    if not key:
        email, is_new = OutgoingEmail.objects.create(kind=kind.name, **values), True
    else:
        email, is_new = OutgoingEmail.objects.get_or_create(
            kind=kind.name, key=key, state=OutgoingEmail.State.QUEUED, defaults=values
        )
    if is_new and not delay:
        transaction.on_commit(lambda: send_outgoing_email.delay(email.pk), robust=True)
    return email


def send_due(now: datetime) -> None:
    """Send the emails that are due. If the mail server fails, the others wait for the next call."""
    due = OutgoingEmail.objects.due(now).order_by("next_attempt_at", "pk")
    for pk in list(due.values_list("pk", flat=True)[:CHUNK_SIZE]):
        if not send(pk, now):
            return


def send(email_id: int, now: datetime) -> bool:
    """Send an email, unless it is not due or another worker is sending it.

    Return whether the mail server accepts more emails.
    """
    mine = OutgoingEmail.objects.due(now).filter(pk=email_id)
    if not mine.update(next_attempt_at=now + LEASE, attempts=F("attempts") + 1):
        return True
    email = OutgoingEmail.objects.get(pk=email_id)
    kind = kinds.get(email.kind)
    try:
        message = kind.build(email, now)
    except Exception as error:
        logger.exception("Outgoing email %s cannot be built", email.pk, extra=_ids(email))
        _postpone(email, error, now)
        return True
    try:
        if message:
            _deliver(message, kind.has_second_route)
            email.subject = message.subject[:255]
    except Exception as error:
        _postpone(email, error, now)
        return isinstance(error, smtplib.SMTPRecipientsRefused)
    email.state = OutgoingEmail.State.SENT if message else OutgoingEmail.State.CANCELLED
    email.finished_at, email.error, email.error_code = now, "", ""
    email.save()
    return True


def find_problems(now: datetime) -> Iterator[problems.Problem]:
    """Yield a problem if emails were given up lately."""
    emails = OutgoingEmail.objects.filter(
        state=OutgoingEmail.State.FAILED, finished_at__gt=now - problems.RECENT
    )
    url = reverse("outgoing_emails:index")
    title = gettext("Outgoing emails")
    yield from problems.given_up("outbox", title, emails, "finished_at", "error", url)


def prune(now: datetime) -> None:
    """Delete emails that were finished long ago."""
    OutgoingEmail.objects.filter(finished_at__lt=now - RETENTION).delete()


def _deliver(message: EmailMessage, has_second_route: bool) -> None:
    """Submit a message to the mail server, or by the second route if that fails.

    Raises the error of the mail server if there is no second route or it fails too.
    """
    try:
        _hand_over(message, {})
    except Exception as error:
        if not (has_second_route and settings.ALERT_EMAIL):
            raise
        logger.warning("The mail server refused an alert: %r. Using ALERT_EMAIL_URL.", error)
        try:
            _hand_over(message, settings.ALERT_EMAIL)
        except Exception as second:
            raise error from second


def _hand_over(message: EmailMessage, route: Mapping[str, Any]) -> None:
    with get_connection(**route) as connection:
        connection.send_messages([message])


def _postpone(email: OutgoingEmail, error: Exception, now: datetime) -> None:
    """Retry an email later, or give it up if it was tried for long enough."""
    logger.warning(
        "Outgoing email %s (%s) was not sent: %r", email.pk, email.kind, error, extra=_ids(email)
    )
    delay = RETRY_DELAYS[min(email.attempts, len(RETRY_DELAYS)) - 1]
    email.next_attempt_at = now + timedelta(minutes=delay)
    email.error_code, email.error = _code_of(error), repr(error)
    patience = kinds.get(email.kind).give_up_after
    if patience is not None and now - email.created_at > patience:
        email.state, email.finished_at = OutgoingEmail.State.FAILED, now
    # What the kind has changed in ``data`` counts only for an email that was sent.
    email.save(
        update_fields=["next_attempt_at", "error_code", "error", "state", "finished_at"],
    )


def _code_of(error: Exception) -> str:
    """Return an SMTP reply code or HTTP status, or else the name of the error."""
    code = getattr(error, "smtp_code", None) or getattr(error, "status_code", None)
    return str(code or type(error).__name__)[:50]


def _ids(email: OutgoingEmail) -> dict[str, Any]:
    """Return the fields of a structured log line."""
    return {"outgoing_email": email.pk, "kind": email.kind}
