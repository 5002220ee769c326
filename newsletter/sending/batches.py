"""Claim a batch, submit its mails, record what became of each.

What the database says is always the cautious truth: before mails are handed over, their deliveries
are marked as being submitted, one checkpoint at a time. Whoever dies leaves those few in doubt, and
the rest of the batch to be claimed again.
"""

import logging
import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from .. import alerts
from ..digests.rendering import Unrenderable, render
from ..models import Batch, Cohort, Delivery, Digest
from ..querysets import BatchQuerySet
from . import controls, events, restored, transports
from .outcomes import Halt, Outcome, Recipient, Result, Withdrawal
from .recording import persistently, record

logger = logging.getLogger(__name__)

# Minutes before the second, third … attempt; the last again and again.
WAITS = (1, 2, 5, 15, 30, 60)
MOST_ATTEMPTS = 72

# Set when the worker is to stop: it goes on to the next checkpoint and lets go of its batches.
stopping = threading.Event()


def send(batch_id: int) -> None:
    """Send a batch, unless somebody else has claimed it, it is done, or its time has not come."""
    batch = claim(batch_id, timezone.now())
    if batch is None:
        return
    _log(logging.INFO, "is begun, attempt %s", batch, batch.attempts)
    began, halt = time.monotonic(), None
    try:
        cohort = _content_of(batch)
        language = cohort.digest.newsletter.language
        with transports.open_transport() as transport, override(language):
            _submit_all(batch, cohort, transport)
    except Halt as error:
        halt = error
    persistently(_release, batch, halt)
    if halt and halt.outcome is Outcome.UNAUTHORIZED:
        if controls.pause(batch.cohort.digest, halt.detail, timezone.now()):
            alerts.tell_editors(batch.cohort.digest, alerts.Cause.CREDENTIALS)
    elif halt and halt.retry_after:
        controls.postpone(batch.cohort.digest, timezone.now() + halt.retry_after)
    _log_end(batch, time.monotonic() - began)


def claim(batch_id: int, now: datetime) -> Batch | None:
    """Make a batch ours alone for the time of a lease, and return it; None where we cannot.

    Of any number of workers that try at once, the conditional update lets one succeed.
    """
    restored.check(now)
    with transaction.atomic():
        claimed = (
            Batch.objects.claimable(now)
            .filter(pk=batch_id)
            .update(
                state=Batch.State.CLAIMED,
                claim=uuid.uuid4(),
                lease_until=now + _lease(),
                attempts=F("attempts") + 1,
            )
        )
        if not claimed:
            return None
        batches = Batch.objects.select_related("cohort__digest__newsletter__section")
        batch = batches.get(pk=batch_id)
        restored.count_claim(batch.cohort.digest)
    return batch


def recover_abandoned(now: datetime) -> None:
    """Let go of batches whose worker died: what it was submitting is in doubt, the rest waits."""
    for batch in Batch.objects.abandoned(now).select_related("cohort__digest__newsletter"):
        with transaction.atomic():
            still = Batch.objects.abandoned(now).filter(pk=batch.pk, claim=batch.claim)
            batch.claim = uuid.uuid4()
            if not still.update(claim=batch.claim, lease_until=now + _lease()):
                continue
            changes = batch.deliveries.moved(
                Delivery.State.IN_DOUBT,
                came_from=Delivery.State.SUBMITTING,
                error="The worker stopped while submitting.",
            )
            _ours(batch).add_counts(changes)
            _release(batch, Halt("The worker stopped."))
        doubtful = changes[Delivery.State.IN_DOUBT]
        _log(logging.WARNING, "was abandoned, %s deliveries are in doubt", batch, doubtful)


def finish_digests(now: datetime) -> None:
    """Mark as sent the digests of which nothing is left to be done, even if they are paused."""
    for digest_id in list(Digest.objects.all_sent().values_list("pk", flat=True)):
        with transaction.atomic():
            # An editor may have mails in doubt sent again: whoever locks the digest first decides.
            Digest.objects.select_for_update().get(pk=digest_id)
            finished = Digest.objects.all_sent().filter(pk=digest_id)
            finished.update(
                state=Digest.State.SENT, finished_at=now, paused_at=None, pause_reason=""
            )


