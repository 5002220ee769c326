"""Posts that readers are owed: a digest went out without them, because they could not be rendered.

Their readers get them with the next digest after they can be, and nobody twice: a post is owed to
the subscriptions with a delivery of a variant that omitted it, until they have one of a variant
that did not.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef

from blog.models import PostPage

from ..models import Delivery, Digest, Omission, Subscription
from ..querysets import SubscriptionQuerySet
from . import rendering, selection


@dataclass(frozen=True)
class Owed:
    """The same owed posts, and the due subscriptions of one window and choice of topics."""

    posts: tuple[int, ...]
    since: datetime
    topic_set: int | None
    subscriptions: SubscriptionQuerySet


def owed_in(digest: Digest) -> Iterator[Owed]:
    """Yield what the due subscriptions of a digest are owed, as far as it can be rendered now."""
    posts = _renderable(digest)
    if not posts:
        return
    flags = {f"owed_{pk}": _is_owed(pk) for pk in posts}
    due = Subscription.objects.due_in(digest).annotate(**flags)
    for since, topic_set, *values in list(
        due.order_by().values_list("mailed_through", "topic_set", *flags).distinct()
    ):
        if any(values):
            owed = tuple(pk for pk, is_owed in zip(posts, values, strict=True) if is_owed)
            same = due.filter(**dict(zip(flags, values, strict=True)))
            same = same.in_groups({since: [topic_set]})
            yield Owed(owed, since, topic_set, same)


def _renderable(digest: Digest) -> list[int]:
    """Return the posts that readers of a newsletter may be owed and that can be rendered now."""
    newsletter = digest.newsletter
    omitted = Omission.objects.filter(is_owed=True, cohort__digest__newsletter=newsletter)
    posts = PostPage.objects.filter(pk__in=omitted.values("post"))
    posts = selection.mailable(posts, newsletter).latest_first().for_cards()
    return [post.pk for post in posts if not rendering.failures_of(digest, [post])]


def _is_owed(post: int) -> Exists:
    """Return whether a subscription had a variant that omitted a post, and none that held it."""
    omitting = Omission.objects.filter(post=post).values("cohort")
    theirs = Delivery.objects.filter(subscription=OuterRef("pk"), batch__cohort__posts=post)
    missed = theirs.filter(
        batch__cohort__in=Omission.objects.filter(post=post, is_owed=True).values("cohort")
    )
    return Exists(missed) & ~Exists(theirs.exclude(batch__cohort__in=omitting))
