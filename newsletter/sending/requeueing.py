"""Queue deliveries again: their batches are opened, and their digest goes on."""

from datetime import datetime
from typing import Any

from django.db import transaction

from ..models import Batch, Delivery, Digest
from ..querysets import DeliveryQuerySet


def requeue(deliveries: DeliveryQuerySet, now: datetime, state: str, **values: Any) -> int:
    """Queue those of ``deliveries`` that are in a state again; return how many that were.

    Those of a cancelled digest stay as they are. It goes batch by batch, so that nobody waits long
    for the locks. The digest is on probation then: few are sent before the others are.
    """
    chosen = deliveries.filter(state=state)
    numbers = chosen.order_by().values_list("batch_id", flat=True).distinct()
    batches = Batch.objects.filter(pk__in=list(numbers)).select_related("cohort").order_by("pk")
    return sum(_requeue(batch, chosen, now, values) for batch in batches)


def requeue_run(digest: Digest, now: datetime) -> None:
    """Queue those again that were refused in the run for which a digest is paused.

    Their errors stay: who is refused again, once the server accepts others, fails alone.
    """
    paused = Digest.objects.filter(pk=digest.pk, pause_code=Digest.PauseReason.REFUSED)
    for run in paused.values_list("refused", flat=True):
        requeue(Delivery.objects.filter(pk__in=run), now, Delivery.State.FAILED)


@transaction.atomic
def _requeue(
    batch: Batch, deliveries: DeliveryQuerySet, now: datetime, values: dict[str, Any]
) -> int:
    """Open a batch, and its digest; that is locked first, so that nobody marks it as sent.

    A batch that a worker has claimed waits again when the worker lets go of it.
    """
    digest = Digest.objects.select_for_update().get(pk=batch.cohort.digest_id)
    if digest.state == Digest.State.CANCELLED:
        return 0
    Batch.objects.select_for_update().get(pk=batch.pk)
    changes = deliveries.filter(batch=batch).requeued(**values)
    number = changes[Delivery.State.PENDING]
    if number:
        batches, digests = Batch.objects.filter(pk=batch.pk), Digest.objects.filter(pk=digest.pk)
        batches.add_counts(changes)
        batches.exclude(state=Batch.State.CLAIMED).update(
            state=Batch.State.PENDING, not_before=now, queued_at=None, attempts=0, error=""
        )
        digests.update(is_proven=False)
        digests.filter(state=Digest.State.SENT).update(state=Digest.State.SENDING, finished_at=None)
    return number
