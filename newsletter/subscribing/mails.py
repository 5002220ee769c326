"""The mails about a subscription; each has a folder of templates named after its kind."""

from typing import Any

from django.utils.translation import override

from core.mail import lasting_id

from ..mail import NewsletterMessage, message_to, render_mail
from ..models import Notice
from . import links


def for_notice(notice: Notice) -> NewsletterMessage:
    """Return the mail that a notice stands for, in the newsletter's language."""
    with override(notice.subscription.newsletter.language):
        return _message(notice)


def _message(notice: Notice) -> NewsletterMessage:
    subscription = notice.subscription
    newsletter = subscription.newsletter
    name = lasting_id(notice.pk, notice.created_at)
    return message_to(
        subscription.subscriber.email,
        render_mail(f"newsletter/email/{notice.kind}", _context(notice)),
        newsletter,
        links.leave_url(subscription.pk),
        {
            "Message-ID": f"<notice-{name}@{newsletter.sender_domain}>",
            "Auto-Submitted": "auto-generated",
        },
    )


def _context(notice: Notice) -> dict[str, Any]:
    subscription = notice.subscription
    return {
        "newsletter": subscription.newsletter,
        "brand": subscription.newsletter.brand,
        "subscription": subscription,
        "confirm_url": links.confirm_url(subscription.pk),
        "preferences_url": links.preferences_url(subscription.pk),
        "leave_url": links.leave_url(subscription.pk),
    }
