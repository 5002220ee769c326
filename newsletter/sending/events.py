"""What the provider tells of mails: what it accepted, delivered, what bounced or was complained of.

Events come by webhook, twice, late, in any order, or before we have written down ourselves that the
mail was handed over. So each only ever adds to what is known: the end is the same in whatever order
they come. No mail is sent from here.
"""

import logging
import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from anymail.signals import AnymailTrackingEvent
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from core.addresses import address_key

from ..models import Batch, ConsentRecord, Delivery, Subscription, Suppression
from ..subscribing import suppressing
from ..subscribing.changing import leave
from .messages import METADATA, reference
from .outcomes import Outcome, Result
from .verdicts import (
    Proof,
    Verdict,
    says_mailbox_is_gone,
    says_nothing_certain,
    verdict_on,
)

logger = logging.getLogger(__name__)

WAITING = {Delivery.State.PENDING, Delivery.State.SUBMITTING, Delivery.State.IN_DOUBT}
# From the best to the worst; a fate only gets worse.
FATES = ["", Delivery.Fate.DELIVERED, Delivery.Fate.BOUNCED, Delivery.Fate.COMPLAINED]
# A reader refused this often within this time, without a clear reason, is suppressed.
MAX_REFUSALS = 3
REFUSED_WITHIN = timedelta(days=30)
SUPPRESSED_FOR = {
    Delivery.Fate.BOUNCED: Suppression.Reason.BOUNCED,
    Delivery.Fate.COMPLAINED: Suppression.Reason.COMPLAINED,
}


def on_tracking(event: AnymailTrackingEvent, esp_name: str, **kwargs: Any) -> None:
    """Take in an event that anymail has verified; the receiver of its signal.

    An event that we cannot deal with does not cost the others of its call. Where the database is
    away the call fails, and the provider calls again with all of them.
    """
    try:
        receive(event, esp_name, timezone.now())
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception(
            "An event of %s could not be dealt with: %r",
            esp_name,
            event.event_type,
            extra={"delivery": _delivery_pk(event.metadata)},
        )


def receive(event: AnymailTrackingEvent, provider: str, now: datetime) -> None:
    """Write down what an event of a provider, as anymail calls it, says of one of our mails.

    What is about other mails, or about somebody who was forgotten, is passed over.
    """
    verdict, pk = verdict_on(event, provider), _delivery_pk(event.metadata)
    if verdict is None or pk is None:
        return
    related = ("digest", "subscription__subscriber")
    delivery = Delivery.objects.select_related(*related).filter(pk=pk).first()
    if delivery is None or event.metadata[METADATA] != reference(delivery.pk, delivery.digest):
        return
    if address_key(event.recipient or "") != address_key(delivery.subscription.subscriber.email):
        logger.warning(
            "An event of %s names delivery %s and another recipient than it has",
            provider,
            delivery.pk,
            extra=_ids(delivery),
        )
        return
    _settle(delivery, verdict, min(event.timestamp or now, now), now)


def refused(results: Sequence[Result], now: datetime) -> None:
    """Suppress the addresses that a server refused while mails were handed over, for good.

    Those of which it said that the mailbox is not there; and those that it refused without saying
    why, again and again. It may be called before the results are recorded, or after.
    """
    for result in results:
        if result.outcome is not Outcome.REFUSED:
            continue
        is_gone = says_mailbox_is_gone(result.detail)
        if not is_gone and not says_nothing_certain(result.detail):
            continue
        deliveries = Delivery.objects.select_related("subscription__subscriber")
        delivery = deliveries.filter(pk=result.delivery_id).first()
        if delivery and (is_gone or _is_refused_repeatedly(delivery, now)):
            verdict = Verdict(Proof.REFUSED, Delivery.Fate.BOUNCED, result.detail)
            _settle(delivery, verdict, now, now)


