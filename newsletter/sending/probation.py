"""Track whether the mail server accepts a digest, across all workers.

A digest begins on probation, and goes back to it after two failed calls in a row, whichever
workers made them. On probation one worker at a time hands over a small part, and after failures
the digest waits longer and longer before the next. Once the server accepts an email, all workers
go on with parts of full size. So a broken server affects only a few recipients.
"""

import logging
from datetime import datetime, timedelta

from django.db.models import F
from django.db.models.functions import Coalesce

from ..models import Digest
from . import controls
from .outcomes import Halt

logger = logging.getLogger(__name__)

# Recipients of a part on probation: of the first, and of one after failures.
FIRST_PART = 50
PROBE = 1

# Minutes before the second, third … attempt; the last is repeated.
WAITS = (1, 2, 5, 15, 30, 60)

# How long a digest is tried without an acceptance, and the minimum number of attempts: a site
# that was switched off in the meantime has made none.
PATIENCE = timedelta(days=3)
MIN_FAILURES = 3


def part_size(size: int, failures: int) -> int:
    """Return how many recipients a part has on probation, after ``failures`` in a row."""
    return min(size, PROBE if failures else FIRST_PART)


def wait(attempts: int) -> timedelta:
    """Return how long to wait after ``attempts`` that failed in a row."""
    return timedelta(minutes=WAITS[min(max(attempts, 1), len(WAITS)) - 1])


def record_progress(digest: Digest, is_accepted: bool) -> None:
    """Record that the server accepted or refused emails of a digest, so it is not given up.

    An acceptance alone ends the probation. It writes only where ``digest`` had trouble when it was
    last looked at.
    """
    values = controls.NO_FAILURES | ({"is_proven": True} if is_accepted else {})
    if any(getattr(digest, name) != value for name, value in values.items()):
        Digest.objects.filter(pk=digest.pk).update(**values)


def record_failure(digest: Digest, halt: Halt | None, now: datetime) -> None:
    """Record an attempt without progress; ``halt`` is the server's reason, if there is one.

    After the second failure of the server in a row the digest waits. Workers that fail while it
    waits had started before, and do not prolong the wait.
    """
    counted = Digest.objects.filter(pk=digest.pk).exclude(rest_until__gt=now)
    if not counted.update(failures=F("failures") + 1, failing_since=Coalesce("failing_since", now)):
        return
    failures = Digest.objects.values_list("failures", flat=True).get(pk=digest.pk)
    if halt is None:
        return
    pause = halt.retry_after or timedelta(0)
    if failures > 1:
        pause = max(pause, wait(failures - 1))
        Digest.objects.filter(pk=digest.pk).update(is_proven=False)
    if pause:
        _rest(digest, now + pause)


def _rest(digest: Digest, until: datetime) -> None:
    Digest.objects.filter(pk=digest.pk).update(rest_until=until)
    controls.postpone(digest, until)
    logger.warning(
        "Digest %s waits until %s because the mail server accepts nothing",
        digest.pk,
        until,
        extra=controls.ids_of(digest),
    )


def rest_until(digest: Digest) -> datetime | None:
    """Return the time until which a digest waits; None if it does not."""
    return Digest.objects.values_list("rest_until", flat=True).get(pk=digest.pk)


def is_over(digest: Digest, now: datetime) -> bool:
    """Return whether a digest has been tried long enough without an acceptance."""
    return Digest.objects.filter(
        pk=digest.pk, failing_since__lte=now - PATIENCE, failures__gte=MIN_FAILURES
    ).exists()
