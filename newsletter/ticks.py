"""The trace that each tick leaves: that the clock ticks, and how far digests had come by then."""

from collections import Counter
from datetime import datetime, timedelta

from .models import Batch, Digest, Tick

KEPT = timedelta(minutes=15)


def record(now: datetime) -> None:
    """Leave the trace of a tick; the latest ones are kept."""
    Tick.objects.filter(at__lt=now - KEPT).delete()
    Tick.objects.create(at=now, done=done_by_digest())


def first_since(moment: datetime) -> Tick | None:
    """Return the first tick since then; None where there was none."""
    return Tick.objects.filter(at__gte=moment).first()


def latest() -> datetime | None:
    """Return when the clock ticked last; None where that is not known."""
    return Tick.objects.order_by("-at").values_list("at", flat=True).first()


def done_by_digest() -> dict[str, int]:
    """Return how many mails of each open digest came to an end, by its number, written out."""
    open_ones = Digest.objects.filter(state__in=[Digest.State.PLANNING, Digest.State.SENDING])
    counts = Batch.objects.filter(cohort__digest__in=open_ones).counts_by_digest()
    return {str(pk): ended(number) for pk, number in counts.items()}


def ended(counts: Counter[str]) -> int:
    """Return how many mails came to an end, whichever, of what batches count."""
    return sum(counts[end] for end in ("sent", "failed", "skipped", "in_doubt"))
