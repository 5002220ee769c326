"""Stop a digest, let it go on, or end it: each takes effect before the next checkpoint."""

import logging
from datetime import datetime
from typing import Any

from ..models import Batch, Digest, Subscription

logger = logging.getLogger(__name__)


def pause(digest: Digest, reason: str, now: datetime) -> bool:
    """Have a digest wait until somebody lets it go on. Return whether it did not wait already."""
    going = Digest.objects.filter(pk=digest.pk, paused_at=None).filter(
        state__in=[Digest.State.PLANNING, Digest.State.SENDING]
    )
    paused = going.update(paused_at=now, pause_reason=reason)
    if paused:
        logger.warning("Digest %s is paused: %s", digest.pk, reason, extra=_ids(digest))
    return bool(paused)


def resume(digest: Digest) -> bool:
    """Let a digest that waits go on. Return whether it did wait."""
    return bool(
        Digest.objects.filter(pk=digest.pk)
        .exclude(paused_at=None)
        .update(paused_at=None, pause_reason="")
    )


def cancel(digest: Digest, now: datetime) -> bool:
    """End a digest that is being sent: what waits is not sent. Return whether there was anything.

    One that is being planned cannot be cancelled: some of its readers would get its posts with the
    next, others never. A late one that is held can; its posts come with the next.
    """
    cancellable = Digest.objects.filter(
        pk=digest.pk, state__in=[Digest.State.HELD, Digest.State.SENDING]
    )
    return bool(
        cancellable.update(
            state=Digest.State.CANCELLED, finished_at=now, paused_at=None, pause_reason=""
        )
    )


def mark_sent(digest: Digest, now: datetime) -> bool:
    """End a digest on hold whose readers have its posts: the next holds later ones alone.

    Return whether it was on hold.
    """
    held = Digest.objects.filter(pk=digest.pk, state=Digest.State.HELD)
    if not held.update(state=Digest.State.CANCELLED, finished_at=now):
        return False
    Subscription.objects.due_in(digest).update(mailed_through=digest.until)
    return True


def release(digest: Digest) -> bool:
    """Have a digest on hold sent after all. Return whether it was on hold."""
    held = Digest.objects.filter(pk=digest.pk, state=Digest.State.HELD)
    return bool(held.update(state=Digest.State.PLANNING))


def _ids(digest: Digest) -> dict[str, Any]:
    """Return what a line of the log says of a digest beside its words."""
    return {"digest": digest.pk, "newsletter": digest.newsletter.slug}


def postpone(digest: Digest, until: datetime) -> None:
    """Have the batches of a digest wait at least until then."""
    Batch.objects.filter(
        cohort__digest=digest, state=Batch.State.PENDING, not_before__lt=until
    ).update(not_before=until)
