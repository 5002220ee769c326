"""The mail of one delivery: its cohort's content, with the recipient's own words and links."""

from django.utils.translation import gettext as _

from ..digests.rendering import fill
from ..mail import NewsletterMessage, message_to
from ..models import Cohort
from ..subscribing import links
from .outcomes import Recipient


def message_for(recipient: Recipient, cohort: Cohort) -> NewsletterMessage:
    """Return the mail of a delivery.

    Raises UnfilledSlot where the content has a slot that nothing fills.
    """
    slots = slots_for(recipient)
    newsletter = cohort.digest.newsletter
    return message_to(
        recipient.email,
        fill(cohort, slots),
        newsletter,
        slots["leave_url"],
        {"Message-ID": message_id(recipient.delivery_id, newsletter.sender_domain)},
    )


def slots_for(recipient: Recipient) -> dict[str, str]:
    """Return what fills the slots of a cohort's content for one recipient."""
    return {
        "greeting": greeting(recipient.name),
        "leave_url": links.leave_url(recipient.subscription_id),
        "preferences_url": links.preferences_url(recipient.subscription_id),
    }


def message_id(delivery_id: int, domain: str) -> str:
    """Return the Message-ID of a delivery (RFC 5322): the same at each attempt."""
    return f"<delivery-{delivery_id}@{domain}>"


def greeting(name: str) -> str:
    """Return how a mail begins."""
    return _("Hello %(name)s,") % {"name": name} if name else _("Hello,")
