"""Hand mails over by SMTP (RFC 5321), with one round trip each where the server allows it.

With PIPELINING (RFC 2920) a mail's MAIL, RCPT and DATA are sent at once, and together with the
content of the mail before it. Where a connection breaks, that mail is in doubt whose content was
begun and not answered. That the next one's commands were on their way is no doubt.
"""

import logging
import re
import smtplib
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from email.utils import formatdate
from itertools import chain

from django.conf import settings
from django.core.mail.backends.smtp import EmailBackend

from ..models import Cohort
from .merging import MergedMail, Template, template_of
from .messages import Slots
from .outcomes import Outcome, Recipient, Result, outcome_of_reply, with_rest
from .sessions import ClosingDown, Reply, Session, halt_of, take

logger = logging.getLogger(__name__)

# A part of a batch takes no longer than that to be handed over, so that the batch's lease holds.
MOST_SECONDS = 60

# The server takes no more in this session: "too many recipients", or no room (RFC 5321, section
# 4.2.3; RFC 3463, X.5.3).
SESSION_IS_FULL = re.compile(r"452\b|4\d\d 4\.5\.3\b")

END = b".\r\n"
RESET = b"RSET\r\n"
DATA = b"DATA\r\n"

# The result if the server refuses the sender: it applies to all emails.
OF_SENDER = {Outcome.REFUSED: Outcome.TURNED_AWAY, Outcome.DEFERRED: Outcome.UNAVAILABLE}


@contextmanager
def opened(backend: EmailBackend) -> Iterator["PipelinedTransport"]:
    """Give a transport over the session that this thread keeps, or a new one; keep it at the end.

    Raises Halt where there is none to be had: nothing was handed over.
    """
    try:
        transport = PipelinedTransport(take(backend))
    except (OSError, smtplib.SMTPException) as error:
        raise halt_of(error) from error
    try:
        yield transport
    finally:
        transport.session.keep()


class PipelinedTransport:
    """Hands over mails that are merged from a cohort's template, in one session."""

    def __init__(self, session: Session) -> None:
        self.checkpoint = settings.NEWSLETTER_CHECKPOINT
        self.session = session

    def submit(self, recipients: Sequence[Recipient], cohort: Cohort) -> list[Result]:
        """Hand over the mails, one round trip each or one for each command."""
        try:
            template = template_of(cohort)
        except Exception as error:
            logger.exception(
                "The mails of %s cannot be made", cohort, extra={"digest": cohort.digest_id}
            )
            detail = f"The mails could not be made: {error}"
            return with_rest([], recipients, Outcome.UNAVAILABLE, detail)
        part = _Part(self.session, template, recipients)
        results = part.hand_over()
        self.session = part.session
        return results


