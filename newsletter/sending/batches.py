"""Submit the emails of a batch, and record what became of each.

What the database says is always the cautious truth: before mails are handed over, their deliveries
are marked as being submitted, one checkpoint at a time. Whoever dies leaves those few in doubt, and
the rest of the batch to be claimed again.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import override

from ..digests.rendering import Unrenderable, render
from ..models import Batch, Cohort, Delivery, Digest, Subscription
from ..querysets import DeliveryQuerySet
from . import controls, probation, refusals, transports
from .claims import claim, ids_of, lease, log, log_end, note_failure, ours, release
from .outcomes import STOPPING, Halt, Outcome, Recipient, Result, Withdrawal
from .recording import persistently, record
from .requeueing import requeue_run

logger = logging.getLogger(__name__)

# Set when the worker is to stop: it goes on to the next checkpoint and lets go of its batches.
stopping = threading.Event()


def send(batch_id: int) -> None:
    """Send a batch, unless somebody else has claimed it, it is done, or its time has not come."""
    batch = claim(batch_id, timezone.now())
    if batch is None:
        return
    log(logging.INFO, "is begun, attempt %s", batch, batch.attempts)
    began, halt = time.monotonic(), None
    try:
        cohort = _content_of(batch)
        language = cohort.digest.newsletter.language
        with transports.open_transport() as transport, override(language):
            _submit_all(batch, cohort, transport)
    except Halt as error:
        halt = error
    if halt and halt.outcome in PAUSING:
        PAUSING[halt.outcome](batch.cohort.digest, halt, timezone.now())
    persistently(note_failure, batch, halt)
    persistently(release, batch, halt)
    persistently(requeue_run, batch.cohort.digest, timezone.now())
    log_end(batch, time.monotonic() - began)


def _pause_without_login(digest: Digest, halt: Halt, now: datetime) -> None:
    controls.pause(digest, halt.detail, now, Digest.PauseReason.CREDENTIALS)


# The outcomes that an editor must resolve.
PAUSING = {Outcome.UNAUTHORIZED: _pause_without_login, Outcome.TURNED_AWAY: refusals.pause}


def finish_digests(now: datetime) -> None:
    """Mark as sent the digests of which nothing is left to be done, even if they are paused."""
    for digest in Digest.objects.all_sent():
        refusals.settle(digest, now)
        with transaction.atomic():
            # An editor may have emails sent again: whoever locks the digest first decides.
            Digest.objects.select_for_update().get(pk=digest.pk)
            finished = Digest.objects.all_sent().filter(pk=digest.pk)
            finished.update(state=Digest.State.SENT, finished_at=now, **controls.NOT_PAUSED)


def _content_of(batch: Batch) -> Cohort:
    """Return the content to send.

    Raises Halt where there is none, or it is not to be sent now.
    """
    _check_under_way(batch.cohort.digest)
    try:
        cohort = render(batch.cohort)
    except Unrenderable as error:
        logger.exception(
            "Digest %s cannot be rendered", batch.cohort.digest_id, extra=ids_of(batch)
        )
        code = Digest.PauseReason.UNRENDERABLE
        controls.pause(batch.cohort.digest, str(error), timezone.now(), code)
        raise Halt("The digest is paused.", is_fault=False) from error
    except Exception as error:
        logger.exception("Batch %s cannot be rendered", batch.pk, extra=ids_of(batch))
        raise Halt(f"The digest cannot be rendered: {error}") from error
    if cohort is None:
        raise Withdrawal(Delivery.SkipReason.WITHDRAWN)
    return cohort


def _check_under_way(digest: Digest) -> None:
    """Raise Halt where a digest is not to be sent, or not now."""
    if digest.state == Digest.State.CANCELLED:
        raise Withdrawal(Delivery.SkipReason.CANCELLED)
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
        results = persistently(refusals.judge, batch, results, timezone.now())
        persistently(_note_answers, batch, results)
        halt = _halt_of(results)
        if halt or stopping.is_set():
            persistently(_checkpoint, batch, results, seconds, 0)
            raise halt or Halt("The worker was stopped.", is_fault=False)
    digest = Digest.objects.select_related("newsletter").get(pk=batch.cohort.digest_id)
    _check_under_way(digest)
    if not digest.is_proven and not batch.is_probe:
        raise Halt("The digest is on probation.", is_fault=False)
    if digest.is_proven and batch.is_probe:
        # The task that ends here wakes the other workers.
        raise Halt("", is_fault=False)


def _note_answers(batch: Batch, results: Sequence[Result]) -> None:
    """Note that the server has answered, where it did."""
    outcomes = {result.outcome for result in results}
    if outcomes & {Outcome.ACCEPTED, Outcome.REFUSED}:
        batch.has_progressed = True
        probation.record_progress(batch.cohort.digest, Outcome.ACCEPTED in outcomes)


def _halt_of(results: Sequence[Result]) -> Halt | None:
    """Return why nothing more is to be handed over; None where there is no reason."""
    problems = [result for result in results if result.outcome.stops]
    if not problems:
        return None
    problem = min(problems, key=lambda result: STOPPING.index(result.outcome))
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
    is_ours = ours(batch).update(lease_until=now + lease())
    if not is_ours:
        Batch.objects.select_for_update().get(pk=batch.pk)
    changes = record(batch, results, now)
    part: list[Recipient] = []
    size = _size_of_part(batch, size) if is_ours else 0
    if size:
        part = _next_part(batch, results, size, changes)
    Batch.objects.filter(pk=batch.pk).add_counts(
        changes,
        submissions=F("submissions") + (1 if results else 0),
        submission_seconds=F("submission_seconds") + seconds,
    )
    return part


def _size_of_part(batch: Batch, size: int) -> int:
    """Return how many recipients the next part may have; 0 where none is to be handed over now.

    How the server takes the digest is looked at here, for the part to come.
    """
    digest = Digest.objects.under_way().filter(pk=batch.cohort.digest_id).first()
    if digest is None or not size:
        return 0
    newsletter, batch.cohort.digest = batch.cohort.digest.newsletter, digest
    digest.newsletter = newsletter
    if not digest.is_proven:
        return probation.part_size(size, digest.failures) if batch.is_probe else 0
    if batch.is_probe and _others_wait(batch):
        return 0
    batch.is_probe = False
    return size


def _others_wait(batch: Batch) -> bool:
    """Return whether other batches of a digest are to be sent."""
    others = Batch.objects.claimable(timezone.now()).exclude(pk=batch.pk)
    return others.filter(cohort__digest=batch.cohort.digest_id).exists()


def _next_part(
    batch: Batch, results: Sequence[Result], size: int, changes: Counter[str]
) -> list[Recipient]:
    """Return the next part after the one that ``results`` are of; there are none before the first.

    Each delivery is tried once while a batch is claimed, in order. A batch that finds out whether
    the server takes mail begins with deliveries that nothing was said of: who was refused before
    tells less. The part after that one begins with the earliest again, and leaves those out.
    """
    if not results:
        batch.tried_first = frozenset()
        if batch.is_probe:
            part = _mark_next(batch, batch.deliveries.untroubled(), 0, size, changes)
            batch.tried_first = frozenset(recipient.delivery_id for recipient in part)
            if part:
                return part
    tried = [r.delivery_id for r in results if r.outcome is not Outcome.UNTRIED]
    batch.tried_first -= {r.delivery_id for r in results} - set(tried)
    in_order = [pk for pk in tried if pk not in batch.tried_first]
    waiting = batch.deliveries.exclude(pk__in=batch.tried_first)
    return _mark_next(batch, waiting, in_order[-1] if in_order else 0, size, changes)


def _mark_next(
    batch: Batch, waiting: DeliveryQuerySet, last: int, size: int, changes: Counter[str]
) -> list[Recipient]:
    """Mark the first of ``waiting`` after a key as being submitted, and return whom they go to.

    Leaving counts from the moment it is done, so who still wants the mail is asked here. Deliveries
    that are marked already were so by ourselves, and not handed over: the answer got lost.
    """
    while rows := list(waiting.to_submit(last, size).recipients()):
        part = [Recipient(*row[:-1]) for row in rows if row[-1]]
        numbers = [recipient.delivery_id for recipient in part]
        unwanted = {row[0] for row in rows} - set(numbers)
        if unwanted:
            changes.update(_skip(batch.deliveries.filter(pk__in=unwanted)))
        if part:
            batch.deliveries.numbered(numbers).update(state=Delivery.State.SUBMITTING)
            return part
        last = rows[-1][0]
    return []


def _skip(deliveries: DeliveryQuerySet) -> Counter[str]:
    """Skip deliveries to readers who get nothing any more, and return how the counts changed."""
    suppressed = deliveries.filter(subscription__state=Subscription.State.SUPPRESSED)
    changes = suppressed.skipped(Delivery.SkipReason.SUPPRESSED)
    changes.update(deliveries.skipped(Delivery.SkipReason.UNSUBSCRIBED))
    return changes
