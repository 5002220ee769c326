"""Emails about accounts, and the nightly clean-up of login data."""

from datetime import datetime
from smtplib import SMTPException

from celery import shared_task
from django.contrib.auth import get_user_model
from django.utils.translation import override

from . import emails, lockout, rotation

RETRIES = {
    "autoretry_for": (SMTPException, OSError),
    "retry_backoff": 60,  # Seconds, doubled each time: about an hour in all.
    "max_retries": 6,
}


@shared_task(**RETRIES)
def send_security_email(user_id: int, event: str, details: dict[str, str]) -> None:
    """Email a user about a security event, unless the account no longer exists."""
    user = get_user_model().objects.filter(pk=user_id).exclude(email="").first()
    if user:
        at = datetime.fromisoformat(details["at"])
        emails.send_security_email(user, event, details | {"at": at})


@shared_task
def send_password_reset(address: str, language: str) -> None:
    """Email a reset link to the accounts with an address, so that response times reveal nothing.

    Django logs errors and raises none: people can ask again.
    """
    with override(language):
        emails.send_password_reset(address)


@shared_task
def tidy_logins() -> None:
    """Delete old logins and failures; encrypt again what an earlier ``SECRET_KEY`` encrypted."""
    lockout.purge()
    rotation.encrypt_again()
