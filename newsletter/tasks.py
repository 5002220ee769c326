"""Tasks: each calls the module that does the work. What is to be done stands in the database, so a
task that is lost, late or run twice does no harm: the next tick finds what is left.
"""

from datetime import datetime

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from . import alerts, ticks
from .digests import planning, pruning
from .models import Batch, Digest, Newsletter, Notice, SignUp
from .sending import batches, breaker, claims, reconciling, restored
from .subscribing import cleaning, notices, sign_ups

# So many messages about batches lie in the broker at once, however many batches wait.
MOST_QUEUED = 100


@shared_task
def tick() -> None:
    """Look for whatever is due, and have it done."""
    now = timezone.now()
    restored.check(now)
    claims.recover_abandoned(now)
    breaker.check(now)
    due = {(newsletter.pk, cadence, until) for newsletter, cadence, until in planning.due(now)}
    begun = Digest.objects.being_planned().values_list("newsletter_id", "cadence", "until")
    for newsletter_id, cadence, until in sorted(due | set(begun)):
        plan_digest.delay(newsletter_id, cadence, until.isoformat())
    queue_batches()
    if SignUp.objects.waiting().exists():
        process_sign_ups.delay()
    queue_notices()
    batches.finish_digests(now)
    ticks.record(now)
    alerts.queue_summaries(now)


@shared_task
def plan_digest(newsletter_id: int, cadence: str, until: str) -> None:
    """Plan a digest and have its batches sent."""
    newsletter = Newsletter.objects.select_related("section").get(pk=newsletter_id)
    planning.plan(newsletter, cadence, datetime.fromisoformat(until))
    queue_batches()


@shared_task
def send_batch(batch_id: int) -> None:
    """Send a batch, then wake other workers: its digest may have left probation."""
    batches.send(batch_id)
    queue_batches()
    batches.finish_digests(timezone.now())
    queue_batches()


@shared_task
def ask_providers() -> None:
    """Ask the provider about mails in doubt."""
    reconciling.ask_providers(timezone.now())


@shared_task
def process_sign_ups() -> None:
    """Process the stored sign-up forms."""
    sign_ups.process_stored(timezone.now())


@shared_task
def send_notice(notice_id: int) -> None:
    """Send a notice."""
    notices.send(notice_id, timezone.now())


@shared_task
def housekeeping() -> None:
    """Clear away what is of no more use."""
    cleaning.clean(timezone.now())
    pruning.prune(timezone.now())


def queue_batches() -> None:
    """Tell the workers of batches that can be sent, unless they have been told of enough.

    Each batch that is done calls for more, so that work does not run out between two ticks.
    """
    now = timezone.now()
    room = MOST_QUEUED - Batch.objects.queued(now).count()
    if room < MOST_QUEUED // 2:
        return
    with transaction.atomic():
        waiting = Batch.objects.to_queue(now).order_by("not_before", "pk").only("pk")
        chosen = [batch.pk for batch in waiting.locked_by_nobody()[:room]]
        Batch.objects.filter(pk__in=chosen).update(queued_at=now)
    for place, batch_id in enumerate(chosen):
        try:
            send_batch.delay(batch_id)
        except Exception:
            Batch.objects.filter(pk__in=chosen[place:]).update(queued_at=None)
            raise


def queue_notices() -> None:
    """Tell the workers of the notices that wait."""
    now = timezone.now()
    waiting = Notice.objects.to_queue(now).order_by("pk").values_list("pk", flat=True)
    for notice_id in list(waiting[:MOST_QUEUED]):
        Notice.objects.filter(pk=notice_id).update(queued_at=now)
        send_notice.delay(notice_id)
