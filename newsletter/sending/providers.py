"""Hand the mails of a cohort over in few calls of a provider, which puts in what differs.

It gets the content once, and for each recipient what fills the slots, the way to leave, and the
delivery's number, which its events bring back.
"""

import logging
import re
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple

from anymail.backends.base import AnymailBaseBackend
from anymail.exceptions import AnymailError, AnymailRecipientsRefused
from anymail.message import AnymailRecipientStatus
from anymail.signals import pre_send
from anymail.utils import parse_address_list
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.dispatch import receiver
from django.utils.encoding import punycode
from django.utils.html import escape

from ..mail import Mail, NewsletterMessage, message_to
from ..models import Cohort, Digest
from . import transports
from .dialects import DIALECTS, Answer, Content, Dialect, translated
from .merging import PLAIN_ADDRESS
from .messages import METADATA, Slots, message_id, reference
from .outcomes import Outcome, Recipient, Result, outcome_of, retry_after_of
from .splitting import Reply, Submission

logger = logging.getLogger(__name__)

# A provider hangs up where nothing was said for a while. What is said just then would be in doubt.
IDLE_SECONDS = 4

# An answer may be a whole page, and is written down with each delivery.
MOST_WORDS = 500

TO_ESCAPE = re.compile("[&<>\"']")

LEAVE, ID = "List-Unsubscribe", "Message-ID"

# What anymail says became of a mail. One that "failed" did so for a reason that may be everybody's.
OUTCOMES = {
    "sent": Outcome.ACCEPTED,
    "queued": Outcome.ACCEPTED,
    "rejected": Outcome.REFUSED,
    "invalid": Outcome.REFUSED,
    "failed": None,
}

_thread = threading.local()


class Entry(NamedTuple):
    """What a call says of one recipient, with the address as it stands in an envelope."""

    delivery_id: int
    address: str
    leave_url: str
    values: dict[str, str]


def provider_of(backend: BaseEmailBackend) -> "ProviderTransport | None":
    """Return the way to the provider of one of anymail's backends; None where it does not merge."""
    dialect = DIALECTS.get(getattr(backend, "esp_name", ""))
    return ProviderTransport(backend, dialect) if dialect else None


@receiver(pre_send, dispatch_uid="newsletter.sending.providers")
def leave_out_refused_headers(message: EmailMessage, esp_name: str, **kwargs: Any) -> None:
    """Take from a mail, of whatever kind, the headers that would have its provider refuse it."""
    refused = DIALECTS[esp_name].refused_headers if esp_name in DIALECTS else ()
    message.extra_headers = {
        name: value for name, value in message.extra_headers.items() if name.lower() not in refused
    }


