"""Read EMAIL_URL: where mail is handed over, and what its parameters set.

A provider's parameters are anymail's settings, in lower case and without the provider's name:
https://anymail.dev/en/stable/installation/#configuring-anymail and each provider's page there.
"""

import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, unquote_plus, urlsplit

Parser = Callable[[str], Any]


class EmailURLError(ValueError):
    """An error in EMAIL_URL. Its message repeats no part of the URL, which contains a password."""


def _parse_bool(value: str) -> bool:
    """Return "true" or "false" as a bool."""
    if value not in ("true", "false"):
        raise ValueError("should be true or false")
    return value == "true"


def _parse_seconds(value: str) -> int:
    """Return a whole number of seconds, at least one."""
    if not re.fullmatch(r"[1-9]\d{0,3}", value):
        raise ValueError("should be a number of seconds from 1 to 9999")
    return int(value)


def _parse_url(value: str) -> str:
    if not re.match(r"https?://[\w.\[\]:-]+(/|$)", value):
        raise ValueError("should be an address that begins with https://")
    return value


def _parse_text(value: str) -> str:
    if not value.strip():
        raise ValueError("should not be empty")
    return value


def _parse_list(value: str) -> list[str]:
    return [_parse_text(part).strip() for part in value.split(",")]


def _parse_object(value: str) -> dict[str, Any]:
    try:
        parsed = json.loads(value)
    except ValueError:
        parsed = None
    if not isinstance(parsed, dict):
        raise ValueError('should be a JSON object, e.g. {"key": "value"}')
    return parsed


@dataclass(frozen=True)
class Provider:
    """A provider: anymail's name of it, and the settings that its part of EMAIL_URL stands for.

    ``keys`` are the settings that the URL's user and password are; ``options`` are its parameters
    with how each is parsed. ``signing_setting`` is the setting for the key that the provider signs
    its events with, "" where it signs none, and ``signing_package`` what has to be installed to
    verify them.
    """

    backend: str
    keys: tuple[str, ...] = ("api_key",)
    options: Mapping[str, Parser] = field(default_factory=dict)
    signing_setting: str = ""
    signing_package: str = ""

    def setting(self, name: str) -> str:
        """Return the name of one of the provider's own settings in anymail's."""
        return f"{self.backend}_{name}".upper()


PROVIDERS = {
    "mailgun": Provider("mailgun", signing_setting="webhook_signing_key"),
    "postmark": Provider(
        "postmark", keys=("server_token",), options={"message_stream": _parse_text}
    ),
    "sendgrid": Provider(
        "sendgrid",
        options={"generate_message_id": _parse_bool},
        signing_setting="tracking_webhook_verification_key",
        signing_package="cryptography",
    ),
    "brevo": Provider(
        "brevo",
        options={
            "prevent_header_encoding_bugs": _parse_bool,
            "workaround_display_name_bugs": _parse_bool,
        },
    ),
    "mailjet": Provider("mailjet", keys=("api_key", "secret_key")),
    "sparkpost": Provider(
        "sparkpost",
        options={"subaccount": _parse_text, "track_initial_open_as_opened": _parse_bool},
    ),
    "resend": Provider(
        "resend",
        options={"verify_attachment_extensions": _parse_bool},
        signing_setting="signing_secret",
        signing_package="svix",
    ),
}

# Settings that every provider has …
_EVERY_PROVIDER: Mapping[str, Parser] = {"api_url": _parse_url}
# … settings of anymail as a whole …
_ANYMAIL: Mapping[str, Parser] = {
    "debug_api_requests": _parse_bool,
    "ignore_unsupported_features": _parse_bool,
    "requests_timeout": _parse_seconds,
}
# … and what every message gets (ANYMAIL_SEND_DEFAULTS).
_SEND_DEFAULTS: Mapping[str, Parser] = {"esp_extra": _parse_object, "tags": _parse_list}

# Settings of anymail that would break a promise: how mail is merged, what is recorded of each
# recipient, and that readers are not tracked. Gazette sets them itself.
_RESERVED = {
    *("generate_message_id", "ignore_recipient_status", "merge_field_format", "use_bulk_api"),
    *("track_clicks", "track_opens"),
}


def parse(url: str, folder: Path) -> dict[str, Any]:
    """Return Django's and anymail's settings for a URL; the local mailbox is under ``folder``.

    Raises EmailURLError with what is wrong, or another ValueError or KeyError.
    """
    parts = urlsplit(url)
    if "@" in parts.query and "@" not in parts.netloc:
        raise EmailURLError('"?" in a user name or password is written as %3F.')
    if parts.fragment:
        raise EmailURLError('"#" in a user name or password is written as %23.')
    parameters = _parameters(parts.query)
    if parts.scheme == "file":
        _refuse_unknown(parameters, known=())
        path = Path(parts.path) if parts.path else folder
        return {"EMAIL_BACKEND": "localmail.backend.EmailBackend", "MAILBOX_DIR": path}
    if parts.path.strip("/"):
        raise EmailURLError('"/" in a user name or password is written as %2F.')
    if parts.scheme == "smtp":
        return _smtp(parts, parameters)
    return _provider(parts, PROVIDERS[parts.scheme], parameters)


