"""Who gets a digest? Cohorts, batches and deliveries, by statements over sets of rows.

Planning may be begun twice, by two workers at once, late, or again after it was killed: the
outcome is the same. The digest's posts are fixed when it is opened. Then each chunk of
subscriptions, in one transaction, gets its batches and deliveries and has its windows moved; a
chunk that is planned is due no more.
"""

import hashlib
import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate, islice
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from ..models import Batch, Cadence, Cohort, Delivery, Digest, Newsletter, Subscription
from ..models.subscription import TopicChoice
from ..querysets import Groups, SubscriptionQuerySet
from ..sending import pacing, restored
from . import owed, publications, selection

logger = logging.getLogger(__name__)

# A newsletter, a cadence, and the cutoff of the digest.
Window = tuple[Newsletter, Cadence, datetime]

# So many batches are planned in a transaction: each has a cost of its own, but a reader who changes
# something waits for the one that has the subscription.
BATCHES_AT_ONCE = 10


def due(now: datetime) -> Iterator[Window]:
    """Yield the newsletter, cadence and end of the window of each digest that is due.

    After a time out of work only the latest is: its windows reach back to the last one planned. A
    cadence that is offered no more goes on for those who have it.
    """
    settled = now - timedelta(seconds=settings.NEWSLETTER_SETTLE_SECONDS)
    windows = [
        (newsletter, cadence, newsletter.window_start(cadence, settled))
        for newsletter in Newsletter.objects.active()
        for cadence in Cadence
    ]
    yield from _unplanned(windows)


def plan(
    newsletter: Newsletter, cadence: str, until: datetime, now: datetime | None = None
) -> Digest | None:
    """Plan the digest of a newsletter and cadence for the window that ends at ``until``.

    Returns the digest; None where no subscription is due and it was not opened before, or its
    window has not ended yet. One that is opened too late is held, for an editor to decide.
    """
    now = _sooner(newsletter, now or timezone.now())
    digest = _opened(newsletter, cadence, until, now)
    if digest is None or digest.state != Digest.State.PLANNING:
        return digest
    for posts, due in _with_what_is_owed(digest):
        digest.posts.add(*posts)
        _plan_all(digest, posts, due, now)
    for posts, groups in _contents(digest).items():
        _plan_all(digest, posts, Subscription.objects.due_in(digest).in_groups(groups), now)
    return _closed(digest)


def _plan_all(
    digest: Digest, posts: Sequence[int], due: SubscriptionQuerySet, now: datetime
) -> None:
    """Plan the due subscriptions that get the same posts, chunk by chunk."""
    cohort = _cohort(digest, posts) if posts else None
    last: int | None = 0
    while last is not None:
        last = _plan_chunk(digest, cohort, due, last, now)


def _with_what_is_owed(
    digest: Digest,
) -> Iterator[tuple[tuple[int, ...], SubscriptionQuerySet]]:
    """Yield the posts that are owed from earlier digests, with the subscriptions that get them.

    They are planned before the others, and so are no longer due when the others are planned.
    """
    for each in owed.owed_in(digest):
        topics = _topics_of({each.topic_set})[each.topic_set]
        chosen = selection.choose(selection.candidates_of(digest), each.since, topics)
        yield tuple(dict.fromkeys([*chosen, *each.posts])), each.subscriptions


def _unplanned(windows: Sequence[Window]) -> Iterator[Window]:
    """Yield the windows whose planning has not begun, if a subscription is due, or not ended.

    It takes two queries for any number of newsletters.
    """
    digests = Digest.objects.filter(until__in={until for _, _, until in windows})
    states = {
        (newsletter, cadence, until): state
        for newsletter, cadence, until, state in digests.order_by().values_list(
            "newsletter", "cadence", "until", "state"
        )
    }
    keys = [(newsletter.pk, cadence.value, until) for newsletter, cadence, until in windows]
    waiting = Subscription.objects.due_windows([key for key in keys if key not in states])
    for key, window in zip(keys, windows, strict=True):
        if states.get(key) == Digest.State.PLANNING or key[:2] in waiting:
            yield window


