"""Claim a batch for a limited time, release it, and decide when it is retried."""

import logging
import random
import uuid
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from .. import alerts
from ..models import Batch, Delivery, Digest
from ..querysets import BatchQuerySet
from . import probation, restored
from .outcomes import Halt, Outcome, Withdrawal

logger = logging.getLogger(__name__)


def claim(batch_id: int, now: datetime) -> Batch | None:
    """Claim a batch for the duration of a lease and return it; None if that is not possible.

    Of any number of workers that try at once, the conditional update lets one succeed. While its
    digest is on probation the lock on the digest makes claims take turns, and one batch of it at a
    time may be claimed.
    """
    restored.check(now)
    on_probation = Digest.objects.on_probation().filter(cohorts__batches=batch_id)
    with transaction.atomic():
        digest = on_probation.select_for_update(of=("self",)).first()
        if digest and _is_any_claimed(digest):
            Batch.objects.filter(pk=batch_id).update(queued_at=None)
            return None
        batch = _claim(batch_id, now)
    if batch:
        batch.is_probe = digest is not None
    return batch


def recover_abandoned(now: datetime) -> None:
    """Release batches whose worker died: what it was submitting is in doubt, the rest is queued."""
    for batch in Batch.objects.abandoned(now).select_related("cohort__digest__newsletter"):
        with transaction.atomic():
            still = Batch.objects.abandoned(now).filter(pk=batch.pk, claim=batch.claim)
            batch.claim = uuid.uuid4()
            if not still.update(claim=batch.claim, lease_until=now + lease()):
                continue
            changes = batch.deliveries.moved(
                Delivery.State.IN_DOUBT,
                came_from=Delivery.State.SUBMITTING,
                error="The worker stopped while submitting.",
            )
            ours(batch).add_counts(changes)
            release(batch, Halt("The worker stopped."))
        doubtful = changes[Delivery.State.IN_DOUBT]
        log(logging.WARNING, "was abandoned, %s deliveries are in doubt", batch, doubtful)


def note_failure(batch: Batch, halt: Halt | None) -> None:
    """Record on the digest if a batch could not be sent completely."""
    if halt is None:
        fails = batch.deliveries.filter(state=Delivery.State.PENDING).exists()
    else:
        fails = halt.is_fault and not isinstance(halt, Withdrawal)
    is_servers = halt is not None and halt.outcome in (Outcome.UNAVAILABLE, Outcome.IN_DOUBT)
    if fails and (is_servers or not batch.has_progressed):
        probation.record_failure(batch.cohort.digest, halt if is_servers else None, timezone.now())


def release(batch: Batch, halt: Halt | None) -> None:
    """Release a batch: mark it done if nothing is queued in it, else have it claimed again later.

    Nothing happens if the batch is no longer ours.
    """
    now, is_fault = timezone.now(), halt is None or halt.is_fault
    is_withdrawn = isinstance(halt, Withdrawal)
    error = halt.detail if halt and not is_withdrawn else ""
    with transaction.atomic():
        if not ours(batch).update(lease_until=None):
            return
        changes = _ended(batch, halt, now)
        waits = batch.deliveries.filter(state=Delivery.State.PENDING).exists()
        values: dict[str, Any] = {"state": Batch.State.DONE}
        if waits:
            values = {
                "state": Batch.State.PENDING,
                "not_before": _next_attempt(batch, halt, now),
                "queued_at": None,
            }
            if batch.has_progressed:
                values["attempts"] = int(is_fault)
            elif not is_fault:
                values["attempts"] = F("attempts") - 1
        ours(batch).add_counts(changes, error=error, **values)
    if waits:
        log(logging.WARNING if is_fault else logging.INFO, "goes on later: %s", batch, error)
    is_post_gone = is_withdrawn and halt.detail == Delivery.SkipReason.WITHDRAWN
    if is_post_gone and changes[Delivery.State.SKIPPED]:
        alerts.tell_editors(batch.cohort.digest, alerts.Cause.SKIPPED)


def ours(batch: Batch) -> BatchQuerySet:
    """Return a batch, unless another worker has claimed it."""
    return Batch.objects.filter(pk=batch.pk, state=Batch.State.CLAIMED, claim=batch.claim)


def lease() -> timedelta:
    """Return the duration of a claim that is not renewed."""
    return timedelta(seconds=settings.NEWSLETTER_LEASE_SECONDS)


def log(level: int, message: str, batch: Batch, *values: object, **more: object) -> None:
    """Log what happens to a batch."""
    logger.log(level, f"Batch %s {message}", batch.pk, *values, extra=ids_of(batch) | more)


def log_end(claimed: Batch, seconds: float) -> None:
    """Log how many emails were finished since a batch was claimed, and how fast."""
    batch = Batch.objects.filter(pk=claimed.pk).first()
    if batch is None:
        return
    ends = ("sent", "failed", "skipped", "in_doubt")
    numbers = {end: getattr(batch, end) - getattr(claimed, end) for end in ends}
    rate = sum(numbers.values()) / max(seconds, 0.001)
    log(
        logging.WARNING if numbers["in_doubt"] else logging.INFO,
        "is released, %s: %s sent, %s failed, %s skipped, %s in doubt in %.1f s, %.0f a second",
        claimed,
        batch.state,
        *numbers.values(),
        seconds,
        rate,
        **numbers,
        seconds=round(seconds, 3),
        rate=round(rate, 1),
    )


def ids_of(batch: Batch) -> dict[str, Any]:
    """Return the fields of a structured log line about a batch."""
    digest = batch.cohort.digest
    return {"batch": batch.pk, "digest": digest.pk, "newsletter": digest.newsletter.slug}


def _is_any_claimed(digest: Digest) -> bool:
    return Batch.objects.filter(cohort__digest=digest, state=Batch.State.CLAIMED).exists()


def _claim(batch_id: int, now: datetime) -> Batch | None:
    claim = uuid.uuid4()
    claimed = (
        Batch.objects.claimable(now)
        .filter(pk=batch_id)
        .update(
            state=Batch.State.CLAIMED,
            claim=claim,
            lease_until=now + lease(),
            attempts=F("attempts") + 1,
        )
    )
    if not claimed:
        return None
    batch = Batch.objects.select_related("cohort__digest__newsletter__section").get(pk=batch_id)
    restored.count_claim(batch.cohort.digest)
    return batch


def _ended(batch: Batch, halt: Halt | None, now: datetime) -> Counter[str]:
    """End the queued deliveries of a batch that are not retried; return how counts changed."""
    if isinstance(halt, Withdrawal):
        return batch.deliveries.skipped(halt.detail)
    if (halt is None or halt.is_fault) and probation.is_over(batch.cohort.digest, now):
        return batch.deliveries.given_up(halt.detail if halt else "")
    return Counter()


def _next_attempt(batch: Batch, halt: Halt | None, now: datetime) -> datetime:
    pause = probation.wait(1 if batch.has_progressed else batch.attempts)
    pause *= random.uniform(0.8, 1.2)
    if halt and not halt.is_fault:
        pause = timedelta(0)
    elif halt and halt.retry_after is not None:
        pause = halt.retry_after * random.uniform(1, 1.2)
    return max(now + pause, probation.rest_until(batch.cohort.digest) or now)
