"""Deliveries in doubt: nobody knows whether the provider accepted them.

None is ever sent again by itself. The provider's events settle them; providers that can be asked
are asked; for the others an editor decides, to count them as sent or to send them again.
"""

import logging
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import transaction
from django.db.models import Sum
from django.db.models.functions import Coalesce

from ..models import Batch, Delivery
from ..querysets import DeliveryQuerySet
from . import events, inquiries
from .requeueing import requeue

logger = logging.getLogger(__name__)

# Providers take a moment to show what they accepted; and they do not keep it for ever.
ASK_AFTER = timedelta(minutes=2)
ASK_UNTIL = timedelta(days=5)
# Between two rounds of questions about the same batch lies half its age, within these bounds.
SHORTEST_PAUSE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=12)
# In one round: so many questions, and so many seconds.
MOST_ASKED = 50
MOST_SECONDS = 30

_PREFIX = "newsletter.reconciling"
_PROVIDER = f"{_PREFIX}.provider"
_RELATED = ("subscription__subscriber", "digest__newsletter")


def report() -> dict[int, int]:
    """Return how many deliveries are in doubt, by the numbers of the digests that have any."""
    doubtful = Batch.objects.filter(in_doubt__gt=0).order_by()
    rows = doubtful.values("cohort__digest").annotate(total=Sum("in_doubt"))
    return {row["cohort__digest"]: row["total"] for row in rows}


def count_as_sent(deliveries: DeliveryQuerySet, now: datetime) -> int:
    """Count those of ``deliveries`` that are in doubt as sent; return how many that were."""
    return sum(_count_as_sent(batch, deliveries, now) for batch in _doubtful_batches(deliveries))


def send_again(deliveries: DeliveryQuerySet, now: datetime) -> int:
    """Have those of ``deliveries`` that are in doubt sent again; return how many that are.

    Their readers may get them twice: only an editor may ask for it. Those of a cancelled digest
    stay as they are. A batch that a worker has claimed waits again when the worker lets go of it.
    """
    return requeue(deliveries, now, Delivery.State.IN_DOUBT, error="")


def ask_providers(now: datetime) -> int:
    """Ask the provider about some deliveries in doubt; return how many are in doubt no more.

    What it knows of is settled. That it knows nothing of a mail proves nothing: it may not have
    looked it up yet, have thrown it away, or be another than it was sent through. So it stays in
    doubt, and is asked about again later, for some days.
    """
    provider = inquiries.provider()
    if not provider or _rests(_PROVIDER, now):
        return 0
    settled = 0
    ends_at = time.monotonic() + MOST_SECONDS
    for delivery in _to_ask_about(now):
        try:
            known = inquiries.ask(delivery, delivery.digest.created_at - ASK_AFTER)
        except inquiries.NoAnswer as error:
            logger.warning(str(error), extra={"delivery": delivery.pk})
            _rest(_PROVIDER, now + SHORTEST_PAUSE)
            break
        for event in known:
            events.receive(event, provider, now)
        settled += not _in_doubt(delivery)
        if time.monotonic() > ends_at:
            break
    return settled


def _doubtful_batches(deliveries: DeliveryQuerySet) -> list[Batch]:
    doubtful = deliveries.filter(state=Delivery.State.IN_DOUBT, batch__in_doubt__gt=0)
    batches = Batch.objects.filter(pk__in=doubtful.order_by().values("batch_id"))
    return list(batches.select_related("cohort").order_by("pk"))


@transaction.atomic
def _count_as_sent(batch: Batch, deliveries: DeliveryQuerySet, now: datetime) -> int:
    Batch.objects.select_for_update().get(pk=batch.pk)
    sent = {"sent_at": now, "error": ""}
    changes = deliveries.filter(batch=batch).moved(
        Delivery.State.SENT, came_from=Delivery.State.IN_DOUBT, **sent
    )
    Batch.objects.filter(pk=batch.pk).add_counts(changes)
    return changes[Delivery.State.SENT]


def _to_ask_about(now: datetime) -> Iterator[Delivery]:
    """Yield the deliveries that it is time to ask about, up to the number for one round.

    A batch that has more is gone on with in the next; one that was gone through rests.
    """
    room = MOST_ASKED
    doubtful = Batch.objects.filter(in_doubt__gt=0).annotate(
        since=Coalesce("queued_at", "not_before")
    )
    for batch in doubtful.filter(since__range=(now - ASK_UNTIL, now - ASK_AFTER)).order_by("pk"):
        resting, progress = f"{_PREFIX}.rest.{batch.pk}", f"{_PREFIX}.last.{batch.pk}"
        if _rests(resting, now):
            continue
        unasked = {"state": Delivery.State.IN_DOUBT, "pk__gt": cache.get(progress, 0)}
        part = batch.deliveries.filter(**unasked).order_by("pk")
        for delivery in part.select_related(*_RELATED)[:room]:
            cache.set(progress, delivery.pk, LONGEST_PAUSE.total_seconds())
            room -= 1
            yield delivery
        if not room:
            return
        cache.delete(progress)
        _rest(resting, now + min(max((now - batch.since) / 2, SHORTEST_PAUSE), LONGEST_PAUSE))


def _in_doubt(delivery: Delivery) -> bool:
    return Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.IN_DOUBT).exists()


# How far the questions have come is kept in the cache: if it is lost, some are asked once more.


def _rest(key: str, until: datetime) -> None:
    cache.set(key, until, LONGEST_PAUSE.total_seconds())


def _rests(key: str, now: datetime) -> bool:
    until = cache.get(key)
    return until is not None and now < until