def _sooner(newsletter: Newsletter, now: datetime) -> datetime:
    """Return our clock's time or the database's, whichever is the earlier.

    Where a worker's clock ran ahead, windows would be moved past posts that are yet to come, and
    these would be mailed to nobody.
    """
    return min(now, Newsletter.objects.values_list(Now(), flat=True).get(pk=newsletter.pk))


def _opened(newsletter: Newsletter, cadence: str, until: datetime, now: datetime) -> Digest | None:
    """Return the digest of a window; a new one has its posts fixed in the same transaction."""
    key = {"newsletter": newsletter, "cadence": cadence, "until": until}
    if digest := Digest.objects.filter(**key).first():
        return digest
    if until > now:
        logger.error(
            "%s, %s, is not planned: by the database's clock %s is yet to come",
            *key.values(),
            extra={"newsletter": newsletter.slug},
        )
        return None
    with transaction.atomic():
        publications.record(until, now)
        # Another worker may have opened it while this one waited for its turn.
        return Digest.objects.filter(**key).first() or _add(newsletter, cadence, until, now)


def _add(newsletter: Newsletter, cadence: str, until: datetime, now: datetime) -> Digest | None:
    waiting = Subscription.objects.due(newsletter, cadence, until)
    since = waiting.earliest_window()
    if since is None:
        return None
    posts = list(selection.posts_for(newsletter, since, until).values_list("pk", flat=True))
    digest = Digest(newsletter=newsletter, cadence=cadence, since=since, until=until)
    digest.may_repeat = bool(posts) and restored.may_repeat(digest)
    if digest.may_repeat or (posts and _is_too_late(waiting, until, now)):
        digest.state = Digest.State.HELD
    digest.save()
    digest.posts.set(posts)
    if digest.state == Digest.State.HELD:
        logger.warning(
            "%s is on hold, %s after it was due", digest, now - until, extra=_ids(digest)
        )
    return digest


def _is_too_late(waiting: SubscriptionQuerySet, until: datetime, now: datetime) -> bool:
    """Return whether a digest comes so late that an editor should be asked.

    It is in time for those who chose it only since it was due.
    """
    if now - until <= timedelta(hours=settings.NEWSLETTER_LATE_HOURS):
        return False
    return waiting.exclude(consent_records__at__gt=until).exists()


def _contents(digest: Digest) -> dict[tuple[int, ...], Groups]:
    """Return what a digest comes to, each as its posts, and the groups of readers that get it.

    Those who get nothing are among them.
    """
    candidates = selection.candidates_of(digest)
    windows = list(Subscription.objects.due_in(digest).windows())
    topics = _topics_of({topic_set for _, topic_set in windows})
    contents: dict = defaultdict(lambda: defaultdict(list))
    for since, topic_set in windows:
        posts = tuple(selection.choose(candidates, since, topics[topic_set]))
        contents[posts][since].append(topic_set)
    return contents


def _topics_of(topic_sets: set[int | None]) -> dict[int | None, frozenset[int] | None]:
    """Return the topics of each choice, by its number; None stands for all."""
    topics = defaultdict(set)
    choices = TopicChoice.objects.filter(topic_set__in=topic_sets - {None})
    for topic_set, topic in choices.values_list("topic_set", "topic"):
        topics[topic_set].add(topic)
    return {None: None, **{number: frozenset(chosen) for number, chosen in topics.items()}}


def _cohort(digest: Digest, posts: Sequence[int]) -> Cohort:
    key = hashlib.sha256(",".join(map(str, posts)).encode()).hexdigest()
    with transaction.atomic():
        cohort, is_new = Cohort.objects.get_or_create(digest=digest, key=key)
        if is_new:
            cohort.posts.set(posts)
    return cohort


