"""The mail of one delivery: its cohort's content, with the recipient's own words and links."""

from django.utils.translation import gettext as _

from core.mail import lasting_id

from ..digests.rendering import fill
from ..mail import NewsletterMessage, message_to
from ..models import Cohort, Digest
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
        {"Message-ID": message_id(recipient.delivery_id, cohort.digest)},
    )
    message.metadata = {METADATA: reference(recipient.delivery_id, cohort.digest)}
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


def reference(delivery_id: int, digest: Digest) -> str:
    """Return the permanent reference of a delivery, used with servers and providers."""
    return lasting_id(delivery_id, digest.created_at)


def message_id(delivery_id: int, digest: Digest) -> str:
    """Return the Message-ID of a delivery (RFC 5322): the same at each attempt."""
    domain = digest.newsletter.sender_domain
    return f"<delivery-{reference(delivery_id, digest)}@{domain}>"


def greeting(name: str) -> str:
    """Return how a mail begins."""
    return _("Hello %(name)s,") % {"name": name} if name else _("Hello,")
