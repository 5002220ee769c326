"""Tasks: each calls the module that does the work. What is to be done stands in the database, so a
task that is lost, late or run twice does no harm: the next tick finds what is left.
"""

from datetime import datetime

from celery import shared_task
from django.utils import timezone

from .digests import planning
from .models import Batch, Digest, Newsletter, Notice
from .sending import batches
from .subscribing import cleaning, notices


@shared_task
def tick() -> None:
    """Look for whatever is due, and have it done."""
    now = timezone.now()
    batches.recover_abandoned(now)
    for newsletter, cadence, until in planning.due(now):
        plan_digest.delay(newsletter.pk, cadence, until.isoformat())
    for digest in Digest.objects.being_planned():
        plan_digest.delay(digest.newsletter_id, digest.cadence, digest.until.isoformat())
    queue_batches()
    for notice_id in Notice.objects.unsent(now).values_list("pk", flat=True):
        send_notice.delay(notice_id)
    batches.finish_digests(now)


@shared_task
def plan_digest(newsletter_id: int, cadence: str, until: str) -> None:
    """Plan a digest and have its batches sent."""
    newsletter = Newsletter.objects.select_related("section").get(pk=newsletter_id)
    planning.plan(newsletter, cadence, datetime.fromisoformat(until))
    queue_batches()


@shared_task
def send_batch(batch_id: int) -> None:
    """Send a batch."""
    batches.send(batch_id)
    batches.finish_digests(timezone.now())


@shared_task
def send_notice(notice_id: int) -> None:
    """Send a notice."""
    notices.send(notice_id, timezone.now())


@shared_task
def housekeeping() -> None:
    """Clear away what is of no more use."""
    cleaning.clean(timezone.now())


def queue_batches() -> None:
    """Tell the workers of the batches that can be sent."""
    now = timezone.now()
    waiting = Batch.objects.to_queue(now).order_by("pk").values_list("pk", flat=True)
    for batch_id in list(waiting):
        if Batch.objects.to_queue(now).filter(pk=batch_id).update(queued_at=now):
            send_batch.delay(batch_id)