def _is_refused_repeatedly(delivery: Delivery, now: datetime) -> bool:
    """Return whether a delivery's reader was refused too often lately, with no acceptance since."""
    others = Delivery.objects.exclude(pk=delivery.pk).filter(
        subscription__subscriber=delivery.subscription.subscriber,
        digest__until__gt=now - REFUSED_WITHIN,
    )
    before = others.filter(state=Delivery.State.FAILED, sent_at=None).order_by("-pk")
    earlier = list(before.values_list("pk", "error")[: MAX_REFUSALS - 1])
    if len(earlier) < MAX_REFUSALS - 1:
        return False
    is_unsaid = all(says_nothing_certain(words) for _, words in earlier)
    first = earlier[-1][0]
    return is_unsaid and not others.filter(state=Delivery.State.SENT, pk__gt=first).exists()


@transaction.atomic
def _settle(delivery: Delivery, verdict: Verdict, at: datetime, now: datetime) -> None:
    """Write down what is known of a delivery since ``at``, and act on it where it is news."""
    email = delivery.subscription.subscriber.email
    batches = Batch.objects.filter(pk=delivery.batch_id)
    list(batches.select_for_update())
    known = Delivery.objects.select_for_update().filter(pk=delivery.pk).first()
    if known is None:
        return
    state, fate = _state_after(known, verdict), max(known.fate, verdict.fate, key=FATES.index)
    batches.add_counts(_write(known, state, fate, verdict, at))
    if fate != known.fate and fate in SUPPRESSED_FOR:
        logger.info("Delivery %s is %s", known.pk, fate, extra=_ids(known))
        reason = SUPPRESSED_FOR[fate]
        suppressing.suppress(email, reason, verdict.words, now, known.digest_id)
    if verdict.leaves:
        _leave(known.subscription, at, now)


def _state_after(delivery: Delivery, verdict: Verdict) -> str:
    """Return the state that follows: a mail that was handed on was sent, whatever else was said."""
    if verdict.proof is Proof.HANDED_ON:
        return Delivery.State.SENT
    if verdict.proof is Proof.ACCEPTED:
        return Delivery.State.SENT if delivery.state in WAITING else delivery.state
    is_merely_accepted = delivery.state == Delivery.State.SENT and not delivery.fate
    is_dropped = verdict.proof is Proof.DROPPED and is_merely_accepted
    if delivery.state in WAITING or is_dropped:
        return Delivery.State.FAILED
    return delivery.state


def _write(
    delivery: Delivery, state: str, fate: str, verdict: Verdict, at: datetime
) -> Counter[str]:
    """Change a delivery, and return the changes in the counts of each state and fate.

    A provider accepts an email before it drops it: ``sent_at`` stays, so it is not sent again.
    """
    words = verdict.words
    is_news = (state, fate) != (delivery.state, delivery.fate)
    is_note = bool(words) and not fate and state == Delivery.State.SENT
    if not is_news and not is_note:
        return Counter()
    kept = delivery.error if fate in SUPPRESSED_FOR else ""
    values: dict[str, Any] = {"state": state, "fate": fate, "error": words or kept}
    if state != delivery.state:
        is_taken = verdict.proof is not Proof.REFUSED
        values["sent_at"] = (delivery.sent_at or at) if is_taken else None
    Delivery.objects.filter(pk=delivery.pk).update(**values)
    changes = Counter({state: 1, fate: 1})
    changes.subtract([delivery.state, delivery.fate])
    return changes


def _leave(subscription: Subscription, at: datetime, now: datetime) -> None:
    """End a subscription, unless its reader has confirmed it since."""
    if subscription.confirmed_at is None or subscription.confirmed_at <= at:
        leave(subscription, ConsentRecord.How.PROVIDER, "", now)


def _delivery_pk(metadata: Any) -> int | None:
    """Return the primary key in a delivery's reference; None if there is none."""
    name = metadata.get(METADATA) if isinstance(metadata, dict) else None
    found = re.match(r"([0-9]{1,18})-", name) if isinstance(name, str) else None
    return int(found[1]) if found else None


def _ids(delivery: Delivery) -> dict[str, int]:
    """Return what a line of the log says of a delivery beside its words."""
    return {
        "delivery": delivery.pk,
        "batch": delivery.batch_id,
        "digest": delivery.digest_id,
    }
