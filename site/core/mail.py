"""What all mails share: their parts, their subject, and who must not get any."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.template import loader

from .channels import Channel, compile_mjml

SUBJECT_LENGTH = 150

_bars: list[Callable[[str], bool]] = []


@dataclass(frozen=True)
class Mail:
    """The words of a mail."""

    subject: str
    html: str
    text: str


class PlainHeadersMessage(EmailMultiAlternatives):
    """A mail whose headers stand on one line each, as far as SMTP allows (RFC 5321, 4.5.3.1.6).

    Python folds long ones; a folded List-Unsubscribe is legal, but not every program reads it.
    """

    def message(self) -> Message:
        message = super().message()
        message.policy = message.policy.clone(max_line_length=998)
        return message


def lasting_id(pk: object, created_at: datetime) -> str:
    """Return a permanent identifier of a row, in letters, digits and hyphens.

    A primary key alone comes again in a new database, or for another row after a backup was
    restored: a second email with the same Message-ID would be taken for a copy of the first.
    """
    return f"{pk}-{int(created_at.timestamp() * 1_000_000):x}"


def render_mail(folder: str, context: Mapping[str, Any]) -> Mail:
    """Return the mail that ``subject.txt``, ``body.mjml`` and ``body.txt`` of a folder make."""
    return Mail(
        subject=_subject(_render(f"{folder}/subject.txt", context, Channel.TEXT)),
        html=compile_mjml(_render(f"{folder}/body.mjml", context, Channel.EMAIL)),
        text=_render(f"{folder}/body.txt", context, Channel.TEXT),
    )


def bar(rule: Callable[[str], bool]) -> None:
    """Have a rule say which addresses must not be mailed, whoever would."""
    _bars.append(rule)


def is_barred(address: str) -> bool:
    """Return whether an address must not be mailed, say because it complained of mail."""
    return any(rule(address) for rule in _bars)


def _render(template: str, context: Mapping[str, Any], channel: Channel) -> str:
    return loader.render_to_string(template, {**context, "channel": channel}, using=channel.engine)


def _subject(text: str) -> str:
    line = " ".join(re.sub(r"[\x00-\x1f\x7f]", " ", text).split())
    return line if len(line) <= SUBJECT_LENGTH else f"{line[: SUBJECT_LENGTH - 1].rstrip()}…"
