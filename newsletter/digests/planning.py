"""Who gets a digest? Cohorts, batches and deliveries, by statements over sets of rows.

Planning may be begun twice, by two workers at once, late, or again after it was killed: the
outcome is the same. The digest's posts are fixed when it is opened. Then each chunk of
subscriptions, in one transaction, gets its deliveries and has its windows moved; a chunk that is
planned is due no more.
"""

import hashlib
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from ..models import Batch, Cadence, Cohort, Delivery, Digest, Newsletter, Subscription, TopicSet
from . import selection

logger = logging.getLogger(__name__)

Window = tuple[datetime, int | None]


def due(now: datetime) -> Iterator[tuple[Newsletter, str, datetime]]:
    """Yield the newsletter, cadence and end of the window of each digest that is due.

    After a time out of work only the latest is: its windows reach back to the last one planned. A
    cadence that is offered no more goes on for those who have it.
    """
    settled = now - timedelta(seconds=settings.NEWSLETTER_SETTLE_SECONDS)
    for newsletter in Newsletter.objects.active():
        for cadence in Cadence:
            until = newsletter.window_start(cadence, settled)
            if _is_unplanned(newsletter, cadence, until):
                yield newsletter, cadence, until


def plan(newsletter: Newsletter, cadence: str, until: datetime) -> Digest | None:
    """Plan the digest of a newsletter and cadence for the window that ends at ``until``.

    Returns the digest; None where no subscription is due and it was not opened before.
    """
    digest = _opened(newsletter, cadence, until)
    if digest is None or digest.state != Digest.State.PLANNING:
        return digest
    candidates = selection.candidates_of(digest)
    for window in Subscription.objects.due_in(digest).windows():
        cohort = _cohort(digest, candidates, window)
        while _plan_chunk(digest, cohort, window):
            pass
    return _closed(digest)


def _is_unplanned(newsletter: Newsletter, cadence: str, until: datetime) -> bool:
    digest = Digest.objects.filter(newsletter=newsletter, cadence=cadence, until=until).first()
    if digest:
        return digest.state == Digest.State.PLANNING
    return Subscription.objects.due(newsletter, cadence, until).exists()


def _opened(newsletter: Newsletter, cadence: str, until: datetime) -> Digest | None:
    """Return the digest of a window; a new one has its posts fixed in the same transaction."""
    since = Subscription.objects.due(newsletter, cadence, until).earliest_window()
    key = {"newsletter": newsletter, "cadence": cadence, "until": until}
    if since is None:
        return Digest.objects.filter(**key).first()
    with transaction.atomic():
        digest, is_new = Digest.objects.get_or_create(**key, defaults={"since": since})
        if is_new:
            digest.posts.set(selection.posts_for(newsletter, since, until))
    return digest


def _cohort(digest: Digest, candidates: list[selection.Candidate], window: Window) -> Cohort | None:
    """Return the cohort of a window; None where there is nothing for it."""
    since, topic_set = window
    posts = selection.choose(candidates, since, _topics(topic_set))
    if not posts:
        return None
    key = hashlib.sha256(",".join(map(str, posts)).encode()).hexdigest()
    with transaction.atomic():
        cohort, is_new = Cohort.objects.get_or_create(digest=digest, key=key)
        if is_new:
            cohort.posts.set(posts)
    return cohort


def _topics(topic_set: int | None) -> frozenset[int] | None:
    if topic_set is None:
        return None
    return frozenset(TopicSet.objects.get(pk=topic_set).topics.values_list("pk", flat=True))


@transaction.atomic
def _plan_chunk(digest: Digest, cohort: Cohort | None, window: Window) -> bool:
    """Plan some subscriptions of a window, and return whether there were any.

    The lock on the digest makes planners take turns; those on the subscriptions see to it that
    nobody leaves between being counted in and being planned.
    """
    if not Digest.objects.select_for_update().being_planned().filter(pk=digest.pk).exists():
        return False
    since, topic_set = window
    due = Subscription.objects.due_in(digest).filter(mailed_through=since, topic_set=topic_set)
    chunk = list(
        due.select_for_update()
        .order_by("pk")
        .values_list("pk", flat=True)[: settings.NEWSLETTER_BATCH_SIZE]
    )
    if not chunk:
        return False
    planned = Subscription.objects.filter(pk__in=chunk)
    if cohort:
        batch = Batch.objects.create(cohort=cohort, size=len(chunk))
        Delivery.objects.plan(batch, digest, planned)
    planned.update(mailed_through=digest.until)
    return True


@transaction.atomic
def _closed(digest: Digest) -> Digest:
    """Return the digest at the end of its planning: being sent, or with nothing to send.

    The lock keeps another planner from adding a batch between the question and the answer.
    """
    digest = Digest.objects.select_for_update().get(pk=digest.pk)
    if digest.state != Digest.State.PLANNING:
        return digest
    if Batch.objects.filter(cohort__digest=digest).exists():
        digest.state = Digest.State.SENDING
    else:
        digest.state, digest.finished_at = Digest.State.EMPTY, timezone.now()
    digest.save(update_fields=["state", "finished_at"])
    logger.info("Planned %s: %s", digest, digest.state)
    return digest
