"""Forget a person: delete the address and all that hangs on it."""

from datetime import datetime

from django.db import transaction

from ..models import Delivery, Subscriber
from . import suppressing


@transaction.atomic
def forget(subscriber: Subscriber, now: datetime) -> None:
    """Delete all that is known of a person; what is kept is a hash of the address, see suppressing.

    What hangs on the person is locked before, in the order in which the provider's events lock it:
    so none of them adds to it meanwhile, and nobody waits for each other in a circle.
    """
    subscriptions = subscriber.subscriptions.order_by("pk")
    deliveries = Delivery.objects.filter(subscription__in=subscriptions.values("pk"))
    list(deliveries.select_for_update().order_by("pk").values_list("pk"))
    suppressing.forget(subscriber.email, now)
    list(subscriptions.select_for_update().values_list("pk"))
    subscriber.delete()
