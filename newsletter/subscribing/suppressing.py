"""Addresses that must not be mailed: who does not exist, who complained, who was forgotten.

Whoever suppresses an address or lifts it locks its suppression first, then its subscriptions.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet, prefetch_related_objects

from ..models import ConsentRecord, Subscriber, Subscription, Suppression
from .changing import leave
from .windows import window_on_activation

# From the mildest to the strictest; a reason is never replaced by a milder one.
REASONS = [Suppression.Reason.ERASED, Suppression.Reason.BOUNCED, Suppression.Reason.COMPLAINED]
# Those that only an editor lifts.
BARS = REASONS[1:]

# The suppressions removed in one transaction.
CHUNK = 500


@transaction.atomic
def suppress(
    address: str, reason: str, detail: str, now: datetime, digest: int | None = None
) -> None:
    """Stop all mail to an address that bounced or complained, with the provider's words on why.

    ``digest`` is the key of the digest that it did not get.

    Who complained has left. Who cannot be reached is stopped, and goes on when this is lifted.
    Twice does no harm.
    """
    values = {
        "address": address,
        "reason": reason,
        "detail": detail,
        "at": now,
        "digest_id": digest,
    }
    suppressions = Suppression.objects.select_for_update()
    suppression, is_new = suppressions.get_or_create(
        key=Suppression.key_of(address), defaults=values
    )
    if not is_new and REASONS.index(reason) > REASONS.index(suppression.reason):
        Suppression.objects.filter(pk=suppression.pk).update(**values)
        suppression.reason = reason
    for subscription in _locked_subscriptions(address):
        _stop(subscription, suppression.reason, now)


def is_suppressed(address: str) -> bool:
    """Return whether an address must not be mailed unasked."""
    return Suppression.objects.filter(key=Suppression.key_of(address)).exists()


def is_barred(address: str) -> bool:
    """Return whether an address must not be mailed until an editor says so, whoever asks for it."""
    key = Suppression.key_of(address)
    return Suppression.objects.filter(key=key, reason__in=BARS).exists()


def lift(suppression: Suppression, now: datetime) -> bool:
    """Let an address be mailed again, by an editor; return whether it was suppressed until now.

    Subscriptions that were stopped become active; see ``windows`` for the posts that they get.
    Unsubscribed ones stay unsubscribed.
    """
    return _lift([suppression.pk], now) > 0


def lift_all(suppressions: QuerySet[Suppression], now: datetime) -> int:
    """Remove the suppressions of addresses, and return how many there were."""
    numbers = list(suppressions.values_list("pk", flat=True))
    parts = [numbers[at : at + CHUNK] for at in range(0, len(numbers), CHUNK)]
    return sum(_lift(part, now) for part in parts)


def welcome_back(address: str) -> None:
    """Forget that an address was forgotten, for its owner has confirmed that they want mail."""
    key = Suppression.key_of(address)
    Suppression.objects.filter(key=key, reason=Suppression.Reason.ERASED).delete()


@transaction.atomic
def forget(address: str, now: datetime) -> None:
    """Keep of an address no more than what tells that it must not be mailed unasked."""
    suppressions = Suppression.objects.select_for_update()
    erased = {"reason": Suppression.Reason.ERASED, "at": now}
    suppression, _ = suppressions.get_or_create(key=Suppression.key_of(address), defaults=erased)
    # What a server said of it often repeats the address.
    Suppression.objects.filter(pk=suppression.pk).update(address="", detail="", digest=None)


def stop(subscription: Subscription, how: str, now: datetime) -> None:
    """Stop a subscription whose address must not be mailed, until that is lifted."""
    if subscription.state == Subscription.State.ACTIVE:
        subscription.inactive_since = now
    subscription.state = Subscription.State.SUPPRESSED
    subscription.save(update_fields=["state", "inactive_since"])
    subscription.consent_records.create(act=ConsentRecord.Act.SUPPRESSED, how=how, at=now)


def _stop(subscription: Subscription, reason: str, now: datetime) -> None:
    if reason == Suppression.Reason.COMPLAINED:
        if subscription.state in (Subscription.State.ACTIVE, Subscription.State.SUPPRESSED):
            leave(subscription, ConsentRecord.How.PROVIDER, "", now)
    elif subscription.state == Subscription.State.ACTIVE:
        stop(subscription, ConsentRecord.How.PROVIDER, now)


@transaction.atomic
def _lift(numbers: Sequence[int], now: datetime) -> int:
    locked = list(Suppression.objects.select_for_update().filter(pk__in=numbers).order_by("pk"))
    addresses = [suppression.address for suppression in locked if suppression.address]
    stopped = Subscription.objects.filter(
        subscriber__in=Subscriber.objects.at_addresses(addresses).values("pk"),
        state=Subscription.State.SUPPRESSED,
    )
    list(stopped.select_for_update().order_by("pk").values_list("pk"))
    _restore(list(stopped.select_related("newsletter", "topic_set")), now)
    Suppression.objects.filter(pk__in=[suppression.pk for suppression in locked]).delete()
    return len(locked)


def _restore(subscriptions: Sequence[Subscription], now: datetime) -> None:
    prefetch_related_objects(subscriptions, "topic_set__topics")
    for subscription in subscriptions:
        subscription.mailed_through = window_on_activation(subscription, now)
        subscription.state = Subscription.State.ACTIVE
        subscription.inactive_since = None
    changed = ["mailed_through", "state", "inactive_since"]
    Subscription.objects.bulk_update(subscriptions, changed)
    ConsentRecord.objects.bulk_create(
        ConsentRecord(
            subscription=subscription,
            act=ConsentRecord.Act.RESTORED,
            how=ConsentRecord.How.EDITOR,
            choice=subscription.choice,
            at=now,
        )
        for subscription in subscriptions
    )


def _locked_subscriptions(address: str) -> list[Subscription]:
    subscribers = Subscriber.objects.at(address).values("pk")
    subscriptions = Subscription.objects.select_for_update().filter(subscriber__in=subscribers)
    return list(subscriptions.order_by("pk"))