def _content_of(batch: Batch) -> Cohort:
    """Return the content to send.

    Raises Halt where there is none, or it is not to be sent now.
    """
    _check_under_way(batch.cohort.digest)
    try:
        cohort = render(batch.cohort)
    except Unrenderable as error:
        logger.exception("Digest %s cannot be rendered", batch.cohort.digest_id, extra=_ids(batch))
        reason = _("It cannot be rendered (unrenderable): %(error)s") % {"error": error}
        if controls.pause(batch.cohort.digest, reason, timezone.now()):
            alerts.tell_editors(batch.cohort.digest, alerts.Cause.UNRENDERABLE)
        raise Halt("The digest is paused.", is_fault=False) from error
    except Exception as error:
        logger.exception("Batch %s cannot be rendered", batch.pk, extra=_ids(batch))
        raise Halt(f"The digest cannot be rendered: {error}") from error
    if cohort is None:
        raise Withdrawal("Its posts are not public any more.")
    return cohort


def _check_under_way(digest: Digest) -> None:
    """Raise Halt where a digest is not to be sent, or not now."""
    if digest.state == Digest.State.CANCELLED:
        raise Withdrawal("The digest was cancelled.")
    if digest.paused_at:
        raise Halt("The digest is paused.", is_fault=False)
    if not digest.newsletter.active:
        raise Halt("The newsletter is not active.", is_fault=False)


def _submit_all(batch: Batch, cohort: Cohort, transport: transports.Transport) -> None:
    """Submit what waits in a batch, checkpoint by checkpoint.

    Raises Halt where it stops before the end.
    """
    results: list[Result] = []
    seconds = 0.0
    size = transport.checkpoint
    while part := persistently(_checkpoint, batch, results, seconds, size):
        began = time.monotonic()
        results = transport.submit(part, cohort)
        seconds = time.monotonic() - began
        persistently(events.refused, results, timezone.now())
        problem = next((result for result in results if result.outcome.stops), None)
        if problem or stopping.is_set():
            persistently(_checkpoint, batch, results, seconds, 0)
            raise _halt_of(problem)
    _check_under_way(Digest.objects.select_related("newsletter").get(pk=batch.cohort.digest_id))


def _halt_of(problem: Result | None) -> Halt:
    if problem is None:
        return Halt("The worker was stopped.", is_fault=False)
    return Halt(problem.detail, problem.outcome, problem.retry_after)


@transaction.atomic
def _checkpoint(
    batch: Batch, results: Sequence[Result], seconds: float, size: int
) -> list[Recipient]:
    """Record what became of one part of a batch, and mark the next as being submitted.

    Returns the recipients of the next part, ``size`` at most; none at the end, or where the batch
    is not ours any more or its digest not to be sent. Done twice, for the database gave no answer,
    it does no harm.
    """
    now = timezone.now()
    is_ours = _ours(batch).update(lease_until=now + _lease())
    if not is_ours:
        Batch.objects.select_for_update().get(pk=batch.pk)
    changes = record(batch, results, now)
    part: list[Recipient] = []
    if is_ours and size and Digest.objects.under_way().filter(pk=batch.cohort.digest_id).exists():
        tried = [r.delivery_id for r in results if r.outcome is not Outcome.UNTRIED]
        part = _next_part(batch, tried[-1] if tried else 0, size, changes)
    Batch.objects.filter(pk=batch.pk).add_counts(
        changes,
        submissions=F("submissions") + (1 if results else 0),
        submission_seconds=F("submission_seconds") + seconds,
    )
    return part


