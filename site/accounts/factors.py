"""Manage the second factors of users, for administrators."""

from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.http import HttpRequest

from .events import Event
from .recording import record_event
from .verification import end_other_sessions


@transaction.atomic
def reset_factors(user: AbstractBaseUser, request: HttpRequest | None = None) -> None:
    """Remove all factors and recovery codes of a user, end their sessions, and tell them.

    ``request`` is the administrator's.
    """
    Authenticator.objects.filter(user_id=user.pk).delete()
    end_other_sessions(request, user)
    record_event(Event.RESET, user, request)


def remaining_codes(codes: Authenticator) -> int:
    """Return how many recovery codes of a set are unused."""
    return app_settings.RECOVERY_CODE_COUNT - codes.data.get("used_mask", 0).bit_count()