class _Part:
    """Mails that are handed over one after another, and how far that has come."""

    def __init__(
        self, session: Session, template: Template, recipients: Sequence[Recipient]
    ) -> None:
        self.session = session
        self.recipients = recipients
        self.results: dict[int, Result] = {}
        self.rest = (Outcome.UNTRIED, "")  # What becomes of those that are not come to.
        self.mails = self._merged(template)
        self.mail: MergedMail | None = None  # The one whose turn it is.
        self.following: MergedMail | None = None  # The one after it.
        self.prepared: MergedMail | None = None  # One that nothing was sent of yet.
        self.commands: list[bytes] = []  # Its commands, sent or to be sent.
        self.is_begun = False  # Its content was begun, and not answered.

    def hand_over(self) -> list[Result]:
        """Hand over the mails, and return what became of each."""
        try:
            self.mail = self._next()
            self._talk_in_sessions()
        except ClosingDown as error:
            self._stop(Outcome.UNAVAILABLE, str(error))
        except Exception as error:
            if not isinstance(error, smtplib.SMTPException | OSError):
                number = self.mail.delivery_id if self.mail else None
                logger.exception(
                    "Nobody foresaw this error while mails were handed over",
                    extra={"delivery": number},
                )
            outcome = Outcome.IN_DOUBT if self.is_begun else Outcome.UNAVAILABLE
            self._stop(outcome, str(error) or repr(error))
        return [
            self.results.get(recipient.delivery_id) or Result(recipient.delivery_id, *self.rest)
            for recipient in self.recipients
        ]

    def _merged(self, template: Template) -> Iterator[MergedMail]:
        """Make the mails, one after another, as long as there is time."""
        slots = Slots()
        ends_at = time.monotonic() + MOST_SECONDS
        for recipient in self.recipients:
            if self.mail and time.monotonic() > ends_at:
                return
            try:
                mail = template.merge(recipient, slots.values_for(recipient))
            except Exception as error:
                detail = f"The mail could not be made: {error}"
                self._record(Result(recipient.delivery_id, Outcome.REFUSED, detail))
            else:
                yield mail

    def _talk_in_sessions(self) -> None:
        """Talk with the server, in as many sessions as it takes.

        Some servers end one after so many emails. A session that has served before may be dead. A
        new one that brings nothing is not followed by another.
        """
        while True:
            try:
                self._talk()
            except (OSError, smtplib.SMTPException) as error:
                is_useful = self.session.has_served or self.session.has_accepted
                if self.is_begun or not is_useful:
                    raise
                logger.info("The session with the mail server has ended: %s", error)
            else:
                return
            self._go_back()
            try:
                self.session = self.session.anew()
            except (OSError, smtplib.SMTPException) as error:
                halt = halt_of(error)
                self._stop(halt.outcome, halt.detail)
                return

    def _go_back(self) -> None:
        """Start the next session with the current email, unless that one was answered."""
        prepared = [mail for mail in (self.mail, self.following, self.prepared) if mail]
        waiting = [mail for mail in prepared if mail.delivery_id not in self.results]
        self.mails = chain(waiting, self.mails)
        self.following = self.prepared = None
        self.mail = self._next()

    def _talk(self) -> None:
        """Hand over the mails from the one whose turn it is.

        Raises ClosingDown, or another error where the connection is broken.
        """
        if self.mail:
            self._send([], self.mail)
        while mail := self.mail:
            result, is_awaited = self._answers_to_commands(mail)
            self._check_room(result)
            following = None if result and result.outcome.stops else self._next()
            self.following = following
            if result:
                self._record(result)
            if is_awaited and result is None:
                result = self._hand_over_content(mail, following)
            elif is_awaited:
                self._hand_over_nothing(following)
            else:
                self.session.must_reset = True
                self._send([], following)
            if result.outcome.stops:
                self._stop(result.outcome, result.detail)
                return
            self.mail, self.following = following, None
        self.session.rest()

    def _check_room(self, refusal: Result | None) -> None:
        """Raise ClosingDown where a session that has accepted mails takes no more of any."""
        if refusal is None or not self.session.has_accepted:
            return
        is_of_all = refusal.outcome in (Outcome.UNAVAILABLE, Outcome.TURNED_AWAY)
        if is_of_all or SESSION_IS_FULL.match(refusal.detail):
            raise ClosingDown(refusal.detail)

    def _send(self, pieces: Sequence[bytes], following: MergedMail | None) -> None:
        """Send pieces, and with them the commands of the mail that follows, if that is allowed."""
        self.commands = self._commands(following) if following else []
        if self.session.pipelining:
            pieces = [*pieces, *self.commands]
        if pieces:
            self.session.send(pieces)
        # While the server is busy with these.
        self.prepared = self._next()

    def _next(self) -> MergedMail | None:
        prepared, self.prepared = self.prepared, None
        return prepared or next(self.mails, None)

    def _commands(self, mail: MergedMail) -> list[bytes]:
        """Return what announces a mail (RFC 5321, section 3.3)."""
        commands = [
            b"MAIL FROM:%b\r\n" % mail.sender,
            b"RCPT TO:%b\r\n" % mail.recipient,
            DATA,
        ]
        return [RESET, *commands] if self.session.must_reset else commands

    def _answers_to_commands(self, mail: MergedMail) -> tuple[Result | None, bool]:
        """Return the refusal of a mail, if it was refused, and whether its content is awaited.

        A server that was sent all commands at once may await content though it refused the only
        recipient (RFC 2920, section 3.1).
        """
        refusal, reply = None, None
        for command in self.commands:
            if not self.session.pipelining:
                if refusal:
                    return refusal, False
                self.session.send([command])
            reply = self.session.reply()
            if not refusal and command != RESET and reply.kind != (3 if command == DATA else 2):
                refusal = _refusal(mail, command, reply)
        self.session.must_reset = False
        return refusal, reply.kind == 3

    def _hand_over_content(self, mail: MergedMail, following: MergedMail | None) -> Result:
        date = formatdate(localtime=settings.EMAIL_USE_LOCALTIME)
        self.is_begun = True
        self._send([*mail.dated(date), END], following)
        try:
            reply = self.session.reply()
        except ClosingDown:
            self.is_begun = False  # It was not accepted.
            raise
        if reply.kind == 3:
            raise smtplib.SMTPException(f"The server's answer makes no sense: {reply}")
        self.is_begun = False
        result = Result(mail.delivery_id, Outcome.ACCEPTED)
        if reply.kind == 2:
            self.session.has_accepted = True
        else:
            result = Result(mail.delivery_id, outcome_of_reply(reply.code), str(reply))
        self._record(result)
        return result

    def _hand_over_nothing(self, following: MergedMail | None) -> None:
        """End a mail whose recipient was refused and whose content is awaited all the same."""
        self._send([END], following)
        self.session.reply()

    def _record(self, result: Result) -> None:
        self.results[result.delivery_id] = result

    def _stop(self, outcome: Outcome, detail: str) -> None:
        """Hand over nothing more; what became of the mail whose turn it is, if it is not known."""
        if self.mail and self.mail.delivery_id not in self.results:
            self._record(Result(self.mail.delivery_id, outcome, detail))
        self.rest = (Outcome.UNAVAILABLE, detail)
        self.session.drop()


def _refusal(mail: MergedMail, command: bytes, reply: Reply) -> Result:
    """Return what a refusal means. Where the sender is refused, no other mail would do better."""
    outcome = outcome_of_reply(reply.code)
    if command.startswith(b"MAIL"):
        outcome = OF_SENDER.get(outcome, outcome)
    return Result(mail.delivery_id, outcome, str(reply))
