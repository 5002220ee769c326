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
from django.core.mail.backends.smtp import EmailBackend

from ..models import Cohort
from . import providers, smtp
from .messages import message_for
from .outcomes import Outcome, Recipient, Result, outcome_of, retry_after_of, with_rest
from .sessions import halt_of
from .smtp import MOST_SECONDS

logger = logging.getLogger(__name__)


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
    if type(backend) is EmailBackend:
        with smtp.opened(backend) as transport:
            yield transport
        return
    if provider := providers.provider_of(backend):
        yield provider
        return
    try:
        backend.open()
    except (OSError, smtplib.SMTPException) as error:
        raise halt_of(error) from error
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
                return with_rest(results, recipients, Outcome.UNAVAILABLE, results[-1].detail)
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
            detail = str(error) or repr(error)
            return Result(number, outcome_of(error), detail, retry_after_of(error))
        except ValueError as error:
            return Result(number, Outcome.REFUSED, f"The mail could not be made: {error}")
        except Exception as error:
            logger.exception(
                "Delivery %s met an error that nobody foresaw",
                number,
                extra={"delivery": number, "digest": cohort.digest_id},
            )
            return Result(number, Outcome.IN_DOUBT, repr(error))
        return Result(number, Outcome.ACCEPTED)


def _close(backend: BaseEmailBackend) -> None:
    """Close a connection; what went through it has its outcome already."""
    try:
        backend.close()
    except (OSError, smtplib.SMTPException) as error:
        logger.info("The connection to the mail server did not close well: %s", error)