class ProviderTransport:
    """Hands over many mails in a call. What cannot be merged goes by ordinary messages."""

    def __init__(self, backend: AnymailBaseBackend, dialect: Dialect) -> None:
        self.checkpoint = dialect.limit
        self._dialect = dialect
        self._backend = (dialect.backend or type(backend))()
        self._contents: dict[str, Content | None] = {}

    def submit(self, recipients: Sequence[Recipient], cohort: Cohort) -> list[Result]:
        """Hand over the mails to some recipients."""
        content = self._content_of(cohort)
        if content is None:
            return self._submit_one_by_one(recipients, cohort)
        entries, others, unwritten = self._sorted(recipients, content)
        submission = Submission(partial(self._call, content, cohort), transports.MOST_SECONDS)
        submission.add(unwritten)
        submission.run(entries, self._dialect.limit)
        if others and not submission.is_over:
            submission.add(self._submit_one_by_one(others, cohort))
        return [submission.result_of(recipient.delivery_id) for recipient in recipients]

    def _content_of(self, cohort: Cohort) -> Content | None:
        if cohort.slot_mark not in self._contents:
            content = self._contents[cohort.slot_mark] = translated(cohort, self._dialect)
            if content is None:
                name = self._backend.esp_name
                logger.info("Cohort %s goes to %s by ordinary messages", cohort.pk, name)
        return self._contents[cohort.slot_mark]

    def _submit_one_by_one(self, recipients: Sequence[Recipient], cohort: Cohort) -> list[Result]:
        backend = _connected(self._backend)
        try:
            return transports.MessageTransport(backend).submit(recipients, cohort)
        finally:
            _thread.used_at = time.monotonic()

    def _sorted(
        self, recipients: Sequence[Recipient], content: Content
    ) -> tuple[list[Entry], list[Recipient], list[Result]]:
        """Return who is merged, who gets an ordinary message, and who can get no email."""
        slots = Slots()
        entries, others, unwritten = [], [], []
        for recipient in recipients:
            try:
                entry = self._entry(recipient, content, slots)
            except ValueError as error:
                words = f"The mail could not be made: {error}"
                unwritten.append(Result(recipient.delivery_id, Outcome.REFUSED, words))
                continue
            if entry is None:
                others.append(recipient)
            else:
                entries.append(entry)
        return entries, others, unwritten

    def _entry(self, recipient: Recipient, content: Content, slots: Slots) -> Entry | None:
        """Return what a call says of a recipient; None where it cannot say it.

        Raises ValueError where no mail can have the address.
        """
        address = _in_envelope(recipient.email)
        own = slots.values_for(recipient)
        values = content.constants.copy()
        for name, key, html_key in content.fields:
            value = escaped = own[name]
            if TO_ESCAPE.search(value):
                if key == html_key:
                    return None
                escaped = escape(value)
            values[html_key], values[key] = escaped, value
        if self._dialect.reads_values and any(map(self._dialect.marks.search, own.values())):
            return None
        return Entry(recipient.delivery_id, address, own["leave_url"], values)

    def _call(self, content: Content, cohort: Cohort, entries: Sequence[Entry]) -> list[Reply]:
        """Make one call, and return what became of each mail."""
        message = self._message(content, cohort.digest, entries)
        try:
            return self._answer_to(message, entries)
        except (AnymailError, OSError) as error:
            result = Result(0, outcome_of(error), _words(error), retry_after_of(error))
        except Exception as error:
            logger.exception(
                "A call of the provider met an error that nobody foresaw",
                extra={"digest": cohort.digest_id, "delivery": entries[0].delivery_id},
            )
            result = Result(0, Outcome.IN_DOUBT, _words(error))
        is_refused = result.outcome is Outcome.REFUSED
        return [
            Reply(result._replace(delivery_id=entry.delivery_id), is_refused) for entry in entries
        ]

    def _message(
        self, content: Content, digest: Digest, entries: Sequence[Entry]
    ) -> NewsletterMessage:
        """Return the message to all, from which anymail makes the call."""
        mail = Mail(content.subject, content.html, content.text)
        message = message_to("", mail, digest.newsletter, "", self._dialect.headers)
        del message.extra_headers[LEAVE]
        shared = {} if self._dialect.joins_headers else message.extra_headers
        headers = [self._headers_of(entry, digest, shared) for entry in entries]
        message.to = [entry.address for entry in entries]
        message.esp_extra = self._dialect.extra
        if len(entries) == 1 and not self._dialect.merges_one:
            message.extra_headers.update(headers[0])
            message.merge_global_data = entries[0].values
            message.metadata = _metadata(entries[0], digest)
            return message
        if shared:
            message.extra_headers = {}
        message.merge_headers = dict(zip(message.to, headers, strict=True))
        message.merge_data = {entry.address: entry.values for entry in entries}
        message.merge_metadata = {entry.address: _metadata(entry, digest) for entry in entries}
        return message

    def _headers_of(
        self, entry: Entry, digest: Digest, shared: Mapping[str, str]
    ) -> dict[str, str]:
        headers = {**shared, LEAVE: f"<{entry.leave_url}>"}
        if self._dialect.keeps_message_id:
            headers[ID] = message_id(entry.delivery_id, digest)
        return headers

    def _answer_to(self, message: NewsletterMessage, entries: Sequence[Entry]) -> list[Reply]:
        """Send a message to all, and read what became of each.

        Raises AnymailError or OSError where the call failed.
        """
        try:
            with suppress(AnymailRecipientsRefused):
                _connected(self._backend).send_messages([message])
        finally:
            _thread.used_at = time.monotonic()
        status = message.anymail_status
        if self._dialect.answers:
            answers = self._dialect.answers(status.esp_response.json())
        else:
            answers = [_answer_of(status.recipients.get(entry.address)) for entry in entries]
        return [
            Reply(_result_of(entry, outcome, words), is_shared=outcome is None)
            for entry, (outcome, words) in zip(entries, answers, strict=True)
        ]


def _metadata(entry: Entry, digest: Digest) -> dict[str, str]:
    return {METADATA: reference(entry.delivery_id, digest)}


def _result_of(entry: Entry, outcome: Outcome | None, words: str) -> Result:
    """Return the result for one email. A note about an accepted email is not an error."""
    if outcome is Outcome.ACCEPTED:
        return Result(entry.delivery_id, outcome)
    return Result(entry.delivery_id, outcome or Outcome.REFUSED, words[:MOST_WORDS])


def _answer_of(status: AnymailRecipientStatus | None) -> Answer:
    word = status.status if status else "nothing"
    outcome = OUTCOMES.get(word, Outcome.IN_DOUBT)
    return outcome, f"The provider says: {word}"


def _words(error: Exception) -> str:
    return (str(error) or repr(error))[:MOST_WORDS]


def _in_envelope(email: str) -> str:
    """Return an address with its domain in ASCII (RFC 5890), as anymail would.

    Raises ValueError where anymail does not read just this address.
    """
    if PLAIN_ADDRESS.fullmatch(email):
        return email
    name, _, domain = email.rpartition("@")
    address = f"{name}@{punycode(domain)}"
    if [parsed.addr_spec for parsed in parse_address_list([address])] != [address]:
        raise ValueError(f"Invalid address {email!r}")
    return address


def _connected(backend: AnymailBaseBackend) -> AnymailBaseBackend:
    """Return this thread's connection to a provider; ``backend`` opened, where there is none."""
    kept: AnymailBaseBackend | None = getattr(_thread, "backend", None)
    is_fresh = kept and time.monotonic() - _thread.used_at < IDLE_SECONDS
    if is_fresh and _setting_of(kept) == _setting_of(backend):
        return kept
    if kept:
        kept.close()
    backend.open()
    _thread.backend, _thread.used_at = backend, time.monotonic()
    return backend


def _setting_of(backend: AnymailBaseBackend) -> tuple[type, dict[str, Any]]:
    values = {name: value for name, value in vars(backend).items() if name != "session"}
    return type(backend), values
