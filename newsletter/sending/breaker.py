"""Stop a digest when too many of its mails bounce, or too many of its readers complain.

By these two rates mailbox providers and mail providers judge a sender. To go on costs more than the
digest: later mail lands among spam, or is not taken at all.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from ..models import Batch, Digest
from . import controls

# Editors who resume a digest are asked again when a rate has grown by this factor.
WORSE = 2

ADVICE = (
    "Mail providers turn away senders with such rates. Find out where these addresses came from "
    "before you resume it."
)


@dataclass(frozen=True, slots=True)
class Limit:
    """The share from which on a digest is stopped, and how many mails it takes to tell a share."""

    share: float
    least: int


# Amazon SES reviews senders from 5 % of bounces on and stops them at 10 % (SES Developer Guide,
# "Reputation metrics messages"). Like there, only what is final counts.
BOUNCES = Limit(share=0.05, least=100)
# Gmail and Yahoo ask senders to stay below 0.3 % (Gmail's "Email sender guidelines", Yahoo's
# "Sender Best Practices"); Amazon SES stops them at 0.5 %.
COMPLAINTS = Limit(share=0.003, least=500)


def check(now: datetime) -> None:
    """Pause the digests under way whose mails bounce, or are complained of, too often."""
    digests = Digest.objects.under_way()
    counts = Batch.objects.filter(cohort__digest__in=digests).counts_by_digest()
    for digest in digests.filter(pk__in=counts):
        _check(digest, counts[digest.pk], now)


def share_of_bounces(counts: Counter[str]) -> float:
    """Return the share of mails to mailboxes that do not exist; 0 where too few tell nothing.

    They came back, or were refused when they were handed over. What was refused for other reasons
    failed, and counts as a mail that did not bounce.
    """
    mails = _handed_over(counts)
    return counts["bounced"] / mails if mails >= BOUNCES.least else 0


def share_of_complaints(counts: Counter[str]) -> float:
    """Return the share of mails that were complained of; 0 where too few tell nothing."""
    return counts["complained"] / counts["sent"] if counts["sent"] >= COMPLAINTS.least else 0


def _handed_over(counts: Counter[str]) -> int:
    return counts["sent"] + counts["failed"]


def _check(digest: Digest, counts: Counter[str], now: datetime) -> None:
    reasons, asked = [], {}
    bounces, complaints = share_of_bounces(counts), share_of_complaints(counts)
    if bounces >= max(BOUNCES.share, WORSE * digest.asked_bounces):
        asked["asked_bounces"] = bounces
        reasons.append(
            f"{counts['bounced']:,} of {_handed_over(counts):,} mails ({bounces:.1%}) went to "
            "mailboxes that do not exist."
        )
    if complaints >= max(COMPLAINTS.share, WORSE * digest.asked_complaints):
        asked["asked_complaints"] = complaints
        reasons.append(
            f"{counts['complained']:,} of {counts['sent']:,} mails ({complaints:.2%}) were "
            "complained of as spam."
        )
    if reasons:
        _pause(digest, " ".join([*reasons, ADVICE]), asked, now)


@transaction.atomic
def _pause(digest: Digest, reason: str, asked: dict[str, float], now: datetime) -> None:
    """Pause a digest, and remember the rates that the editors are asked about."""
    if controls.pause(digest, reason, now, Digest.PauseReason.RATES):
        Digest.objects.filter(pk=digest.pk).update(**asked)
