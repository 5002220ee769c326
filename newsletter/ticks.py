"""The trace that each tick leaves: that the clock ticks, and how far digests had come by then."""

from collections import Counter
from datetime import datetime, timedelta

from .models import Batch, Digest, Tick

KEPT = timedelta(minutes=15)
LATELY = timedelta(minutes=5)


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


def have_run_for(span: timedelta, now: datetime) -> bool:
    """Return whether ticks have been recorded for at least ``span``, of those that are kept."""
    return Tick.objects.filter(at__lte=now - span).exists()


def is_sending(now: datetime) -> bool:
    """Return whether a worker has claimed a batch, or emails were finished lately."""
    if Batch.objects.filter(state=Batch.State.CLAIMED, lease_until__gte=now).exists():
        return True
    before, done = first_since(now - LATELY), done_by_digest()
    return before is not None and any(done[key] > before.done.get(key, 0) for key in done)


def done_by_digest() -> dict[str, int]:
    """Return how many mails of each open digest came to an end, by its number, written out."""
    open_ones = Digest.objects.filter(state__in=[Digest.State.PLANNING, Digest.State.SENDING])
    counts = Batch.objects.filter(cohort__digest__in=open_ones).counts_by_digest()
    return {str(pk): ended(number) for pk, number in counts.items()}


def ended(counts: Counter[str]) -> int:
    """Return how many mails came to an end, whichever, of what batches count."""
    return sum(counts[end] for end in ("sent", "failed", "skipped", "in_doubt"))
