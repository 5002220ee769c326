"""The mail of one delivery: its cohort's content, with the recipient's own words and links."""

from email.message import Message

from django.core.mail import EmailMultiAlternatives
from django.utils.translation import gettext as _

from ..digests.rendering import fill
from ..models import Cohort, Delivery
from ..subscribing import links


class DigestMessage(EmailMultiAlternatives):
    """A mail whose headers stand on one line each, as far as SMTP allows (RFC 5321, 4.5.3.1.6).

    Python folds long ones; a folded List-Unsubscribe is legal, but not every program reads it.
    """

    def message(self) -> Message:
        message = super().message()
        message.policy = message.policy.clone(max_line_length=998)
        return message


def message_for(delivery: Delivery, cohort: Cohort) -> DigestMessage:
    """Return the mail of a delivery, with the headers by which mail programs let people leave.

    Sources: List-Unsubscribe is RFC 2369, List-Unsubscribe-Post RFC 8058, List-Id RFC 2919.
    """
    subscription = delivery.subscription
    newsletter = delivery.digest.newsletter
    leave_url = links.leave_url(subscription.pk)
    mail = fill(
        cohort,
        {
            "greeting": greeting(subscription.subscriber.name),
            "leave_url": leave_url,
            "preferences_url": links.preferences_url(subscription.pk),
        },
    )
    message = DigestMessage(
        subject=mail.subject,
        body=mail.text,
        from_email=newsletter.from_header,
        to=[subscription.subscriber.email],
        reply_to=[newsletter.reply_to] if newsletter.reply_to else None,
        headers={
            "Message-ID": delivery.message_id,
            "List-Id": newsletter.list_id,
            "List-Unsubscribe": f"<{leave_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )
    message.attach_alternative(mail.html, "text/html")
    return message


def greeting(name: str) -> str:
    """Return how a mail begins."""
    return _("Hello %(name)s,") % {"name": name} if name else _("Hello,")
