"""Hand mails over to a mail server or a provider, and tell what became of each."""

import logging
import smtplib
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from anymail.exceptions import AnymailError
from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend

from ..models import Cohort
from .messages import message_for
from .outcomes import Halt, Outcome, Recipient, Result, outcome_of, retry_after_of, with_rest

logger = logging.getLogger(__name__)

# A part of a batch takes no longer than that to be handed over, so that the batch's lease holds.
MOST_SECONDS = 60


class Transport(Protocol):
    """A way to hand over mails of a cohort.

    ``checkpoint`` is how many it is given at most before what became of them is recorded: so many
    are in doubt where a worker dies.
    """

    checkpoint: int

    def submit(self, recipients: Sequence[Recipient], cohort: Cohort) -> list[Result]:
        """Hand over the mails to some recipients, and return what became of each, in their order.

        After an outcome that stops nothing more is handed over, and the rest counts as unavailable.
        It raises nothing that was to be foreseen.
        """


@contextmanager
def open_transport() -> Iterator[Transport]:
    """Open the way that the site's mail backend gives, and close it at the end.

    Raises Halt where it cannot be opened: nothing was handed over.
    """
    backend = get_connection()
    try:
        backend.open()
    except smtplib.SMTPAuthenticationError as error:
        raise Halt(f"The mail server does not let us in: {error}", outcome_of(error)) from error
    except (OSError, smtplib.SMTPException) as error:
        detail = f"No connection to the mail server: {error}"
        raise Halt(detail, Outcome.UNAVAILABLE) from error
    try:
        yield MessageTransport(backend)
    finally:
        _close(backend)


class MessageTransport:
    """Hands an ordinary message for each recipient to any backend of Django's or anymail's."""

    def __init__(self, backend: BaseEmailBackend) -> None:
        self.backend = backend
        self.checkpoint = settings.NEWSLETTER_CHECKPOINT

    def submit(self, recipients: Sequence[Recipient], cohort: Cohort) -> list[Result]:
        """Hand over the mails one by one."""
        results: list[Result] = []
        ends_at = time.monotonic() + MOST_SECONDS
        for recipient in recipients:
            if time.monotonic() > ends_at:
                return with_rest(results, recipients, Outcome.UNTRIED)
            results.append(self._submit_one(recipient, cohort))
            if results[-1].outcome.stops:
                return with_rest(
                    results, recipients, Outcome.UNAVAILABLE, results[-1].detail
                )
        return results

    def _submit_one(self, recipient: Recipient, cohort: Cohort) -> Result:
        number = recipient.delivery_id
        try:
            message = message_for(recipient, cohort)
            message.message()
        except Exception as error:
            return Result(number, Outcome.REFUSED, f"The mail could not be made: {error}")
        try:
            self.backend.send_messages([message])
        except (smtplib.SMTPException, AnymailError, OSError) as error:
            outcome = outcome_of(error)
            if outcome is Outcome.IN_DOUBT and not getattr(self.backend, "content_begun", True):
                outcome = Outcome.UNAVAILABLE
            return Result(number, outcome, str(error) or repr(error), retry_after_of(error))
        except ValueError as error:
            return Result(number, Outcome.REFUSED, f"The mail could not be made: {error}")
        except Exception as error:
            logger.exception("Delivery %s met an error that nobody foresaw", number)
            return Result(number, Outcome.IN_DOUBT, repr(error))
        return Result(number, Outcome.ACCEPTED)


def _close(backend: BaseEmailBackend) -> None:
    """Close a connection; what went through it has its outcome already."""
    try:
        backend.close()
    except (OSError, smtplib.SMTPException) as error:
        logger.info("The connection to the mail server did not close well: %s", error)
