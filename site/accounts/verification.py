"""Check whether a session has proved a second factor, and whether its user must have one.

A session is *verified* once its user has used or added a factor in it. A user who has a factor, or
must have one, is nobody in a session that is not.
"""

from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user_model, update_session_auth_hash
from django.contrib.auth.middleware import get_user
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import F, QuerySet
from django.http import HttpRequest

from .models import TwoFactorPolicy

_VERIFIED_USER = "accounts.verified_user"


def factors_of(user: AbstractBaseUser) -> QuerySet[Authenticator]:
    """Return a user's factors. Recovery codes only stand in for one."""
    factors = Authenticator.objects.filter(user_id=user.pk).order_by("created_at", "pk")
    return factors.exclude(type=Authenticator.Type.RECOVERY_CODES)


def mark_verified(request: HttpRequest, user: AbstractBaseUser) -> None:
    """Record that a user proved a second factor in this session."""
    request.session[_VERIFIED_USER] = user.pk


def mark_unverified(request: HttpRequest) -> None:
    """Clear the record that a second factor was proved in this session."""
    request.session.pop(_VERIFIED_USER, None)


def is_verified(request: HttpRequest, user: AbstractBaseUser | AnonymousUser) -> bool:
    """Return whether a session may act for its user."""
    if user.is_anonymous or request.session.get(_VERIFIED_USER) == user.pk:
        return True
    return not factors_of(user).exists() and not is_required(user)


def unverified_user(request: HttpRequest) -> AbstractBaseUser | None:
    """Return the user of a session that still lacks the second factor."""
    user = get_user(request)
    return None if is_verified(request, user) else user


def is_required(user: AbstractBaseUser) -> bool:
    """Return whether a user must have a second factor.

    Only the admin asks for it, and only there can one be set up.
    """
    return user.has_perm("wagtailadmin.access_admin") and TwoFactorPolicy.applies_to(user)


def end_other_sessions(request: HttpRequest | None, user: AbstractBaseUser) -> None:
    """Log a user out everywhere, except in the session of the request if it is theirs."""
    get_user_model().objects.filter(pk=user.pk).update(session_version=F("session_version") + 1)
    user.refresh_from_db(fields=["session_version"])
    if request is not None and request.user == user:
        update_session_auth_hash(request, user)
