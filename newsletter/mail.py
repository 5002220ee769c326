"""What all mails of a newsletter share: their headers.

Sources: List-Unsubscribe is RFC 2369, List-Unsubscribe-Post RFC 8058, List-Id RFC 2919.
"""

from collections.abc import Mapping

from core.mail import Mail, PlainHeadersMessage, render_mail

from .models import Newsletter

__all__ = ["Mail", "NewsletterMessage", "message_to", "render_mail"]


class NewsletterMessage(PlainHeadersMessage):
    """A mail of a newsletter."""


def message_to(
    recipient: str,
    mail: Mail,
    newsletter: Newsletter,
    leave_url: str,
    headers: Mapping[str, str],
) -> NewsletterMessage:
    """Return a mail of a newsletter to one recipient, who can leave with one click."""
    message = NewsletterMessage(
        subject=mail.subject,
        body=mail.text,
        from_email=newsletter.from_header,
        to=[recipient],
        reply_to=[newsletter.reply_to] if newsletter.reply_to else None,
        headers={
            "List-Id": newsletter.list_id,
            "List-Unsubscribe": f"<{leave_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            **headers,
        },
    )
    message.attach_alternative(mail.html, "text/html")
    return message
