"""Record the time from which each published post counts in digests; see decision 0023."""

from datetime import datetime, timedelta

from django.db import connection
from django.db.models import F, Max
from django.db.models.functions import Coalesce

from blog.models import PostPage
from blog.querysets import PostQuerySet

from ..models import Digest, PublicationRecord

# A post is mailed late if the clock it was published by is slow by less than this: more than the
# difference between any time zone and UTC. Older posts come from imports and are not mailed.
MAX_DELAY = timedelta(hours=25)
_MICROSECOND = timedelta(microseconds=1)
# An arbitrary number that no other advisory lock uses.
_LOCK = 1_702_022


def record(until: datetime, now: datetime) -> None:
    """Record the posts that were published since the last digest was opened.

    Call it in the transaction that opens the digest of the window that ends at ``until``, before
    its posts are selected. A post that no earlier digest could see counts from after the cutoff of
    all of them, so it falls into a window that is still open.
    """
    _wait_for_other_planners()
    closed = Digest.objects.filter(until__lte=now).aggregate(last=Max("until"))["last"]
    oldest = (closed or until) - MAX_DELAY
    posts = PostPage.objects.filter(first_published_at__gt=oldest, publication_record=None)
    published = posts.order_by().values_list("pk", "first_published_at")
    earliest = closed + _MICROSECOND if closed else oldest
    PublicationRecord.objects.bulk_create(
        [PublicationRecord(post_id=pk, counts_from=max(at, earliest)) for pk, at in published],
        ignore_conflicts=True,
    )


def with_dates(posts: PostQuerySet) -> PostQuerySet:
    """Annotate ``posts`` with ``counts_from``, the time from which each counts in digests."""
    recorded = Coalesce(F("publication_record__counts_from"), F("first_published_at"))
    return posts.annotate(counts_from=recorded)


def counted_in(posts: PostQuerySet, since: datetime, until: datetime) -> PostQuerySet:
    """Return the posts whose ``counts_from`` is in (since, until]."""
    # The first condition follows from the second, and has an index.
    near = posts.first_published_in(since - MAX_DELAY, until)
    return with_dates(near).filter(counts_from__gt=since, counts_from__lte=until)


def _wait_for_other_planners() -> None:
    """Let only one transaction at a time record posts and open a digest.

    On SQLite, transactions that write take turns anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
