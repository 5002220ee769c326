"""Tell refusals of single recipients from a server that refuses every recipient.

A relay that is set up wrongly refuses each recipient for good, often in the words of a mailbox that
does not exist. So refusals are held against their recipients only once the server has accepted an
email after them. Until then they are a run, which all workers of a digest share. A run that is too
long, or a part of which most was refused, pauses the digest, and who was refused is queued again.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import takewhile

from django.db import transaction

from ..models import Batch, Delivery, Digest
from . import controls, events
from .outcomes import Halt, Outcome, Result
from .requeueing import requeue_run

# Refusals in a row that pause a digest: before anything was accepted, and afterwards.
MAX_RUN_UNPROVEN = 3
MAX_RUN = 10
# Refusals in one part of a batch that pause the digest, if they are more than half of it.
MIN_MAJORITY = 5


def judge(batch: Batch, results: Sequence[Result], now: datetime) -> list[Result]:
    """Return the results of a part in the form in which they are recorded.

    Where the server refuses everybody, refusals become ``TURNED_AWAY``: known not to have been
    accepted, and no fault of the recipient. Otherwise those that an acceptance has followed may
    suppress their recipients.
    """
    digest = batch.cohort.digest
    is_accepted = any(result.outcome is Outcome.ACCEPTED for result in results)
    is_refused = any(result.outcome is Outcome.REFUSED for result in results)
    if not is_refused and not (is_accepted and digest.refused):
        return list(results)
    before, is_servers_fault = _extend_run(digest, results)
    if is_servers_fault:
        return [_turned_away(result) for result in results]
    if is_accepted:
        head = results[: len(results) - len(_tail(results))]
        events.refused([*_results_of(before), *head], now)
    return list(results)


def pause(digest: Digest, halt: Halt, now: datetime) -> None:
    """Pause a digest whose recipients the server refuses, and queue these again."""
    controls.pause(digest, halt.detail, now, Digest.PauseReason.REFUSED)
    requeue_run(digest, now)


def settle(digest: Digest, now: datetime) -> None:
    """At the end of a digest, attribute its last refusals to their recipients if they are few.

    With more, it is unknown whether the server had begun to refuse everybody.
    """
    if digest.is_proven and len(digest.refused) < MAX_RUN_UNPROVEN:
        events.refused(_results_of(digest.refused), now)
    if digest.refused:
        Digest.objects.filter(pk=digest.pk).update(refused=[])


@transaction.atomic
def _extend_run(digest: Digest, results: Sequence[Result]) -> tuple[list[int], bool]:
    """Add the refusals of a part to the run, and end those that an acceptance has followed.

    ``digest`` is as it was when the part was begun. What other workers recorded since was refused
    while the part was under way: an acceptance of the part may be older, and does not end it.
    Returns the refusals that ended, and whether the fault is the server's.
    """
    locked = Digest.objects.select_for_update().get(pk=digest.pk)
    earlier = [pk for pk in locked.refused if pk in digest.refused]
    run, is_servers_fault = _judged(locked, results, earlier)
    if run != locked.refused:
        is_proven = locked.is_proven and not is_servers_fault
        Digest.objects.filter(pk=digest.pk).update(refused=run, is_proven=is_proven)
    return earlier, is_servers_fault


def _judged(
    digest: Digest, results: Sequence[Result], earlier: Sequence[int]
) -> tuple[list[int], bool]:
    """Return the run of refusals after a part, and whether the fault is the server's.

    ``earlier`` are the refusals that an acceptance of the part ends.
    """
    refused = _refused(results)
    everybody = list(dict.fromkeys([*digest.refused, *refused]))
    if digest.pause_code == Digest.PauseReason.REFUSED:
        return everybody, bool(refused)
    accepted = sum(result.outcome is Outcome.ACCEPTED for result in results)
    counted = _first_time(refused) if digest.is_proven else set(refused)
    run = [number for number in _refused(_tail(results)) if number in counted]
    kept = [pk for pk in digest.refused if not accepted or pk not in earlier]
    run = list(dict.fromkeys([*kept, *run]))
    limit = MAX_RUN if digest.is_proven or accepted else MAX_RUN_UNPROVEN
    is_majority = len(counted) >= MIN_MAJORITY and len(counted) > accepted
    return (everybody, True) if is_majority or len(run) >= limit else (run, False)


def _tail(results: Sequence[Result]) -> list[Result]:
    """Return the results after the last acceptance."""
    after = takewhile(lambda result: result.outcome is not Outcome.ACCEPTED, reversed(results))
    return list(after)[::-1]


def _refused(results: Sequence[Result]) -> list[int]:
    return [result.delivery_id for result in results if result.outcome is Outcome.REFUSED]


def _first_time(numbers: Sequence[int]) -> set[int]:
    """Return the deliveries that had no trouble before.

    A recipient who is refused again, while the server accepts others, is refused individually.
    """
    troubled = Delivery.objects.filter(pk__in=numbers).exclude(error="")
    return set(numbers) - set(troubled.values_list("pk", flat=True))


def _results_of(numbers: Sequence[int]) -> list[Result]:
    rows = Delivery.objects.filter(pk__in=numbers, state=Delivery.State.FAILED)
    return [Result(pk, Outcome.REFUSED, words) for pk, words in rows.values_list("pk", "error")]


def _turned_away(result: Result) -> Result:
    is_refused = result.outcome is Outcome.REFUSED
    return result._replace(outcome=Outcome.TURNED_AWAY) if is_refused else result
