"""Lock out password and code guessing: django-axes counts, this module decides when to lock.

Failures are kept in the database, so that they count for every process, and for
``AXES_COOLOFF_TIME`` after the last. An account is locked for one network first. Networks that try
many accounts, and accounts that many networks try, are locked at higher counts; a network that an
account has logged in from is spared the latter, so that strangers cannot keep its owner out.
"""

import ipaddress
import logging
import math
from collections.abc import Callable
from datetime import timedelta
from functools import wraps

from axes.attempts import get_cool_off_threshold
from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_client_username, get_cool_off
from axes.models import AccessAttempt, AccessLog
from axes.signals import user_locked_out
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.auth.signals import user_login_failed
from django.core.exceptions import ValidationError
from django.db.models import Q, Sum
from django.db.models.signals import pre_save
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import ngettext

from core.guards import client_address

logger = logging.getLogger(__name__)

MAX_FAILURES_PER_ACCOUNT = 100
MAX_FAILURES_PER_NETWORK = 50
# Many readers of a page may share a network, and one password.
MAX_FAILURES_PER_RESTRICTION_AND_NETWORK = 10
# Readers who have given the password already are not asked again, so this keeps few of them out.
MAX_FAILURES_PER_RESTRICTION = 100
# How long a network stays known after an account has logged in from it.
KNOWN_NETWORK_PERIOD = timedelta(days=90)

# No username holds a colon: Django's validator allows letters, digits and @.+-_ only.
RESTRICTION_PREFIX = "restriction:"


class LockoutHandler(AxesDatabaseHandler):
    """django-axes' handler for the database, with several limits instead of one."""

    def get_failures(self, request: HttpRequest, credentials: dict | None = None) -> int:
        """Return how many failures count, and at least the limit if a higher one is reached."""
        username = get_client_username(request, credentials) or ""
        is_restriction = username.startswith(RESTRICTION_PREFIX)
        failures = _count_failures(request, username)
        limit = settings.AXES_FAILURE_LIMIT
        if is_restriction:
            is_locked = (
                failures["pair"] >= MAX_FAILURES_PER_RESTRICTION_AND_NETWORK
                or failures["account"] >= MAX_FAILURES_PER_RESTRICTION
            )
            return limit if is_locked else 0
        is_locked = failures["network"] >= MAX_FAILURES_PER_NETWORK or (
            failures["account"] >= MAX_FAILURES_PER_ACCOUNT and not _is_known(request, username)
        )
        return max(failures["pair"], limit) if is_locked else failures["pair"]


def client_network(request: HttpRequest) -> str | None:
    """Return the network address of a client as the database stores it, if it is known."""
    address = client_address(request).partition("/")[0]
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return None


def lockout_message() -> str:
    """Return the message for a user who is locked out."""
    minutes = math.ceil(get_cool_off().total_seconds() / 60)
    return ngettext(
        "Too many failed attempts. Wait %(minutes)d minute, then try again.",
        "Too many failed attempts. Wait %(minutes)d minutes, then try again.",
        minutes,
    ) % {"minutes": minutes}


def raise_if_locked(request: HttpRequest, user: AbstractBaseUser) -> None:
    """Raise a ValidationError if a user is locked out on the network of the request."""
    credentials = {get_user_model().USERNAME_FIELD: user.get_username()}
    if not AxesProxyHandler.is_allowed(request, credentials):
        request.axes_locked_out = True
        raise ValidationError(lockout_message(), code="locked_out")


def record_failure(request: HttpRequest, username: str) -> None:
    """Count a failed attempt of an account on the network of the request."""
    credentials = {get_user_model().USERNAME_FIELD: username}
    user_login_failed.send(sender=__name__, credentials=credentials, request=request)


def unlock(user: AbstractBaseUser) -> int:
    """Delete the failed attempts of an account and return how many networks they came from."""
    return AxesProxyHandler.reset_attempts(username=user.get_username())


