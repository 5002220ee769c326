"""The mail of one delivery: its cohort's content, with the recipient's own words and links."""

from django.utils.translation import gettext as _

from ..digests.rendering import fill
from ..mail import NewsletterMessage, message_to
from ..models import Cohort
from ..subscribing.links import Links
from .outcomes import Recipient

# The name of what providers are told beside a mail, and tell us in their events: its delivery.
METADATA = "delivery"


def message_for(recipient: Recipient, cohort: Cohort) -> NewsletterMessage:
    """Return the mail of a delivery.

    Raises UnfilledSlot where the content has a slot that nothing fills.
    """
    slots = slots_for(recipient)
    newsletter = cohort.digest.newsletter
    message = message_to(
        recipient.email,
        fill(cohort, slots),
        newsletter,
        slots["leave_url"],
        {"Message-ID": message_id(recipient.delivery_id, newsletter.sender_domain)},
    )
    message.metadata = {METADATA: str(recipient.delivery_id)}
    return message


class Slots:
    """Fills the slots of content for many recipients; what is the same for all is found once."""

    def __init__(self, links: Links | None = None) -> None:
        self._links = links or Links()
        self._greeting = greeting("")
        self._greeting_by_name = greeting("%(name)s")

    def values_for(self, recipient: Recipient) -> dict[str, str]:
        """Return what fills the slots for one recipient."""
        number, name = recipient.subscription_id, recipient.name
        return {
            "greeting": self._greeting_by_name % {"name": name} if name else self._greeting,
            "leave_url": self._links.leave_url(number),
            "preferences_url": self._links.preferences_url(number),
        }


def slots_for(recipient: Recipient, links: Links | None = None) -> dict[str, str]:
    """Return what fills the slots of a cohort's content for one recipient."""
    return Slots(links).values_for(recipient)


def message_id(delivery_id: int, domain: str) -> str:
    """Return the Message-ID of a delivery (RFC 5322): the same at each attempt."""
    return f"<delivery-{delivery_id}@{domain}>"


def greeting(name: str) -> str:
    """Return how a mail begins."""
    return _("Hello %(name)s,") % {"name": name} if name else _("Hello,")
