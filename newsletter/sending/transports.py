"""Hand mails over to a mail server or a provider, and tell what became of each.

What matters is whether a mail that was not accepted is known not to have been: only then may it be
sent again. Errors are told apart by where they come from, smtplib's by their classes (RFC 5321,
section 4.2.1: 4yz is for now, 5yz is for good), anymail's by their HTTP status.
"""

import errno
import logging
import smtplib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum

import requests
from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend as Connection
from urllib3.exceptions import NewConnectionError

from ..models import Cohort, Delivery
from .messages import message_for

logger = logging.getLogger(__name__)

# Where mail is written to files: the file was not written.
DISK_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOENT}


class Outcome(Enum):
    """What became of a mail, and the delivery's state that it leads to."""

    ACCEPTED = Delivery.State.SENT
    REFUSED = Delivery.State.FAILED
    DEFERRED = "deferred"
    UNAVAILABLE = "unavailable"
    IN_DOUBT = Delivery.State.IN_DOUBT

    @property
    def state(self) -> str:
        """The state that the delivery takes."""
        if self in (Outcome.DEFERRED, Outcome.UNAVAILABLE):
            return Delivery.State.PENDING
        return self.value

    @property
    def stops(self) -> bool:
        """Whether the server is in no state to be handed more."""
        return self in (Outcome.UNAVAILABLE, Outcome.IN_DOUBT)


@dataclass(frozen=True)
class Result:
    """What became of one delivery."""

    delivery_id: int
    outcome: Outcome
    detail: str = ""


class Unavailable(Exception):
    """No connection to the mail server: nothing was handed over."""


@contextmanager
def open_connection() -> Iterator[Connection]:
    """Open the connection of the site's mail backend, and close it at the end.

    Raises Unavailable where it cannot be opened.
    """
    connection = get_connection()
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        raise Unavailable(f"No connection to the mail server: {error}") from error
    try:
        yield connection
    finally:
        _close(connection)


def submit(deliveries: Sequence[Delivery], cohort: Cohort, connection: Connection) -> list[Result]:
    """Hand over the mails of some deliveries, and return what became of each.

    After an outcome that stops, the rest is not handed over and counts as unavailable.
    """
    results: list[Result] = []
    stopped = False
    for delivery in deliveries:
        if stopped:
            results.append(Result(delivery.pk, Outcome.UNAVAILABLE, results[-1].detail))
            continue
        results.append(_submit_one(delivery, cohort, connection))
        stopped = results[-1].outcome.stops
    return results


def _submit_one(delivery: Delivery, cohort: Cohort, connection: Connection) -> Result:
    try:
        message = message_for(delivery, cohort)
        message.message()
    except Exception as error:
        return Result(delivery.pk, Outcome.REFUSED, f"The mail could not be made: {error}")
    try:
        connection.send_messages([message])
    except (smtplib.SMTPException, AnymailError, OSError) as error:
        outcome = outcome_of(error)
        if outcome is Outcome.IN_DOUBT and not getattr(connection, "content_begun", True):
            outcome = Outcome.UNAVAILABLE
        return Result(delivery.pk, outcome, str(error) or repr(error))
    except ValueError as error:
        return Result(delivery.pk, Outcome.REFUSED, f"The mail could not be made: {error}")
    except Exception as error:
        logger.exception("Delivery %s met an error that nobody foresaw", delivery.pk)
        return Result(delivery.pk, Outcome.IN_DOUBT, repr(error))
    return Result(delivery.pk, Outcome.ACCEPTED)


def outcome_of(error: Exception) -> Outcome:
    """Return what an error says of the mail that was being handed over when it was raised."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return _outcome_of_reply(min(code for code, _ in error.recipients.values()))
    if isinstance(error, smtplib.SMTPDataError):
        return _outcome_of_reply(error.smtp_code)
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


def _outcome_of_reply(code: int) -> Outcome:
    """Read an SMTP reply code. With 421 the server closes the connection (RFC 5321, 3.8)."""
    if code == 421:
        return Outcome.UNAVAILABLE
    return Outcome.REFUSED if code >= 500 else Outcome.DEFERRED


def _outcome_of_call(error: AnymailAPIError) -> Outcome:
    """Read an HTTP status (RFC 9110). Without one, or after an error of the server, who knows.

    Some are about the account, not the mail: a key or domain that is wrong, a bill, a limit.
    """
    status = error.status_code
    if status in (401, 402, 403, 404, 408, 429, 503) or _never_connected(error.__cause__):
        return Outcome.UNAVAILABLE
    return Outcome.REFUSED if status and 400 <= status < 500 else Outcome.IN_DOUBT


def _never_connected(cause: BaseException | None) -> bool:
    """Return whether a call failed before there was a connection to send anything through."""
    if isinstance(cause, requests.ConnectTimeout):
        return True
    reason = getattr(cause.args[0], "reason", None) if cause and cause.args else None
    return isinstance(reason, NewConnectionError)


def _close(connection: Connection) -> None:
    """Close a connection; what went through it has its outcome already."""
    try:
        connection.close()
    except (OSError, smtplib.SMTPException) as error:
        logger.info("The connection to the mail server did not close well: %s", error)
