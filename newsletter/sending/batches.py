"""Claim a batch, submit its mails, record what became of each.

What the database says is always the cautious truth: before mails are handed over, their deliveries
are marked as being submitted, a few at a time. Whoever dies leaves those few in doubt, and the rest
of the batch to be claimed again.
"""

import logging
import random
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from ..digests.rendering import render
from ..models import Batch, Cohort, Delivery, Digest
from . import transports
from .transports import Outcome, Result

logger = logging.getLogger(__name__)

CHECKPOINT = 20
LEASE = timedelta(minutes=20)
# Minutes before the second, third … attempt; the last again and again.
WAITS = (1, 2, 5, 15, 30, 60)
MOST_ATTEMPTS = 72


def send(batch_id: int) -> None:
    """Send a batch, unless somebody else has claimed it, it is done, or its time has not come."""
    batch = claim(batch_id, timezone.now())
    if batch is None:
        return
    cohort = _content_of(batch)
    if cohort is None:
        return
    pause = ""
    try:
        with transports.open_connection() as connection:
            pause = _submit_all(batch, cohort, connection)
    except transports.Unavailable as error:
        pause = str(error)
    _release(batch, pause)


def claim(batch_id: int, now: datetime) -> Batch | None:
    """Make a batch ours alone for the time of a lease, and return it; None where we cannot.

    Of any number of workers that try at once, the conditional update lets one succeed.
    """
    claim = uuid.uuid4()
    claimed = (
        Batch.objects.claimable(now)
        .filter(pk=batch_id)
        .update(
            state=Batch.State.CLAIMED,
            claim=claim,
            lease_until=now + LEASE,
            attempts=F("attempts") + 1,
        )
    )
    if not claimed:
        return None
    return Batch.objects.select_related("cohort__digest__newsletter__section").get(pk=batch_id)


def recover_abandoned(now: datetime) -> None:
    """Let go of batches whose worker died: what it was submitting is in doubt, the rest waits."""
    for batch in Batch.objects.abandoned(now):
        with transaction.atomic():
            still = Batch.objects.abandoned(now).filter(pk=batch.pk, claim=batch.claim)
            if not still.update(claim=uuid.uuid4(), lease_until=now + LEASE):
                continue
            batch.refresh_from_db()
            doubtful = batch.deliveries.filter(state=Delivery.State.SUBMITTING).update(
                state=Delivery.State.IN_DOUBT, error="The worker stopped while submitting."
            )
            logger.warning("Batch %s was abandoned, %s deliveries are in doubt", batch.pk, doubtful)
            _release(batch, "The worker stopped.")


def finish_digests(now: datetime) -> None:
    """Mark as sent the digests of which nothing is left to be done."""
    finished = Digest.objects.all_sent().values_list("pk", flat=True)
    Digest.objects.filter(pk__in=list(finished)).update(state=Digest.State.SENT, finished_at=now)


def _content_of(batch: Batch) -> Cohort | None:
    """Return the content to send, or end the batch's attempt and return None."""
    if not batch.cohort.digest.newsletter.active:
        _release(batch, "The newsletter is not active.")
        return None
    try:
        cohort = render(batch.cohort)
    except Exception as error:
        logger.exception("Digest %s cannot be rendered", batch.cohort.digest)
        _release(batch, f"The digest cannot be rendered: {error}")
        return None
    if cohort is None:
        batch.deliveries.filter(state=Delivery.State.PENDING).update(
            state=Delivery.State.SKIPPED, error="Its posts are not public any more."
        )
        _release(batch, "")
    return cohort


def _submit_all(batch: Batch, cohort: Cohort, connection: transports.Connection) -> str:
    """Submit what waits in a batch; return why it stopped before the end, "" where it did not."""
    tried: set[int] = set()
    while part := _next_part(batch, tried):
        tried.update(delivery.pk for delivery in part)
        results = transports.submit(part, cohort, connection)
        _record(results, timezone.now())
        if problem := next((r.detail for r in results if r.outcome.stops), ""):
            return problem
    return ""


def _next_part(batch: Batch, tried: set[int]) -> list[Delivery]:
    """Mark the next few deliveries as being submitted and return them; none if the claim is lost.

    Leaving counts from the moment it is done, so who still wants the mail is asked here.
    """
    now = timezone.now()
    with transaction.atomic():
        if not _ours(batch).update(lease_until=now + LEASE):
            return []
        batch.deliveries.no_longer_wanted().update(
            state=Delivery.State.SKIPPED, error="Left before it was sent."
        )
        waiting = batch.deliveries.to_send().exclude(pk__in=tried).order_by("pk")
        part = list(
            waiting.select_related("subscription__subscriber", "digest__newsletter")[:CHECKPOINT]
        )
        Delivery.objects.filter(pk__in=[delivery.pk for delivery in part]).update(
            state=Delivery.State.SUBMITTING
        )
    return part


def _record(results: Iterable[Result], now: datetime) -> None:
    """Write down what became of each delivery that was being submitted.

    One that was declared in doubt meanwhile is in doubt no more where it was accepted or refused:
    here is somebody who knows. It does not go back to waiting: its batch is closed.
    """
    with transaction.atomic():
        for outcome in Outcome:
            unsettled = [Delivery.State.SUBMITTING]
            if outcome.state != Delivery.State.PENDING:
                unsettled.append(Delivery.State.IN_DOUBT)
            group = [result for result in results if result.outcome is outcome]
            for detail in {result.detail for result in group}:
                numbers = [result.delivery_id for result in group if result.detail == detail]
                Delivery.objects.filter(pk__in=numbers, state__in=unsettled).update(
                    state=outcome.state,
                    error=detail,
                    sent_at=now if outcome is Outcome.ACCEPTED else None,
                )


def _release(batch: Batch, problem: str) -> None:
    """Let go of a batch: done where nothing waits in it, else to be claimed again after a while.

    Nothing happens where it is not ours any more.
    """
    now = timezone.now()
    with transaction.atomic():
        if not _ours(batch).update(lease_until=None, error=problem):
            return
        if batch.attempts >= MOST_ATTEMPTS:
            batch.deliveries.give_up(problem or "It was tried too often.")
        waits = batch.deliveries.filter(state=Delivery.State.PENDING).exists()
        _ours(batch).update(
            state=Batch.State.PENDING if waits else Batch.State.DONE,
            not_before=now + _wait(batch.attempts) if waits else now,
        )
    if waits:
        logger.warning("Batch %s goes on later: %s", batch.pk, problem)


def _wait(attempts: int) -> timedelta:
    minutes = WAITS[min(attempts, len(WAITS)) - 1]
    return timedelta(minutes=minutes * random.uniform(0.8, 1.2))


def _ours(batch: Batch):
    return Batch.objects.filter(pk=batch.pk, state=Batch.State.CLAIMED, claim=batch.claim)
