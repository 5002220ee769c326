"""The mail of one delivery: its cohort's content, with the recipient's own words and links."""

from django.utils.translation import gettext as _

from ..digests.rendering import fill
from ..mail import NewsletterMessage, message_to
from ..models import Cohort, Delivery
from ..subscribing import links


def message_for(delivery: Delivery, cohort: Cohort) -> NewsletterMessage:
    """Return the mail of a delivery.

    Raises UnfilledSlot where the content has a slot that nothing fills.
    """
    subscriber = delivery.subscription.subscriber
    leave_url = links.leave_url(delivery.subscription_id)
    slots = {
        "greeting": greeting(subscriber.name),
        "leave_url": leave_url,
        "preferences_url": links.preferences_url(delivery.subscription_id),
    }
    return message_to(
        subscriber.email,
        fill(cohort, slots),
        delivery.digest.newsletter,
        leave_url,
        {"Message-ID": delivery.message_id},
    )


def greeting(name: str) -> str:
    """Return how a mail begins."""
    return _("Hello %(name)s,") % {"name": name} if name else _("Hello,")
