"""Read the environment: each variable once, and a clear word where one is missing or wrong."""

import re
from collections.abc import Sequence
from email.utils import parseaddr
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
from django.conf.locale import LANG_INFO
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email
from environs import Env, EnvError

from . import email_url
from .email_url import PROVIDERS, Provider

EXPECTED = {
    "SECRET_KEY": "a long random text, the same on every machine of the site",
    "SECRET_KEY_FALLBACKS": "earlier values of SECRET_KEY, separated by commas, or empty",
    "SUPPRESSION_KEY": "a long random text that never changes, or empty",
    "DEBUG": "true or false",
    "ALLOWED_HOSTS": "host names separated by commas, e.g. www.example.org,example.org",
    "BASE_URL": "the public address of the site without a path, e.g. https://www.example.org",
    "DATABASE_URL": "sqlite:///var/db.sqlite3 or postgres://USER:PASSWORD@HOST:5432/NAME",
    "CACHE_URL": "locmem:// or redis://HOST:6379/0",
    "PAGE_CACHE_URL": "file:// (or file:///FOLDER), redis://HOST:6379/0, or off",
    "PAGE_CACHE_SHARED_SECONDS": "the seconds that a CDN may keep a page, 0 or more",
    "CELERY_BROKER_URL": (
        "filesystem:// (or filesystem:///FOLDER), redis://HOST:6379/1 or amqp://USER:PASSWORD@HOST//"
    ),
    "EMAIL_URL": (
        "file:// (or file:///FOLDER), smtp://USER:PASSWORD@HOST:587?tls=true, or a provider: "
        "mailgun://KEY@DOMAIN, postmark://TOKEN, sendgrid://KEY, brevo://KEY, "
        "mailjet://KEY:SECRET, sparkpost://KEY, resend://KEY, each with anymail's settings as "
        "parameters, e.g. mailgun://KEY@DOMAIN?api_url=https://api.eu.mailgun.net/v3"
    ),
    "ALERT_EMAIL_URL": "like EMAIL_URL, at another mail server or provider; or empty",
    "EMAIL_WEBHOOK_SECRET": "the USER:PASSWORD in the webhook URL of the provider, or empty",
    "EMAIL_WEBHOOK_KEY": "the key with which the provider of EMAIL_URL signs its calls, or empty",
    "DEFAULT_FROM_EMAIL": "an address mail comes from, e.g. Gazette <hello@example.org>",
    "COMMENTS_PROOF_OF_WORK": "true or false",
    "LANGUAGES": "codes of languages separated by commas, the site's own first, e.g. en-gb,de",
    "MEDIA_ROOT": "a folder for images that a proxy serves to everyone",
    "PRIVATE_MEDIA_ROOT": "a folder for uploaded files, outside of MEDIA_ROOT and STATIC_ROOT",
    "SENDFILE": "none, x-accel-redirect or x-sendfile",
    "STATIC_ROOT": "a folder for collected static files",
    "PDF_SECONDS": "the seconds of CPU time that a PDF may take, 1 or more",
    "PDF_MEMORY_MB": "the megabytes of memory that a PDF may take, 256 or more",
    "PROXY_COUNT": "the number of proxies in front of the site, 0 or more",
    "TICK_SECONDS": "the seconds between two looks for due digests, more than 0",
    "LEASE_SECONDS": "the seconds after which a silent worker is taken for dead, more than 0",
    "KEEP_DELIVERIES_DAYS": "the days that deliveries are kept for, 90 or more",
    "KEEP_SPAM_DAYS": "the days that spam comments are kept for, 1 or more",
    "KEEP_CONTACT_MESSAGES_DAYS": "the days that contact messages are kept for, or 0 for ever",
    "LATE_HOURS": "the hours after which a digest is too late to be sent unasked, more than 0",
    "LOG_FORMAT": "plain or json",
    "METRICS_TOKEN": "a random text of at least 20 characters, or empty",
    "SETTLE_SECONDS": "the seconds a digest waits for publishing still under way, 0 or more",
}

_env = Env()


def read_file(path: Path) -> None:
    """Take what ``path`` (a ``.env`` file) says for variables that the environment leaves unset."""
    _env.read_env(str(path), recurse=False)


def read(kind: str, name: str, **options: Any) -> Any:
    """Return the variable ``name`` read as ``kind``, one of environs' types ("str", "bool", …).

    Raises ImproperlyConfigured, naming the variable and what it should be, where it is missing
    without a ``default``, empty, or malformed.
    """
    try:
        value = getattr(_env, kind)(name, **options)
    except EnvError as error:
        raise wrong(name, str(error)) from error
    if kind in ("str", "list") and not value:
        raise wrong(name, "It is missing or empty.")
    return value


