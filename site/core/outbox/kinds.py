"""The kinds of emails that the outbox sends; each app registers its own."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.core.mail import EmailMessage
from django.utils.functional import Promise

if TYPE_CHECKING:
    from .models import OutgoingEmail


@dataclass(frozen=True)
class Kind:
    """A kind of email.

    ``build`` returns the message at the moment it is sent, or None if it is no longer needed; what
    it changes in ``data`` is stored once the message is sent. ``give_up_after`` is how long an
    email is tried; None for ever. ``has_second_route`` says whether ``ALERT_EMAIL`` may be used.
    """

    name: str
    label: str | Promise
    build: Callable[["OutgoingEmail", datetime], EmailMessage | None]
    give_up_after: timedelta | None = timedelta(days=3)
    has_second_route: bool = False


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Register a kind with the outbox, and return it."""
    _kinds[kind.name] = kind
    return kind


def get(name: str) -> Kind:
    """Return the kind of that name. Raises KeyError for one that no app registered."""
    return _kinds[name]
