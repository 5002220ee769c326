"""Handle second factors that are added, used or removed, and wrong codes."""

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import (
    authentication_failed,
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
    authenticator_used,
)
from django.contrib.auth.models import AbstractBaseUser
from django.dispatch import receiver
from django.http import HttpRequest

from .events import Event
from .lockout import record_failure
from .recording import record_event
from .verification import end_other_sessions, factors_of, mark_unverified, mark_verified

RECOVERY_CODES = Authenticator.Type.RECOVERY_CODES


@receiver(authenticator_added)
def on_added(
    request: HttpRequest, user: AbstractBaseUser, authenticator: Authenticator, **kwargs: object
) -> None:
    """Treat a new factor as proved, since its code or key was valid."""
    if authenticator.type == RECOVERY_CODES:
        return  # They come with the first factor.
    mark_verified(request, user)
    end_other_sessions(request, user)
    record_event(Event.FACTOR_ADDED, user, request, factor=authenticator)


@receiver(authenticator_removed)
def on_removed(
    request: HttpRequest, user: AbstractBaseUser, authenticator: Authenticator, **kwargs: object
) -> None:
    """End other sessions; without any factor left, this one is no longer verified."""
    if authenticator.type == RECOVERY_CODES:
        return  # They go with the last factor.
    if not factors_of(user).exists():
        mark_unverified(request)
    end_other_sessions(request, user)
    record_event(Event.FACTOR_REMOVED, user, request, factor=authenticator)


@receiver(authenticator_reset)
def on_recovery_codes_renewed(
    request: HttpRequest, user: AbstractBaseUser, **kwargs: object
) -> None:
    record_event(Event.CODES_RENEWED, user, request)


@receiver(authenticator_used)
def on_used(
    request: HttpRequest, user: AbstractBaseUser, authenticator: Authenticator, **kwargs: object
) -> None:
    mark_verified(request, user)
    if authenticator.type == RECOVERY_CODES:
        record_event(Event.CODE_USED, user, request)


@receiver(authentication_failed)
def on_failed(request: HttpRequest, user: AbstractBaseUser, **kwargs: object) -> None:
    """Count wrong codes like wrong passwords."""
    record_failure(request, user.get_username())