def wrong(name: str, problem: str) -> ImproperlyConfigured:
    """Return the error that says what is the matter with a variable and what it should be."""
    return ImproperlyConfigured(f"{name} should be {EXPECTED[name]}. {problem}")


def number(name: str, default: int, at_least: int) -> int:
    """Return a whole number that is ``at_least`` so large."""
    value = read("int", name, default=default)
    if value < at_least:
        raise wrong(name, f"It is {value}.")
    return value


def folder_outside(name: str, default: Path, served: Sequence[Path]) -> Path:
    """Return a folder that is outside the folders that are ``served`` to everyone."""
    folder = read("path", name, default=default)
    if any(folder.resolve().is_relative_to(each.resolve()) for each in served):
        raise wrong(name, f"It is {str(folder)!r}.")
    return folder


def choice(name: str, default: str, options: Sequence[str]) -> str:
    """Return one of a few words."""
    value = read("str", name, default=default)
    if value not in options:
        raise wrong(name, f"It is {value!r}.")
    return value


def token(name: str) -> str:
    """Return a word that only those know who may come in; "" where there is none."""
    value = _env.str(name, default="")
    if value and not re.fullmatch(r"\S{20,}", value):
        raise wrong(name, "It is too short, or there is a space in it.")
    return value


def keys(name: str) -> list[str]:
    """Return keys separated by commas; none where the variable is unset or empty."""
    return [key.strip() for key in _env.str(name, default="").split(",") if key.strip()]


def hosts(name: str, default: list[str]) -> list[str]:
    """Return host names, with no scheme, port or path."""
    value = read("list", name, default=default)
    if any(re.search(r"[/:\s]", host) for host in value):
        raise wrong(name, f"It is {','.join(value)!r}.")
    return value


def languages(name: str, default: list[str]) -> list[tuple[str, str]]:
    """Return the languages of the site, each with its name in itself.

    A variety, as British English, is named as such only where there is another of the language.
    """
    codes = [code.strip().lower() for code in read("list", name, default=default)]
    unknown = [code for code in codes if "name_local" not in LANG_INFO.get(code, {})]
    if unknown or len(set(codes)) < len(codes):
        raise wrong(name, f"It is {','.join(codes)!r}.")
    families = [code.partition("-")[0] for code in codes]
    return [
        (code, _name_of(family if families.count(family) == 1 else code, code))
        for code, family in zip(codes, families, strict=True)
    ]


def _name_of(wanted: str, code: str) -> str:
    known = LANG_INFO.get(wanted, {})
    return known.get("name_local") or LANG_INFO[code]["name_local"]


def address(name: str) -> str:
    """Return an email address, with a name before it or without."""
    value = read("str", name)
    try:
        validate_email(parseaddr(value)[1])
    except ValidationError as error:
        raise wrong(name, f"It is {value!r}.") from error
    return value


def base_url(name: str) -> str:
    """Return the address of a site, without a slash at its end."""
    value = read("str", name).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query:
        raise wrong(name, f"It is {value!r}.")
    return value


def database(name: str, default: str, folder: Path) -> dict[str, Any]:
    """Return Django's settings of a database; a relative SQLite path is taken from ``folder``.

    SQLite gets immediate transactions and a write-ahead log: with its own defaults, two processes
    that write at once fail with "database is locked".
    """
    try:
        settings = dj_database_url.parse(
            read("str", name, default=default), conn_max_age=60, conn_health_checks=True
        )
    except ValueError as error:
        raise wrong(name, "It cannot be read as such.") from error
    engine = settings["ENGINE"].rpartition(".")[2]
    if engine not in ("sqlite3", "postgresql") or settings["NAME"] in ("", ":memory:"):
        raise wrong(name, "It names no database of these.")
    if engine == "sqlite3":
        settings["NAME"] = str(folder / settings["NAME"])
        settings["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
    return settings


def cache(name: str, default: str) -> dict[str, Any]:
    """Return Django's settings of a cache."""
    url = read("str", name, default=default)
    scheme = urlsplit(url).scheme
    if scheme == "locmem":
        return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "gazette"}
    if scheme in ("redis", "rediss"):
        return _redis(url)
    raise wrong(name, "It names no cache of these.")


def page_cache(name: str, cache_name: str, folder: Path) -> dict[str, Any]:
    """Return Django's settings of the cache of pages, which all processes of the site share.

    Unset, it is the Redis of ``cache_name``; where there is none, files under ``folder``.
    """
    shared = _env.str(cache_name, default="")
    is_redis = urlsplit(shared).scheme in ("redis", "rediss")
    url = read("str", name, default=shared if is_redis else "file://")
    if url == "off":
        return {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}
    parts = urlsplit(url)
    if parts.scheme == "file":
        return {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": parts.path or str(folder),
            "OPTIONS": {"MAX_ENTRIES": 2000},
        }
    if parts.scheme in ("redis", "rediss"):
        return _redis(url) | {"KEY_PREFIX": "pages"}
    raise wrong(name, "It names no cache of these.")


