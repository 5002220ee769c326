"""What a provider's event says of a mail, in our own words.

anymail gives the events of all providers one vocabulary, in which a mailbox that does not exist and
one that is full are mostly the same. What tells them apart is what each provider says itself, and
the status codes of mail servers (RFC 3463, and RFC 7505 for 5.1.10).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason

from ..models import Delivery

MOST_WORDS = 1000

# Where providers say that a bounce is final: the way to a value in the event, and the values.
FINAL = {
    # https://documentation.mailgun.com/docs/mailgun/user-manual/tracking-messages/tracking-failures
    "Mailgun": {("event-data", "reason"): ("bounce", "suppress-bounce")},
    # https://postmarkapp.com/developer/api/bounce-api#bounce-types
    "Postmark": {("Type",): ("HardBounce",), ("SuppressionReason",): ("HardBounce",)},
    # https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event
    "SendGrid": {("type",): ("bounce",), ("reason",): ("Bounced Address",)},
    # https://developers.brevo.com/docs/transactional-webhooks
    "Brevo": {("event",): ("hard_bounce",)},
    # https://dev.mailjet.com/email/guides/webhooks/
    "Mailjet": {("hard_bounce",): (True,), ("error",): ("user unknown",)},
    # https://support.sparkpost.com/docs/deliverability/bounce-classification-codes
    "SparkPost": {("msys", "message_event", "bounce_class"): ("10", "30")},
    # https://resend.com/docs/dashboard/emails/email-bounces
    "Resend": {("data", "bounce", "type"): ("Permanent",)},
}

# What anymail takes for a complaint, and is a filter's doing.
FILTERED = {"Postmark": {("Type",): ("SpamNotification",)}}

# Enhanced status codes (RFC 3463; RFC 7505 for 5.1.10), which providers repeat in their events.
# Bad address, no such mailbox or system, moved away, no mail here, disabled.
NO_MAILBOX = re.compile(r"(?<![\d.])5\.(?:1\.(?:10|[1236])|2\.1)(?!\.?\d)")
# What a server says of one mailbox when it is handed an email: it does not exist (X.1.1), has moved
# (X.1.6), its domain takes no mail (X.1.10), it is disabled (X.2.1). Not X.1.2 and X.1.3: a relay
# whose DNS fails, or that knows no international addresses, says so of addresses that work.
MAILBOX_GONE = re.compile(r"(?<![\d.])5\.(?:1\.(?:10|[16])|2\.1)(?!\.?\d)")
# No reason, or one that is not certain: "other" (X.0.0, X.1.0, X.2.0), bad system or syntax.
UNCERTAIN = re.compile(r"(?<![\d.])5\.(?:0\.0|1\.[023]|2\.0)(?!\.?\d)")
# About the sender, or the site's right to send (X.1.7, X.1.8, X.7.X), systems, routes, protocol and
# content (X.3.X to X.6.X), and so never about a mailbox.
OTHER_REASON = re.compile(r"(?<![\d.])5\.(?:1\.[78]|[3-7]\.\d{1,3})(?!\.?\d)")
STATUS = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?!\.?\d)")
REPLY = re.compile(r"5\d\d\b")
MAILBOX_FULL = re.compile(r"(?<![\d.])[45]\.2\.2(?!\.?\d)")


class Proof(Enum):
    """What is certain of a mail."""

    ACCEPTED = "the provider took it"
    HANDED_ON = "the provider tried to deliver it"
    DROPPED = "the provider took it, and will not send it"
    REFUSED = "the server did not take it"


@dataclass(frozen=True)
class Verdict:
    """What is certain of a mail, the fate that it met, and what was said of a problem.

    ``leaves`` is whether its reader told the provider that they want no more.
    """

    proof: Proof
    fate: str = Delivery.Fate.UNKNOWN
    words: str = ""
    leaves: bool = False


def verdict_on(event: AnymailTrackingEvent, provider: str) -> Verdict | None:
    """Return what an event of a provider, as anymail calls it, says; None where that is nothing."""
    kind, words = event.event_type, _words_of(event)
    if kind in (EventType.QUEUED, EventType.SENT):
        return Verdict(Proof.ACCEPTED)
    if kind == EventType.DEFERRED or _says(event, provider, FILTERED):
        return Verdict(Proof.ACCEPTED, words=words)
    if kind == EventType.DELIVERED:
        return Verdict(Proof.HANDED_ON, Delivery.Fate.DELIVERED)
    if kind == EventType.COMPLAINED:
        return Verdict(Proof.HANDED_ON, Delivery.Fate.COMPLAINED, words)
    if kind == EventType.UNSUBSCRIBED:
        return Verdict(Proof.ACCEPTED, leaves=True)
    if kind == EventType.BOUNCED:
        if _is_final(event, provider):
            return Verdict(Proof.HANDED_ON, Delivery.Fate.BOUNCED, words)
        return Verdict(Proof.ACCEPTED, words=words)
    if kind in (EventType.REJECTED, EventType.FAILED):
        is_final = _is_final(event, provider)
        fate = Delivery.Fate.BOUNCED if is_final else Delivery.Fate.UNKNOWN
        return Verdict(Proof.DROPPED, fate, words)
    return None


def names_no_mailbox(reply: str) -> bool:
    """Return whether a server's reply says that there is no such mailbox, and will not be."""
    return bool(NO_MAILBOX.search(reply))


def says_mailbox_is_gone(reply: str) -> bool:
    """Return whether a server refused an email because its mailbox will not take any."""
    return bool(MAILBOX_GONE.search(reply)) and not OTHER_REASON.search(reply)


def says_nothing_certain(reply: str) -> bool:
    """Return whether a server refused an email for good, and its reply leaves open why."""
    if not REPLY.match(reply) or OTHER_REASON.search(reply):
        return False
    return bool(UNCERTAIN.search(reply)) or not STATUS.search(reply)


def _is_final(event: AnymailTrackingEvent, provider: str) -> bool:
    words = _words_of(event)
    if MAILBOX_FULL.search(words) or OTHER_REASON.search(words):
        return False
    is_invalid = event.reject_reason == RejectReason.INVALID
    return is_invalid or names_no_mailbox(words) or _says(event, provider, FINAL)


def _words_of(event: AnymailTrackingEvent) -> str:
    """Return what was said of a problem, without what a database does not keep."""
    words = str(event.mta_response or event.description or event.reject_reason or "")
    words = words.encode("utf-8", "replace").decode().replace("\x00", " ")
    return words.strip()[:MOST_WORDS]


def _says(event: AnymailTrackingEvent, provider: str, table: Mapping[str, Any]) -> bool:
    marks = table.get(provider, {})
    return any(_value_at(event.esp_event, path) in values for path, values in marks.items())


def _value_at(value: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value
