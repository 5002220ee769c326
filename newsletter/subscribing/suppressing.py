"""Addresses that must not be mailed: who does not exist, who complained, who was forgotten.

Whoever suppresses an address or lifts it locks its suppression first, then its subscriptions.
"""

from datetime import datetime

from django.db import transaction

from ..models import ConsentRecord, Subscriber, Subscription, Suppression
from .changing import leave
from .windows import window_on_activation

# From the mildest to the strictest; a reason is never replaced by a milder one.
REASONS = [Suppression.Reason.ERASED, Suppression.Reason.BOUNCED, Suppression.Reason.COMPLAINED]
# Those that only an editor lifts.
BARS = REASONS[1:]


@transaction.atomic
def suppress(address: str, reason: str, detail: str, now: datetime) -> None:
    """Stop all mail to an address that bounced or complained, with the provider's words on why.

    Who complained has left. Who cannot be reached is stopped, and goes on when this is lifted.
    Twice does no harm.
    """
    values = {"address": address, "reason": reason, "detail": detail, "at": now}
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


@transaction.atomic
def lift(suppression: Suppression, now: datetime) -> bool:
    """Let an address be mailed again, by an editor; return whether it was suppressed until now.

    Subscriptions that were stopped become active; see ``windows`` for the posts that they get.
    Those that were left stay so.
    """
    locked = Suppression.objects.select_for_update().filter(pk=suppression.pk).first()
    if locked is None:
        return False
    for subscription in _locked_subscriptions(locked.address):
        if subscription.state == Subscription.State.SUPPRESSED:
            _restore(subscription, now)
    locked.delete()
    return True


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
    Suppression.objects.filter(pk=suppression.pk).update(address="", detail="")


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


def _restore(subscription: Subscription, now: datetime) -> None:
    subscription.mailed_through = window_on_activation(subscription, now)
    subscription.state = Subscription.State.ACTIVE
    subscription.inactive_since = None
    subscription.save(update_fields=["mailed_through", "state", "inactive_since"])
    subscription.consent_records.create(
        act=ConsentRecord.Act.RESTORED,
        how=ConsentRecord.How.EDITOR,
        choice=subscription.choice,
        at=now,
    )


def _locked_subscriptions(address: str) -> list[Subscription]:
    subscribers = Subscriber.objects.at(address).values("pk")
    subscriptions = Subscription.objects.select_for_update().filter(subscriber__in=subscribers)
    return list(subscriptions.order_by("pk"))
