"""Records events in the security of accounts: in Wagtail's log, and by email to the user."""

from functools import partial

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from wagtail.log_actions import log

from . import tasks
from .events import Event
from .lockout import client_network


def record_event(
    event: Event,
    user: AbstractBaseUser,
    request: HttpRequest | None = None,
    *,
    factor: Authenticator | None = None,
) -> None:
    """Log an event with the person who caused it; email the user once the transaction commits."""
    name = str(factor) if factor else ""
    actor = request.user if request and request.user.is_authenticated else None
    log(user, event.value, user=actor, data={"factor": name})
    details = {
        "factor": name,
        "network": (request and client_network(request)) or "",
        "at": timezone.now().isoformat(),
    }
    transaction.on_commit(partial(tasks.send_security_email.delay, user.pk, event.value, details))
