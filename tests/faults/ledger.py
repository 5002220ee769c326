"""Wait until digests have completed, and compare what was received with what is recorded."""

import time
from collections import Counter
from collections.abc import Callable, Mapping

from django.db.models import Count
from django.utils import timezone

from newsletter.models import Batch, Delivery, Digest

# Seconds between two looks; after which time is let pass where nothing moves, and all is lost.
LOOK = 0.05
STILL = 1
PATIENCE = 60

COUNTED = ("size", "sent", "failed", "skipped", "in_doubt")


def until(condition: Callable[[], object], what: str) -> None:
    """Wait until a condition holds; where nothing moves for a moment, time is let pass.

    Raises AssertionError, saying what was waited for and what is stuck, after a time of that.
    """
    seen = states()
    moved_at = passed_at = time.monotonic()
    while not condition():
        time.sleep(LOOK)
        now = time.monotonic()
        if (current := states()) != seen:
            seen, moved_at, passed_at = current, now, now
        assert now < moved_at + PATIENCE, f"It is not {what}. {report()}"
        if now > passed_at + STILL:
            let_time_pass()
            passed_at = now


def rest(look: Callable[[], object]) -> None:
    """Wait until what is looked at has not changed for a moment."""
    seen, changed_at = look(), time.monotonic()
    while time.monotonic() < changed_at + STILL:
        time.sleep(LOOK)
        if (now := look()) != seen:
            seen, changed_at = now, time.monotonic()


def settle() -> None:
    """Wait until every digest has completed by itself."""
    until(is_settled, "settled")


def let_time_pass() -> None:
    """Make it later for batches that wait for their time; the long pauses between attempts pass."""
    now = timezone.now()
    Batch.objects.filter(state=Batch.State.PENDING, not_before__gt=now).update(not_before=now)


def states() -> Counter[str]:
    """Return how many deliveries are in each state."""
    rows = Delivery.objects.order_by().values_list("state").annotate(number=Count("pk"))
    return Counter(dict(rows))


def report() -> str:
    """Return what there is to know about what is stuck."""
    digests = list(Digest.objects.values_list("state", "pause_reason"))
    open_ones = Batch.objects.open().values_list(
        "pk", "state", "attempts", "not_before", "queued_at", "lease_until", "error"
    )
    return f"{timezone.now()}: {digests}, {dict(states())}, open batches: {list(open_ones)}"


def assert_none_lost_or_repeated(
    received: Mapping[str, int], readers: set[str], most_in_doubt: int = 0, unsent: int = 0
) -> None:
    """Compare how many mails each address received with what the database says of it.

    Nothing is repeated and nothing is lost: each of ``readers`` has one delivery, what was sent was
    received once, what is in doubt once or not at all, and anything else not at all. ``unsent`` is
    how many failed or were skipped, each for a reason of its own; a fault is none.
    """
    rows = list(Delivery.objects.values_list("subscription__subscriber__email", "state"))
    state_of = dict(rows)
    assert len(rows) == len(state_of), "Somebody was planned twice."
    assert set(state_of) == readers
    assert set(received) <= readers
    times = {"sent": {1}, "failed": {0}, "skipped": {0}, "in_doubt": {0, 1}}
    wrong = {
        address: (state, received.get(address, 0))
        for address, state in state_of.items()
        if received.get(address, 0) not in times.get(state, set())
    }
    assert not wrong
    assert states()["in_doubt"] <= most_in_doubt
    assert states()["failed"] + states()["skipped"] == unsent
    for batch in Batch.objects.all():
        assert batch.state == Batch.State.DONE
        assert _counted(batch) == _true_counts(batch)


def _counted(batch: Batch) -> dict[str, int]:
    return {name: getattr(batch, name) for name in COUNTED}


def _true_counts(batch: Batch) -> dict[str, int]:
    true = Counter(batch.deliveries.values_list("state", flat=True))
    return {name: true.total() if name == "size" else true[name] for name in COUNTED}


def is_settled() -> bool:
    """Return whether there are digests, and all have completed."""
    digests = set(Digest.objects.values_list("state", flat=True))
    return bool(digests) and digests <= {Digest.State.SENT, Digest.State.EMPTY}
