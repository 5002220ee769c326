"""Write down what became of deliveries, and keep their batch's counts.

Who changes deliveries locks their batch first, by an update or ``select_for_update``: so counts are
right. Nobody waits for each other in a circle, since all lock in this order: digest, batch,
delivery, suppression, subscription.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection

from ..models import Batch, Delivery
from .outcomes import Outcome, Result

logger = logging.getLogger(__name__)

T = TypeVar("T")

# Seconds between attempts to reach a database that is away: four minutes in all.
DATABASE_WAITS = (0.2, 0.5, 1, 2, 4, 8, 15, 30, 30, 30, 60, 60)


def record(batch: Batch, results: Sequence[Result], now: datetime) -> Counter[str]:
    """Write down what became of deliveries that were being submitted; return how counts changed.

    One that was declared in doubt meanwhile is in doubt no more where it was accepted or refused:
    here is somebody who knows. It does not go back to waiting: its batch is closed.
    """
    changes: Counter[str] = Counter()
    groups: dict[tuple[Outcome, str], list[int]] = {}
    for result in results:
        groups.setdefault((result.outcome, result.detail), []).append(result.delivery_id)
    for (outcome, detail), numbers in groups.items():
        values = {"error": detail, "sent_at": now if outcome is Outcome.ACCEPTED else None}
        deliveries = batch.deliveries.numbered(numbers)
        moved = deliveries.moved(outcome.state, came_from=Delivery.State.SUBMITTING, **values)
        changes.update(moved)
        if moved[outcome.state] < len(numbers) and outcome in (Outcome.ACCEPTED, Outcome.REFUSED):
            doubt = Delivery.State.IN_DOUBT
            changes.update(deliveries.moved(outcome.state, came_from=doubt, **values))
    return changes


def persistently(work: Callable[..., T], *args: object) -> T:
    """Do what must not be forgotten again while the database is away, and return its answer.

    Raises OperationalError or InterfaceError where it stays away.
    """
    for wait in DATABASE_WAITS:
        try:
            return work(*args)
        except (OperationalError, InterfaceError) as error:
            if connection.in_atomic_block:
                raise
            logger.warning("The database is away: %s", error)
            connection.close()
            time.sleep(wait)
    return work(*args)
