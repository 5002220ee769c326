"""What became of mails that were handed over, and which errors of servers say so.

What matters is whether a mail that was not accepted is known not to have been: only then may it be
sent again. Errors are told apart by where they come from, smtplib's by their classes (RFC 5321,
section 4.2.1: 4yz is for now, 5yz is for good), anymail's by their HTTP status.
"""

import errno
import re
import smtplib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import NamedTuple

import requests
from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from django.utils import timezone
from urllib3.exceptions import NewConnectionError

from ..models import Delivery

# Where mail is written to files: the file was not written.
DISK_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOENT}

# The server or provider does not let us in (RFC 4954, section 6; RFC 9110): a key is wrong, a bill
# not paid.
UNAUTHORIZED_REPLIES = {530, 534, 535, 538}
UNAUTHORIZED_STATUSES = {401, 402, 403}
BUSY_STATUSES = {404, 408, 420, 429, 503}

# Errors of a provider's own servers, by anymail's names, with which it documents that the call is
# to be made again. What a gateway before them answers (502, 504) tells nothing of the call.
RETRIED_STATUSES = {
    # "Internal Error … Retries are recommended":
    # https://documentation.mailgun.com/docs/mailgun/quickstart-guide/responses
    "Mailgun": {500},
    # "In most cases the message is lost": https://postmarkapp.com/developer/api/overview
    "Postmark": {500},
    # "Usually it is a transient error that will work on retry":
    # https://support.sparkpost.com/docs/tech-resources/extended-error-codes
    "SparkPost": {500},
}


class Outcome(Enum):
    """What became of a mail, and the delivery's state that it leads to."""

    ACCEPTED = Delivery.State.SENT
    REFUSED = Delivery.State.FAILED
    IN_DOUBT = Delivery.State.IN_DOUBT
    # Certainly not accepted: this one alone is to wait; no mail can be handed over now; we are not
    # let in at all; its turn did not come.
    DEFERRED = "deferred"
    UNAVAILABLE = "unavailable"
    UNAUTHORIZED = "unauthorized"
    UNTRIED = "untried"
    # Refused for good, and so are all others: the fault is the server's, or in its settings.
    TURNED_AWAY = "turned_away"

    @property
    def state(self) -> str:
        """The state that the delivery takes."""
        return self.value if self.value in Delivery.State else Delivery.State.PENDING

    @property
    def stops(self) -> bool:
        """Whether the server is in no state to be handed more."""
        return self in STOPPING


# The outcomes that stop a batch, by precedence as its reason.
STOPPING = (Outcome.TURNED_AWAY, Outcome.UNAUTHORIZED, Outcome.IN_DOUBT, Outcome.UNAVAILABLE)


class Recipient(NamedTuple):
    """Whom a delivery goes to, as far as the mail depends on it."""

    delivery_id: int
    subscription_id: int
    email: str
    name: str


class Result(NamedTuple):
    """What became of one delivery; ``retry_after`` is how long the server asks us to wait."""

    delivery_id: int
    outcome: Outcome
    detail: str = ""
    retry_after: timedelta | None = None


# A person has to act, so the attempt is not counted.
NEEDS_EDITOR = (Outcome.TURNED_AWAY, Outcome.UNAUTHORIZED)


class Halt(Exception):
    """Why a batch is not sent to its end.

    ``outcome`` is what made it stop, where that came from the server. ``is_fault`` tells whether it
    counts as a failed attempt, which the next one keeps a growing distance from.
    """

    def __init__(
        self,
        detail: str,
        outcome: Outcome | None = None,
        retry_after: timedelta | None = None,
        is_fault: bool = True,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.outcome = outcome
        self.retry_after = retry_after
        self.is_fault = is_fault and outcome not in NEEDS_EDITOR


class Withdrawal(Halt):
    """What waits in a batch is not to be sent any more."""


def with_rest(
    results: Sequence[Result], recipients: Sequence[Recipient], outcome: Outcome, detail: str = ""
) -> list[Result]:
    """Return ``results`` and, for the recipients that they do not reach to, ``outcome``."""
    rest = recipients[len(results) :]
    return [*results, *(Result(recipient.delivery_id, outcome, detail) for recipient in rest)]


def outcome_of(error: Exception) -> Outcome:
    """Return what an error says of the mail that was being handed over when it was raised."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return outcome_of_reply(min(code for code, _ in error.recipients.values()))
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return outcome_of_login(error.smtp_code)
    if isinstance(error, smtplib.SMTPDataError):
        return outcome_of_reply(error.smtp_code)
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return Outcome.IN_DOUBT
    if isinstance(error, smtplib.SMTPException):
        return Outcome.UNAVAILABLE
    if isinstance(error, AnymailRecipientsRefused):
        return Outcome.REFUSED
    if isinstance(error, AnymailAPIError):
        return _outcome_of_call(error)
    if isinstance(error, AnymailError):
        return Outcome.REFUSED
    return Outcome.UNAVAILABLE if error.errno in DISK_ERRORS else Outcome.IN_DOUBT


def outcome_of_reply(code: int) -> Outcome:
    """Read an SMTP reply code. With 421 the server closes the connection (RFC 5321, 3.8)."""
    if code == 421:
        return Outcome.UNAVAILABLE
    if code in UNAUTHORIZED_REPLIES:
        return Outcome.UNAUTHORIZED
    return Outcome.REFUSED if code >= 500 else Outcome.DEFERRED


def outcome_of_login(code: int) -> Outcome:
    """Read the reply to a login: 4yz says that it may work later (RFC 4954, section 6)."""
    return Outcome.UNAUTHORIZED if code >= 500 else Outcome.UNAVAILABLE


def retry_after_of(error: Exception) -> timedelta | None:
    """Return how long a provider asks us to wait, as its Retry-After says (RFC 9110, 10.2.3)."""
    response = getattr(error, "response", None)
    value = response.headers.get("Retry-After", "") if response is not None else ""
    if re.fullmatch(r"\d{1,6}", value.strip()):
        return timedelta(seconds=int(value))
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(_aware(moment) - timezone.now(), timedelta(0))


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _outcome_of_call(error: AnymailAPIError) -> Outcome:
    """Read an HTTP status (RFC 9110). Without one, or after an error of the server, who knows.

    Some are about the account, not the mail: a key or domain that is wrong, a bill, a limit.
    """
    status = error.status_code
    if status in UNAUTHORIZED_STATUSES:
        return Outcome.UNAUTHORIZED
    retried = RETRIED_STATUSES.get(error.esp_name, set())
    if status in BUSY_STATUSES | retried or _never_connected(error.__cause__):
        return Outcome.UNAVAILABLE
    return Outcome.REFUSED if status and 400 <= status < 500 else Outcome.IN_DOUBT


def _never_connected(cause: BaseException | None) -> bool:
    """Return whether a call failed before there was a connection to send anything through."""
    if isinstance(cause, requests.ConnectTimeout):
        return True
    reason = getattr(cause.args[0], "reason", None) if cause and cause.args else None
    return isinstance(reason, NewConnectionError)