def recent_failures(user: AbstractBaseUser) -> int:
    """Return how many failed attempts of an account currently count."""
    attempts = AccessAttempt.objects.filter(
        username=user.get_username(), attempt_time__gte=timezone.now() - get_cool_off()
    )
    return attempts.aggregate(total=Sum("failures_since_start"))["total"] or 0


def purge() -> None:
    """Delete failures that no longer count, and logins that no longer make a network known."""
    AccessAttempt.objects.filter(attempt_time__lt=timezone.now() - get_cool_off()).delete()
    AxesProxyHandler.reset_logs(age_days=KNOWN_NETWORK_PERIOD.days)


def respond_locked_out(
    request: HttpRequest, response: HttpResponse, credentials: dict | None
) -> HttpResponse:
    """Mark a response to somebody who is locked out with 429 (RFC 6585) and Retry-After."""
    response.status_code = 429
    response.headers["Retry-After"] = str(int(get_cool_off(request).total_seconds()))
    return response


def limit_passwords(kind: str, view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Limit how often a network may guess the password of a page or collection.

    ``view`` is one of Wagtail's that take the primary key of a restriction first, redirect after
    the right password and show the form again after a wrong one.
    """

    @wraps(view)
    def limited(request: HttpRequest, restriction_id: int, **kwargs: int) -> HttpResponse:
        if request.method != "POST":
            return view(request, restriction_id, **kwargs)
        name = f"{RESTRICTION_PREFIX}{kind}:{restriction_id}"
        if not AxesProxyHandler.is_allowed(request, {get_user_model().USERNAME_FIELD: name}):
            return _show_locked_out(request)
        response = view(request, restriction_id, **kwargs)
        if response.status_code == 200:
            record_failure(request, name)
        elif response.status_code == 302:
            AxesProxyHandler.reset_attempts(username=name, ip_address=client_network(request))
        return response

    return limited


def _show_locked_out(request: HttpRequest) -> HttpResponse:
    response = render(request, "accounts/locked_out.html", {"message": lockout_message()})
    return respond_locked_out(request, response, None)


def _count_failures(request: HttpRequest, username: str) -> dict[str, int]:
    of_account = Q(username=username)
    from_network = Q(ip_address=request.axes_ip_address)
    attempts = AccessAttempt.objects.filter(attempt_time__gte=get_cool_off_threshold(request))
    return attempts.filter(of_account | from_network).aggregate(
        pair=_failures(of_account & from_network),
        account=_failures(of_account),
        network=_failures(from_network & ~Q(username__startswith=RESTRICTION_PREFIX)),
    )


def _failures(condition: Q) -> Sum:
    return Sum("failures_since_start", filter=condition, default=0)


def _is_known(request: HttpRequest, username: str) -> bool:
    logins = AccessLog.objects.filter(username=username, ip_address=request.axes_ip_address)
    return logins.filter(attempt_time__gte=timezone.now() - KNOWN_NETWORK_PERIOD).exists()


@receiver(pre_save, sender=AccessAttempt)
def discard_form_data(instance: AccessAttempt, **kwargs: object) -> None:
    """Store no form data of failed attempts: it may contain new passwords or codes."""
    instance.get_data = instance.post_data = ""


@receiver(user_locked_out)
def log_lockout(
    request: HttpRequest, username: str | None, ip_address: str | None, **kwargs: object
) -> None:
    """Write one line when a lockout begins; attempts during it are not logged.

    Only the name of an existing account is written: people type passwords into the wrong field.
    """
    if request.axes_failures_since_start is None:
        return
    username = username or ""
    is_known = username.startswith(RESTRICTION_PREFIX) or (
        get_user_model().objects.filter(username=username).exists()
    )
    name = username if is_known else "(no such account)"
    logger.warning(
        "Login locked after repeated failures: account %s, network %s",
        name,
        ip_address,
        extra={"account": name, "network": ip_address},
    )
