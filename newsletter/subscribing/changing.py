"""A subscriber changes how often and on what they get mail, or leaves."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Case, F, Value, When

from blog.models import Topic

from ..models import ConsentRecord, Subscription, TopicSet


def change(
    subscription: Subscription, cadence: str, topics: Iterable[Topic], wording: str, now: datetime
) -> None:
    """Change cadence and topics. The window stays, so that no post is missed or repeated.

    Where the subscription was left meanwhile, nothing happens.
    """
    with transaction.atomic():
        subscription = Subscription.objects.select_for_update().get(pk=subscription.pk)
        if subscription.state == Subscription.State.LEFT:
            return
        subscription.cadence = cadence
        subscription.topic_set = TopicSet.of(topics)
        subscription.save(update_fields=["cadence", "topic_set"])
        subscription.consent_records.create(
            act=ConsentRecord.Act.CHANGED,
            how=ConsentRecord.How.LINK,
            wording=wording,
            choice=subscription.choice,
            at=now,
        )


def leave(subscription: Subscription, how: str, wording: str, now: datetime) -> None:
    """End a subscription, at once and for all digests under way. Twice does no harm."""
    was_active = When(state=Subscription.State.ACTIVE, then=Value(now))
    with transaction.atomic():
        left = (
            Subscription.objects.filter(pk=subscription.pk)
            .exclude(state=Subscription.State.LEFT)
            .update(
                state=Subscription.State.LEFT,
                left_at=now,
                inactive_since=Case(was_active, default=F("inactive_since")),
            )
        )
        if left:
            subscription.consent_records.create(
                act=ConsentRecord.Act.LEFT, how=how, wording=wording, at=now
            )
