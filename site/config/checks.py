"""What ``manage.py check --deploy`` asks beyond Django's own checks."""

import stat
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import connection


@register(Tags.security, deploy=True)
def check_mail_leaves(**kwargs: object) -> list[CheckMessage]:
    """Warn where mail would stay in the local mailbox."""
    if settings.EMAIL_BACKEND != "localmail.backend.EmailBackend":
        return []
    return [
        Warning(
            "Mail is written to the local mailbox and reaches nobody.",
            hint="Set EMAIL_URL to a mail server or a provider.",
            id="gazette.W001",
        )
    ]


@register(Tags.security, deploy=True)
def check_site_is_encrypted(**kwargs: object) -> list[CheckMessage]:
    """Warn where the site's address is not https: links in mails and logins would be open."""
    if settings.BASE_URL.startswith("https://"):
        return []
    return [
        Warning(
            "BASE_URL does not begin with https://.",
            hint="Put the site behind TLS and set BASE_URL to its https address.",
            id="gazette.W002",
        )
    ]


@register(Tags.security, deploy=True)
def check_proxies_are_counted(**kwargs: object) -> list[CheckMessage]:
    """Warn where a site with TLS counts no proxy: limits would take all visitors for one."""
    if settings.PROXY_COUNT or not settings.BASE_URL.startswith("https://"):
        return []
    return [
        Warning(
            "The site has an https address, and no proxy in front of it is counted.",
            hint="Set PROXY_COUNT to the number of proxies, 1 in most cases.",
            id="gazette.W004",
        )
    ]


@register(Tags.security, deploy=True)
def check_pages_are_shared(**kwargs: object) -> list[CheckMessage]:
    """Warn where processes may run on several machines, and pages are kept on each by itself.

    A change made on one would not reach the others. With the embedded broker there is one alone.
    """
    is_of_one_machine = settings.CACHES["pages"]["BACKEND"].endswith("FileBasedCache")
    if settings.CELERY_BROKER_URL.startswith("filesystem:") or not is_of_one_machine:
        return []
    return [
        Warning(
            "Pages are kept in files, which the site's processes on other machines do not see.",
            hint="Set CACHE_URL or PAGE_CACHE_URL to a Redis that all of them use.",
            id="gazette.W005",
        )
    ]


@register(Tags.security, deploy=True)
def check_secrets_are_private(**kwargs: object) -> list[CheckMessage]:
    """Warn if every user of the machine can read the file with the secrets."""
    path = settings.BASE_DIR / ".env"
    if not path.exists() or not path.stat().st_mode & stat.S_IRWXO:
        return []
    return [
        Warning(
            "Every user of this machine can read .env, which holds secrets.",
            hint="chmod o= .env",
            id="gazette.W010",
        )
    ]


@register(Tags.security, deploy=True)
def check_uploads_are_private(**kwargs: object) -> list[CheckMessage]:
    """Warn about uploaded files in the folder that a proxy serves to everyone."""
    folders = ("documents", "original_images", "pdf")
    found = [name for name in folders if Path(settings.MEDIA_ROOT, name).exists()]
    if not found:
        return []
    return [
        Warning(
            f"MEDIA_ROOT holds uploaded files, which everyone may fetch: {', '.join(found)}.",
            hint=f"Move these folders into {settings.PRIVATE_MEDIA_ROOT}.",
            id="gazette.W011",
        )
    ]


@register(Tags.database)
def check_site_address(databases: Sequence[str] | None = None, **kwargs: object) -> list:
    """Warn where the default site has another address than BASE_URL: links in mails would differ.

    Like all checks of the database, it runs with ``migrate`` and ``check --database default``.
    """
    from wagtail.models import Site

    if not databases or Site._meta.db_table not in connection.introspection.table_names():
        return []
    site = Site.objects.filter(is_default_site=True).first()
    if site is None or site.root_url == settings.BASE_URL:
        return []
    return [
        Warning(
            f"The default site's address is {site.root_url}, but BASE_URL is {settings.BASE_URL}.",
            hint="Change the site's host name and port under Settings, Sites.",
            id="gazette.W003",
        )
    ]


@register(Tags.security, deploy=True)
def check_suppression_key(**kwargs: object) -> list[CheckMessage]:
    """Warn if the suppression list depends on an earlier SECRET_KEY that may be removed."""
    if settings.SUPPRESSION_KEY not in settings.SECRET_KEY_FALLBACKS:
        return []
    return [
        Warning(
            "The suppression list is keyed with the last of SECRET_KEY_FALLBACKS.",
            hint="Set SUPPRESSION_KEY to that key before you remove it from SECRET_KEY_FALLBACKS.",
            id="gazette.W006",
        )
    ]
