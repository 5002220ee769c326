"""Somebody asks to subscribe. Nothing is mailed but a question, until its answer comes back."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from blog.models import Topic

from ..models import ConsentRecord, Newsletter, Subscriber, Subscription, TopicSet
from ..models.notice import Notice
from . import notices, suppressing


@dataclass(frozen=True)
class Wish:
    """What somebody asked for, and the words they were asked with."""

    email: str
    cadence: str
    name: str = ""
    topics: Iterable[Topic] = field(default_factory=list)
    wording: str = ""


def ask(newsletter: Newsletter, wish: Wish, now: datetime, may_email: bool = True) -> bool:
    """Take down a wish to subscribe, and send the email that it calls for if that may be.

    Return whether an email was asked for.

    An unknown address gets the question whether it was its owner who asked. One that is subscribed
    gets a hint where to change what it gets: nothing of it is changed by a stranger who knows the
    address. One that must not be mailed gets nothing, and what was stopped for that stays as it is.
    To whoever asked, all of these look the same.
    """
    with transaction.atomic():
        subscription = _subscription(newsletter, wish, now)
        is_stopped = subscription.state == Subscription.State.SUPPRESSED
        if is_stopped and suppressing.is_barred(wish.email):
            return False
        kind = Notice.Kind.ALREADY
        if subscription.state != Subscription.State.ACTIVE:
            _take_down(subscription, wish, now)
            kind = Notice.Kind.CONFIRM
        return may_email and notices.request(subscription, kind, now)


def _subscription(newsletter: Newsletter, wish: Wish, now: datetime) -> Subscription:
    subscriber, _ = Subscriber.objects.at(wish.email).get_or_create(
        defaults={"email": wish.email, "name": wish.name}
    )
    subscription, _ = Subscription.objects.select_for_update().get_or_create(
        subscriber=subscriber,
        newsletter=newsletter,
        defaults={"cadence": wish.cadence, "asked_at": now},
    )
    return subscription


def _take_down(subscription: Subscription, wish: Wish, now: datetime) -> None:
    subscriber = subscription.subscriber
    if wish.name and not subscriber.subscriptions.active().exists():
        subscriber.name = wish.name
        subscriber.save()
    subscription.state = Subscription.State.PENDING
    subscription.cadence = wish.cadence
    subscription.topic_set = TopicSet.of(wish.topics)
    subscription.asked_at = now
    subscription.save()
    subscription.consent_records.create(
        act=ConsentRecord.Act.ASKED,
        how=ConsentRecord.How.FORM,
        wording=wish.wording,
        choice=subscription.choice,
        at=now,
    )