def policy(**directives: list[str]) -> str:
    """Return a Content Security Policy; ``_`` in the name of a directive stands for ``-``."""
    return "; ".join(
        f"{name.replace('_', '-')} {' '.join(sources)}" for name, sources in directives.items()
    )


def _redis(url: str) -> dict[str, Any]:
    """Return the settings of a Redis that is not waited for where it does not answer."""
    return {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": url,
        "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 2},
    }


def broker(name: str, default: str, folder: Path) -> dict[str, Any]:
    """Return Celery's settings of a broker.

    The embedded broker keeps its messages under the folder in the URL, else under ``folder``.
    """
    url = read("str", name, default=default)
    parts = urlsplit(url)
    if parts.scheme == "filesystem":
        root = Path(parts.path) if parts.path else folder
        messages, control = root / "messages", root / "control"
        return {
            "CELERY_BROKER_URL": "filesystem://localhost",
            "CELERY_BROKER_TRANSPORT": "config.broker:Transport",
            "CELERY_BROKER_TRANSPORT_OPTIONS": {
                "data_folder_in": str(messages),
                "data_folder_out": str(messages),
                "control_folder": str(control),
                # Seconds. kombu's own, one, is also how long a worker rests between two tasks.
                "polling_interval": 0.1,
            },
        }
    if parts.scheme in ("redis", "rediss", "amqp", "amqps") and parts.hostname:
        return {"CELERY_BROKER_URL": url}
    raise wrong(name, "It names no broker of these.")


def email(name: str, default: str, folder: Path) -> dict[str, Any]:
    """Return Django's (and anymail's) settings that send mail to where the URL says."""
    url = read("str", name, default=default)
    try:
        return email_url.parse(url, folder)
    except email_url.EmailURLError as error:
        raise wrong(name, str(error)) from error
    except (KeyError, ValueError) as error:
        raise wrong(name, "It cannot be read as such.") from error


# Django's settings of a mail server, and the arguments of its email backend.
_ARGUMENTS = {
    "MAILBOX_DIR": "folder",
    "EMAIL_HOST": "host",
    "EMAIL_PORT": "port",
    "EMAIL_HOST_USER": "username",
    "EMAIL_HOST_PASSWORD": "password",
    "EMAIL_USE_TLS": "use_tls",
    "EMAIL_USE_SSL": "use_ssl",
    "EMAIL_TIMEOUT": "timeout",
}


def second_email(name: str, folder: Path) -> dict[str, Any]:
    """Return the arguments of ``get_connection`` for the URL; none where the variable is empty."""
    if not _env.str(name, default=""):
        return {}
    settings = email(name, "", folder)
    backend, anymail = settings.pop("EMAIL_BACKEND"), settings.pop("ANYMAIL", {})
    prefix = f"{backend.split('.')[-2]}_".upper()
    arguments = {key.removeprefix(prefix).lower(): value for key, value in anymail.items()}
    arguments |= {_ARGUMENTS[key]: value for key, value in settings.items()}
    return {"backend": backend, **arguments}


def webhook(secret_name: str, key_name: str, url_name: str) -> dict[str, Any]:
    """Return the settings by which the provider that mail goes to may tell what becomes of it.

    MAIL_EVENTS_FROM is that provider as anymail names it; "" where neither a secret nor a key would
    tell its calls from others'.
    """
    provider = urlsplit(read("str", url_name, default="file://")).scheme
    secret, key = _env.str(secret_name, default=""), _env.str(key_name, default="")
    if not secret and not key:
        return {"MAIL_EVENTS_FROM": ""}
    if provider not in PROVIDERS:
        raise wrong(secret_name if secret else key_name, f"{url_name} names no provider.")
    if secret and not re.fullmatch(r"[^\s:]+:\S+", secret):
        raise wrong(secret_name, "It cannot be read as such.")
    if provider == "mailgun" and not key:
        raise wrong(key_name, "Mailgun's events are not accepted without it.")
    signed = {_signing_setting(PROVIDERS[provider], key_name): key} if key else {}
    backend = PROVIDERS[provider].backend
    return {"MAIL_EVENTS_FROM": backend, "ANYMAIL_WEBHOOK_SECRET": secret, **signed}


def _signing_setting(provider: Provider, name: str) -> str:
    """Return the setting for the key that a provider signs its events with."""
    if not provider.signing_setting:
        raise wrong(name, f"{provider.backend} does not sign its events.")
    package = provider.signing_package
    if package and not find_spec(package):
        raise wrong(name, f"Install the package {package}, which verifies signatures.")
    return f"ANYMAIL_{provider.setting(provider.signing_setting)}"
