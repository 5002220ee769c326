"""Stop a digest, let it go on, or end it: each takes effect before the next checkpoint."""

import logging
from datetime import datetime
from typing import Any

from django.utils import timezone

from ..models import Batch, Digest, Subscription
from .requeueing import requeue_run

logger = logging.getLogger(__name__)

NOT_PAUSED = {"paused_at": None, "pause_code": "", "pause_reason": ""}
# The server has answered, or nobody has asked it for as long as the digest was paused.
NO_FAILURES = {"failures": 0, "failing_since": None, "rest_until": None}


def pause(digest: Digest, reason: str, now: datetime, code: str = "") -> bool:
    """Pause a digest until somebody resumes it. Return whether it was not paused already.

    ``code`` is the ``PauseReason`` where the site pauses it, and ``reason`` the details.
    """
    going = Digest.objects.filter(pk=digest.pk, paused_at=None).filter(
        state__in=[Digest.State.PLANNING, Digest.State.SENDING]
    )
    paused = going.update(paused_at=now, pause_code=code, pause_reason=reason)
    if paused:
        logger.warning("Digest %s is paused: %s %s", digest.pk, code, reason, extra=ids_of(digest))
    return bool(paused)


def resume(digest: Digest) -> bool:
    """Resume a paused digest. Return whether it was paused.

    It begins on probation.
    """
    paused = Digest.objects.filter(pk=digest.pk).exclude(paused_at=None).first()
    if paused is None:
        return False
    requeue_run(paused, timezone.now())
    values = {"is_proven": False, "refused": []}
    return bool(
        Digest.objects.filter(pk=digest.pk)
        .exclude(paused_at=None)
        .update(**values, **NOT_PAUSED, **NO_FAILURES)
    )


def cancel(digest: Digest, now: datetime) -> bool:
    """End a digest that is being sent: what waits is not sent. Return whether there was anything.

    One that is being planned cannot be cancelled: some of its readers would get its posts with the
    next, others never. A late one that is held can; its posts come with the next.
    """
    cancellable = Digest.objects.filter(
        pk=digest.pk, state__in=[Digest.State.HELD, Digest.State.SENDING]
    )
    return bool(cancellable.update(state=Digest.State.CANCELLED, finished_at=now, **NOT_PAUSED))


def mark_sent(digest: Digest, now: datetime) -> bool:
    """End a digest on hold whose readers have its posts: the next holds only later ones.

    Return whether it was on hold.
    """
    held = Digest.objects.filter(pk=digest.pk, state=Digest.State.HELD)
    if not held.update(state=Digest.State.CANCELLED, finished_at=now):
        return False
    Subscription.objects.due_in(digest).update(mailed_through=digest.until)
    return True


def release(digest: Digest) -> bool:
    """Send a digest that is on hold. Return whether it was on hold."""
    held = Digest.objects.filter(pk=digest.pk, state=Digest.State.HELD)
    return bool(held.update(state=Digest.State.PLANNING))


def ids_of(digest: Digest) -> dict[str, Any]:
    """Return what a line of the log says of a digest beside its words."""
    return {"digest": digest.pk, "newsletter": digest.newsletter.slug}


def postpone(digest: Digest, until: datetime) -> None:
    """Have the batches of a digest wait at least until then."""
    Batch.objects.filter(
        cohort__digest=digest, state=Batch.State.PENDING, not_before__lt=until
    ).update(not_before=until)
