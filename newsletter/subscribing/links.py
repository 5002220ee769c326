"""The signed links in mails: whoever holds one may act for its subscription, with no password.

A link holds the subscription's number and a signature of the purpose it serves, so that a link to
confirm cannot be turned into one to leave. Links to confirm run out; the others work as long as the
mail is kept, for so does the right to leave.
"""

from datetime import timedelta
from functools import cached_property
from hmac import HMAC

from django.core.signing import (
    BadSignature,
    SignatureExpired,
    Signer,
    TimestampSigner,
    b64_encode,
)
from django.urls import reverse
from django.utils.crypto import salted_hmac

from core.richtext import absolute_url

from ..models import Subscription

CONFIRM_WITHIN = timedelta(days=7)


class _MailSigner(Signer):
    """Signs as Django's does, for many mails: the key of its HMAC is derived once."""

    def signature(self, value: str, key: str | None = None) -> str:
        if key not in (None, self.key):
            return super().signature(value, key)
        keyed = self._keyed.copy()
        keyed.update(str(value).encode())
        return b64_encode(keyed.digest()).decode()

    @cached_property
    def _keyed(self) -> HMAC:
        return salted_hmac(f"{self.salt}signer", b"", self.key, algorithm=self.algorithm)


_TOKEN = "0.token"
_confirm = TimestampSigner(salt="newsletter.confirm", sep=".")
_signers = {
    name: _MailSigner(salt=f"newsletter.{name}", sep=".") for name in ("preferences", "leave")
}


class InvalidLink(Exception):
    """The link was not made by us, or leads to nobody any more."""


class ExpiredLink(InvalidLink):
    """The link was ours and is too old."""

    def __init__(self, subscription: Subscription) -> None:
        self.subscription = subscription


class Links:
    """Makes the links of many mails: where their pages lie is worked out once."""

    def __init__(self) -> None:
        self._leave = _around_token("leave")
        self._preferences = _around_token("preferences")

    def leave_url(self, subscription_id: int) -> str:
        """Return the address of the page, and of the one-click post, by which somebody leaves."""
        return _signers["leave"].sign(subscription_id).join(self._leave)

    def preferences_url(self, subscription_id: int) -> str:
        """Return the address of the page where cadence and topics are changed."""
        return _signers["preferences"].sign(subscription_id).join(self._preferences)


def confirm_url(subscription_id: int) -> str:
    """Return the address of the page where a subscription is confirmed."""
    return _confirm.sign(subscription_id).join(_around_token("confirm"))


def preferences_url(subscription_id: int) -> str:
    """Return the address of the page where cadence and topics are changed."""
    return Links().preferences_url(subscription_id)


def leave_url(subscription_id: int) -> str:
    """Return the address of the page, and of the one-click post, by which somebody leaves."""
    return Links().leave_url(subscription_id)


def subscription_to_confirm(token: str) -> Subscription:
    """Return the subscription that a confirmation link is for.

    Raises InvalidLink, or ExpiredLink where the link is more than a week old.
    """
    try:
        return _find(_confirm.unsign(token, max_age=CONFIRM_WITHIN))
    except SignatureExpired as error:
        raise ExpiredLink(_find(_confirm.unsign(token))) from error
    except BadSignature as error:
        raise InvalidLink from error


def subscription_of(purpose: str, token: str) -> Subscription:
    """Return the subscription that a link for "preferences" or "leave" is for.

    Raises InvalidLink.
    """
    try:
        return _find(_signers[purpose].unsign(token))
    except BadSignature as error:
        raise InvalidLink from error


def _around_token(name: str) -> list[str]:
    """Return what stands before and after the token in the address of a page.

    A token holds digits, letters, ".", "-" and "_" alone, which stand in addresses as they are.
    """
    return absolute_url(reverse(f"newsletter:{name}", args=[_TOKEN])).rsplit(_TOKEN, 1)


def _find(number: str) -> Subscription:
    subscriptions = Subscription.objects.select_related("subscriber", "newsletter", "topic_set")
    try:
        return subscriptions.get(pk=number)
    except (Subscription.DoesNotExist, ValueError) as error:
        raise InvalidLink from error
