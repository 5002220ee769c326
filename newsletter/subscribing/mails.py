"""The mails about a subscription, one function for what they share and one template folder each."""

from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

from ..digests.rendering import render_mail
from ..models import Notice
from . import links


def for_notice(notice: Notice, connection: BaseEmailBackend) -> EmailMultiAlternatives:
    """Return the mail that a notice stands for."""
    subscription = notice.subscription
    newsletter = subscription.newsletter
    mail = render_mail(f"newsletter/email/{notice.kind}", _context(notice))
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        from_email=newsletter.from_header,
        to=[subscription.subscriber.email],
        reply_to=[newsletter.reply_to] if newsletter.reply_to else None,
        headers={
            "Message-ID": f"<notice-{notice.pk}@{newsletter.sender_domain}>",
            "Auto-Submitted": "auto-generated",
        },
        connection=connection,
    )
    message.attach_alternative(mail.html, "text/html")
    return message


def _context(notice: Notice) -> dict[str, Any]:
    subscription = notice.subscription
    return {
        "newsletter": subscription.newsletter,
        "subscription": subscription,
        "confirm_url": links.confirm_url(subscription.pk),
        "preferences_url": links.preferences_url(subscription.pk),
        "leave_url": links.leave_url(subscription.pk),
    }
