"""The address at which the mail provider reports events: anymail's view, stricter about its input.

Anymail verifies the secret and the signature. It answers 500 where a body is not what it expects,
which a provider takes for "try again later", and takes signatures of any age.
"""

import json
import time
from collections.abc import Callable
from typing import Any

from anymail import urls as anymail_urls
from anymail.exceptions import AnymailWebhookValidationFailure
from anymail.webhooks.base import AnymailCoreWebhookView
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest
from django.urls import URLPattern, path

# Providers repeat an event that was not taken for up to a day (SendGrid, 24 hours). Older ones are
# replayed by somebody else.
MAX_SIGNATURE_AGE = 24 * 60 * 60
# How far a provider's clock may be ahead of ours.
MAX_CLOCK_SKEW = 10 * 60


def tracking_urls(provider: str) -> list[URLPattern]:
    """Return the address at which a provider, as anymail names its module, reports events.

    There is none for "".
    """
    name = f"{provider}_tracking_webhook"
    return [
        path(str(pattern.pattern), _strict(pattern.callback.view_class).as_view(), name=name)
        for pattern in anymail_urls.urlpatterns
        if pattern.name == name
    ]


def _strict(view_class: type[AnymailCoreWebhookView]) -> type[AnymailCoreWebhookView]:
    return type(f"Strict{view_class.__name__}", (StrictWebhookMixin, view_class), {})


class StrictWebhookMixin(AnymailCoreWebhookView):
    """Answers 400 to a body that cannot be read, and to a signature that is too old.

    An error while an event is stored is still answered with 500, so that the provider calls again.
    """

    def run_validators(self, request: HttpRequest) -> None:
        """Raise SuspiciousOperation unless the provider made this call, not long ago."""
        try:
            super().run_validators(request)
            age = time.time() - SIGNED_AT.get(self.esp_name, _now)(request)
        except SuspiciousOperation:
            raise
        except Exception as error:
            raise _malformed(self.esp_name) from error
        if not -MAX_CLOCK_SKEW <= age <= MAX_SIGNATURE_AGE:
            raise AnymailWebhookValidationFailure(
                f"{self.esp_name} webhook called with a signature {age:.0f} seconds old"
            )

    def parse_events(self, request: HttpRequest) -> list[Any]:
        """Return the events in a call. Raises SuspiciousOperation where it cannot be read."""
        try:
            if _is_json(request) and not json.loads(request.body):
                raise ValueError("There is nothing in the body.")
            return super().parse_events(request)
        except Exception as error:
            raise _malformed(self.esp_name) from error


def _mailgun_signed_at(request: HttpRequest) -> float:
    if _is_json(request):
        return float(json.loads(request.body)["signature"]["timestamp"])
    return float(request.POST["timestamp"])


def _sendgrid_signed_at(request: HttpRequest) -> float:
    return float(request.headers.get("X-Twilio-Email-Event-Webhook-Timestamp", time.time()))


def _now(request: HttpRequest) -> float:
    return time.time()


# When a call was signed, in seconds since 1970, by the providers that sign a time stamp. Resend's
# library refuses one that is five minutes old itself.
SIGNED_AT: dict[str, Callable[[HttpRequest], float]] = {
    "Mailgun": _mailgun_signed_at,
    "SendGrid": _sendgrid_signed_at,
}


def _is_json(request: HttpRequest) -> bool:
    return request.content_type == "application/json"


def _malformed(provider: str) -> AnymailWebhookValidationFailure:
    return AnymailWebhookValidationFailure(f"{provider} webhook called with a malformed body")
