"""What all mails of a newsletter share: their parts, and their headers.

Sources: List-Unsubscribe is RFC 2369, List-Unsubscribe-Post RFC 8058, List-Id RFC 2919.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.template import loader

from core.channels import Channel, compile_mjml

from .models import Newsletter

SUBJECT_LENGTH = 150


@dataclass(frozen=True)
class Mail:
    """The words of a mail."""

    subject: str
    html: str
    text: str


class NewsletterMessage(EmailMultiAlternatives):
    """A mail whose headers stand on one line each, as far as SMTP allows (RFC 5321, 4.5.3.1.6).

    Python folds long ones; a folded List-Unsubscribe is legal, but not every program reads it.
    """

    def message(self) -> Message:
        message = super().message()
        message.policy = message.policy.clone(max_line_length=998)
        return message


def render_mail(folder: str, context: Mapping[str, Any]) -> Mail:
    """Return the mail that ``subject.txt``, ``body.mjml`` and ``body.txt`` of a folder make."""
    return Mail(
        subject=_subject(_render(f"{folder}/subject.txt", context, Channel.TEXT)),
        html=compile_mjml(_render(f"{folder}/body.mjml", context, Channel.EMAIL)),
        text=_render(f"{folder}/body.txt", context, Channel.TEXT),
    )


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


def _render(template: str, context: Mapping[str, Any], channel: Channel) -> str:
    return loader.render_to_string(template, {**context, "channel": channel}, using=channel.engine)


def _subject(text: str) -> str:
    line = " ".join(re.sub(r"[\x00-\x1f\x7f]", " ", text).split())
    return line if len(line) <= SUBJECT_LENGTH else f"{line[: SUBJECT_LENGTH - 1].rstrip()}…"