@transaction.atomic
def _plan_chunk(
    digest: Digest, cohort: Cohort | None, due: SubscriptionQuerySet, after: int, now: datetime
) -> int | None:
    """Plan a chunk of the due subscriptions that get the same posts, from a primary key on.

    Returns the number of the last; None where there were none. The lock on the digest makes
    planners take turns; those on the subscriptions see to it that nobody leaves between being
    counted in and being planned.
    """
    if not Digest.objects.select_for_update().being_planned().filter(pk=digest.pk).exists():
        return None
    slots = _slots(digest.newsletter if cohort else None, now)
    due = due.filter(pk__gt=after).order_by("pk")
    locked = due.select_for_update(no_key=True).values_list("pk", flat=True)
    numbers = list(locked[: sum(slot.size for slot in slots)])
    if not numbers:
        return None
    chunk = due.filter(pk__lte=numbers[-1])
    if cohort:
        batches = _add_batches(cohort, pacing.fill(slots, len(numbers)))
        _add_deliveries(digest, batches, chunk, numbers)
        # Whoever has come to these groups since they were counted is planned or left, as a whole.
        delivered = Delivery.objects.filter(digest=digest, batch__in=batches)
        chunk = Subscription.objects.filter(
            pk__gt=after, pk__lte=numbers[-1], pk__in=delivered.values("subscription")
        )
    chunk.update(mailed_through=digest.until)
    return numbers[-1]


def _slots(newsletter: Newsletter | None, now: datetime) -> list[pacing.Slot]:
    """Return the places of the next batches of a newsletter; it is locked if it has a limit.

    What is mailed to nobody, of no newsletter, has none.
    """
    largest = settings.NEWSLETTER_BATCH_SIZE
    pace = pacing.Pace(None, None, UTC)
    if newsletter:
        pace = pacing.Pace(newsletter.most_an_hour, newsletter.warming_since, newsletter.time_zone)
    start = now
    if pace.limits(now, largest):
        locked = Newsletter.objects.select_for_update(no_key=True)
        paced_until = locked.values_list("paced_until", flat=True).get(pk=newsletter.pk)
        start = max(now, paced_until or now)
    return list(islice(pace.slots(start, largest), BATCHES_AT_ONCE))


def _add_batches(cohort: Cohort, slots: Sequence[pacing.Slot]) -> list[Batch]:
    """Add a batch for each slot, and have the newsletter's next begin where the last ends."""
    if any(slot.step for slot in slots):
        newsletters = Newsletter.objects.filter(pk=cohort.digest.newsletter_id)
        newsletters.update(paced_until=slots[-1].closes)
    return Batch.objects.bulk_create(
        Batch(cohort=cohort, size=slot.size, not_before=slot.opens) for slot in slots
    )


def _add_deliveries(
    digest: Digest, batches: Sequence[Batch], chunk: SubscriptionQuerySet, numbers: Sequence[int]
) -> None:
    """Add the deliveries of a chunk of subscriptions, of which these ``numbers`` were counted.

    One that came since is added too, and its batch is one larger.
    """
    ends = accumulate(batch.size for batch in batches)
    batch_of = {numbers[end - 1]: batch.pk for end, batch in zip(ends, batches, strict=True)}
    added = Delivery.objects.plan(digest, batch_of, chunk.select_for_update(no_key=True))
    if added > len(numbers):
        for batch in batches:
            Batch.objects.filter(pk=batch.pk).update(size=batch.deliveries.count())


@transaction.atomic
def _closed(digest: Digest) -> Digest:
    """Return the digest at the end of its planning: being sent, or with nothing to send.

    The lock keeps another planner from adding a batch between the question and the answer.
    """
    digest = Digest.objects.select_for_update().get(pk=digest.pk)
    if digest.state != Digest.State.PLANNING:
        return digest
    now = timezone.now()
    if Batch.objects.filter(cohort__digest=digest).exists():
        digest.state = Digest.State.SENDING
    else:
        digest.state, digest.finished_at = Digest.State.EMPTY, now
    digest.save(update_fields=["state", "finished_at"])
    Digest.objects.overtaken_by(digest).update(state=Digest.State.EMPTY, finished_at=now)
    logger.info("Planned %s: %s", digest, digest.state, extra=_ids(digest))
    return digest


def _ids(digest: Digest) -> dict[str, Any]:
    """Return what a line of the log says of a digest beside its words."""
    return {"digest": digest.pk, "newsletter": digest.newsletter.slug}