def _parameters(query: str) -> dict[str, str]:
    """Return the parameters of a URL. Raises EmailURLError where one is incomplete or repeated."""
    pairs = [pair.split("=", 1) for pair in query.split("&") if pair]
    if any(len(pair) == 1 for pair in pairs):
        raise EmailURLError("A parameter in it has no value: write NAME=VALUE.")
    parameters = {unquote_plus(name): unquote_plus(value) for name, value in pairs}
    if len(parameters) < len(pairs):
        raise EmailURLError("A parameter in it is given twice.")
    return parameters


def _refuse_unknown(parameters: Mapping[str, str], known: Collection[str]) -> None:
    """Raise EmailURLError where there is a parameter that nothing reads."""
    for name in parameters.keys() - set(known):
        have = f"there are {', '.join(known)}" if known else "there are none"
        raise EmailURLError(f"It has no parameter {name}; {have}.")


def _smtp(parts: SplitResult, parameters: Mapping[str, str]) -> dict[str, Any]:
    parsers = {"tls": _parse_bool, "ssl": _parse_bool, "timeout": _parse_seconds}
    _refuse_unknown(parameters, known=list(parsers))
    options = {
        name: _parse_option(name, value, parsers[name]) for name, value in parameters.items()
    }
    if not parts.hostname:
        raise EmailURLError("It names no host.")
    if options.get("tls") and options.get("ssl"):
        raise EmailURLError("Set tls (usually port 587) or ssl (port 465), not both.")
    return {
        "EMAIL_BACKEND": "newsletter.sending.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or 25,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": options.get("tls", False),
        "EMAIL_USE_SSL": options.get("ssl", False),
        "EMAIL_TIMEOUT": options.get("timeout", 30),
    }


def _provider(
    parts: SplitResult, provider: Provider, parameters: Mapping[str, str]
) -> dict[str, Any]:
    user, at, host = parts.netloc.rpartition("@")
    keys = (user if at else host).split(":")
    if len(keys) != len(provider.keys) or not all(keys):
        raise ValueError("It has another number of keys.")
    anymail = {
        provider.setting(name): unquote(key) for name, key in zip(provider.keys, keys, strict=True)
    }
    if at and host and provider.backend != "mailgun":
        raise EmailURLError("Only Mailgun's has a domain, after the @.")
    if at:
        anymail["MAILGUN_SENDER_DOMAIN"] = host
    anymail |= _parse_options(provider, parameters)
    if provider.backend != "brevo":  # It cannot be told for a single email.
        untracked = {"track_opens": False, "track_clicks": False}
        anymail["SEND_DEFAULTS"] = {**anymail.get("SEND_DEFAULTS", {}), **untracked}
    return {
        "EMAIL_BACKEND": f"anymail.backends.{provider.backend}.EmailBackend",
        "ANYMAIL": anymail,
    }


def _parse_options(provider: Provider, parameters: Mapping[str, str]) -> dict[str, Any]:
    """Return anymail's settings that the parameters of EMAIL_URL stand for.

    Raises EmailURLError where one is unknown or malformed.
    """
    settings: dict[str, Any] = {}
    defaults: dict[str, Any] = {}
    own = {**_EVERY_PROVIDER, **provider.options}
    for name, value in parameters.items():
        if name in own:
            settings[provider.setting(name)] = _parse_option(name, value, own[name])
        elif name in _ANYMAIL:
            settings[name.upper()] = _parse_option(name, value, _ANYMAIL[name])
        elif name in _SEND_DEFAULTS:
            defaults[name] = _parse_option(name, value, _SEND_DEFAULTS[name])
        elif name in _RESERVED:
            raise EmailURLError(f"The parameter {name} cannot be set: Gazette sets it itself.")
        else:
            known = ", ".join(sorted({*own, *_ANYMAIL, *_SEND_DEFAULTS}))
            raise EmailURLError(f"It has no parameter {name}; there are {known}.")
    return {**settings, "SEND_DEFAULTS": defaults} if defaults else settings


def _parse_option(name: str, value: str, parse: Parser) -> Any:
    """Return the value of a parameter. Raises EmailURLError where it is malformed."""
    try:
        return parse(value)
    except ValueError as error:
        raise EmailURLError(f"The parameter {name} {error}.") from error
