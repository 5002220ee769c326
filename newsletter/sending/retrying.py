"""Send a digest to readers who missed it, at an editor's request.

That is who was refused, or tried in vain, and who was skipped while the posts were withdrawn or the
address was suppressed. Nobody is sent a digest whose email a server has accepted, or may have; nor
who has unsubscribed, or is suppressed.
"""

from datetime import datetime

from django.db.models import Q

from ..digests import selection
from ..models import Batch, Cohort, Delivery, Digest, Subscription
from ..querysets import DeliveryQuerySet
from .requeueing import requeue

# Whoever unsubscribed meanwhile is not asked again, even if they have come back.
SKIPPED_FOR = [Delivery.SkipReason.WITHDRAWN, Delivery.SkipReason.SUPPRESSED]


def unsent(digest: Digest) -> DeliveryQuerySet:
    """Return the deliveries of a digest that failed or were skipped, found by its batches."""
    batches = Batch.objects.filter(cohort__digest=digest).not_sent_to_all()
    return Delivery.objects.filter(batch__in=batches).refused_or_skipped()


def retryable(digest: Digest) -> DeliveryQuerySet:
    """Return those of them that may be sent now: to active subscriptions, of posts to be mailed.

    Posts and cohorts are few and looked up first: as subqueries they nest too deeply for SQLite.
    """
    posts = selection.mailable(digest.posts.all(), digest.newsletter).values_list("pk", flat=True)
    cohorts = Cohort.objects.filter(digest=digest, posts__in=list(posts)).distinct()
    skipped = Q(state=Delivery.State.SKIPPED, error__in=SKIPPED_FOR)
    return unsent(digest).filter(
        Q(state=Delivery.State.FAILED) | skipped,
        subscription__state=Subscription.State.ACTIVE,
        batch__cohort__in=list(cohorts.values_list("pk", flat=True)),
    )


def retry(digest: Digest, now: datetime) -> int:
    """Queue what may be sent of a digest again, and return how many deliveries that is."""
    states = (Delivery.State.FAILED, Delivery.State.SKIPPED)
    return sum(requeue(retryable(digest), now, state, error="") for state in states)
