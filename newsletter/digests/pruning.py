"""Clear away deliveries of digests that were finished long ago, and what their mails said.

Batches stay, with their counts: so reports stay as they were. What is in doubt stays too.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef

from ..models import Cohort, Delivery, Digest

# So many deliveries are deleted in one transaction.
CHUNK = 5_000


def prune(now: datetime) -> None:
    """Clear away what is older than NEWSLETTER_KEEP_DELIVERIES_DAYS. Twice does no harm."""
    limit = now - timedelta(days=settings.NEWSLETTER_KEEP_DELIVERIES_DAYS)
    old = Digest.objects.finished_before(limit)
    oldest = Delivery.objects.settled().order_by("pk").first()
    if oldest:
        # Those made before the digest of the oldest have none left, or come in a later run.
        for digest in old.filter(pk__gte=oldest.digest_id):
            while _delete_chunk(digest):
                pass
    left = Delivery.objects.filter(batch__cohort=OuterRef("pk"))
    cohorts = Cohort.objects.filter(digest__in=old).exclude(html="")
    cohorts.filter(~Exists(left)).update(html="", text="")


def _delete_chunk(digest: Digest) -> bool:
    """Delete some deliveries of a digest, and return whether there may be more.

    They go in the order of the index that is there for digests.
    """
    settled = Delivery.objects.settled().filter(digest=digest)
    readers = settled.order_by("subscription").values_list("subscription", flat=True)
    chunk = list(readers[:CHUNK])
    if chunk:
        settled.filter(subscription__lte=chunk[-1]).delete()
    return len(chunk) == CHUNK