def _next_part(batch: Batch, last: int, size: int, changes: Counter[str]) -> list[Recipient]:
    """Mark the next deliveries as being submitted, and return whom they go to.

    Leaving counts from the moment it is done, so who still wants the mail is asked here. Deliveries
    that are marked already were so by ourselves, and not handed over: the answer got lost.
    """
    while rows := list(batch.deliveries.to_submit(last, size).recipients()):
        part = [Recipient(*row[:-1]) for row in rows if row[-1]]
        numbers = [recipient.delivery_id for recipient in part]
        unwanted = {row[0] for row in rows} - set(numbers)
        if unwanted:
            changes.update(
                batch.deliveries.filter(pk__in=unwanted).moved(
                    Delivery.State.SKIPPED,
                    came_from=Delivery.State.PENDING,
                    error="Left before it was sent.",
                )
            )
        if part:
            batch.deliveries.numbered(numbers).update(state=Delivery.State.SUBMITTING)
            return part
        last = rows[-1][0]
    return []


def _release(batch: Batch, halt: Halt | None) -> None:
    """Let go of a batch: done where nothing waits in it, else to be claimed again after a while.

    Nothing happens where it is not ours any more.
    """
    now = timezone.now()
    with transaction.atomic():
        if not _ours(batch).update(lease_until=None):
            return
        changes = _ended(batch, halt)
        waits = batch.deliveries.filter(state=Delivery.State.PENDING).exists()
        values: dict[str, Any] = {"state": Batch.State.DONE}
        if waits:
            values = {
                "state": Batch.State.PENDING,
                "not_before": _next_attempt(batch, halt, now),
                "queued_at": None,
            }
        if waits and halt and not halt.is_fault:
            values["attempts"] = F("attempts") - 1
        is_withdrawn = isinstance(halt, Withdrawal)
        error = halt.detail if halt and not is_withdrawn else ""
        _ours(batch).add_counts(changes, error=error, **values)
    if waits:
        _log(logging.WARNING, "goes on later: %s", batch, error)


def _ended(batch: Batch, halt: Halt | None) -> Counter[str]:
    """End what waits in a batch and is not to be tried again; return how counts changed."""
    if isinstance(halt, Withdrawal):
        return batch.deliveries.moved(
            Delivery.State.SKIPPED, came_from=Delivery.State.PENDING, error=halt.detail
        )
    if batch.attempts >= MOST_ATTEMPTS and (halt is None or halt.is_fault):
        return batch.deliveries.given_up(halt.detail if halt else "It was tried too often.")
    return Counter()


def _next_attempt(batch: Batch, halt: Halt | None, now: datetime) -> datetime:
    if halt and halt.retry_after is not None:
        return now + halt.retry_after * random.uniform(1, 1.2)
    if halt and not halt.is_fault:
        return now
    minutes = WAITS[min(batch.attempts, len(WAITS)) - 1]
    return now + timedelta(minutes=minutes * random.uniform(0.8, 1.2))


def _lease() -> timedelta:
    return timedelta(seconds=settings.NEWSLETTER_LEASE_SECONDS)


def _ours(batch: Batch) -> BatchQuerySet:
    return Batch.objects.filter(pk=batch.pk, state=Batch.State.CLAIMED, claim=batch.claim)


def _ids(batch: Batch) -> dict[str, Any]:
    """Return what a line of the log says of a batch beside its words."""
    digest = batch.cohort.digest
    return {"batch": batch.pk, "digest": digest.pk, "newsletter": digest.newsletter.slug}


def _log(level: int, message: str, batch: Batch, *values: object, **more: object) -> None:
    logger.log(level, f"Batch %s {message}", batch.pk, *values, extra=_ids(batch) | more)


def _log_end(claimed: Batch, seconds: float) -> None:
    """Say how many mails came to an end since a batch was claimed, and how fast."""
    batch = Batch.objects.filter(pk=claimed.pk).first()
    if batch is None:
        return
    ends = ("sent", "failed", "skipped", "in_doubt")
    numbers = {end: getattr(batch, end) - getattr(claimed, end) for end in ends}
    rate = sum(numbers.values()) / max(seconds, 0.001)
    _log(
        logging.INFO,
        "is let go of, %s: %s sent, %s failed, %s skipped, %s in doubt in %.1f s, %.0f a second",
        claimed,
        batch.state,
        *numbers.values(),
        seconds,
        rate,
        **numbers,
        seconds=round(seconds, 3),
        rate=round(rate, 1),
    )
