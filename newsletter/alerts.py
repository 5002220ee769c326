"""Mails that tell editors of a digest that needs them, once for each digest and cause.

They go to those who may decide about digests. The first page of the admin tells the same for as
long as it is so; see ``newsletter/admin/attention.py``.
"""

import logging
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.core.cache import cache
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import models, transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.template import loader
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from wagtail.admin.mail import send_mail

from core.channels import Channel

from .models import Batch, Digest, Omission

logger = logging.getLogger(__name__)

FOLDER = "newsletter/email/alert"
# The events of mail providers settle most doubts by themselves, within minutes.
DOUBT_SETTLES_WITHIN = timedelta(minutes=30)
# While the mail server takes nothing, the pipeline does not wait for it each time.
PAUSE_AFTER_FAILURE = timedelta(minutes=15)
_OUT_OF_ORDER = "newsletter.alerts.out-of-order"


class Cause(models.TextChoices):
    """Why a digest needs an editor; the label is what the subject says of the digest."""

    HELD = "held", _("is late and waits for you")
    CREDENTIALS = "credentials", _("is paused: the mail server does not let the site in")
    RATES = "rates", _("is paused: too many mails came back or were called spam")
    RESTORED = "restored", _("waits for you: the database was restored from a backup")
    OMISSIONS = "omissions", _("goes out without a post that cannot be rendered")
    UNRENDERABLE = "unrenderable", _("is paused: it cannot be rendered")
    REFUSED = "refused", _("is paused: the mail server refused most recipients")
    SKIPPED = "skipped", _("was not sent to some readers: its posts were withdrawn")
    IN_DOUBT = "in_doubt", _("has mails that may not have been sent")


def tell_editors(digest: Digest, cause: Cause) -> None:
    """Mail those who may decide about digests, unless they were told of this cause before.

    In a transaction it waits for the end of it. It never raises: what goes wrong is logged, and
    where nobody could be told the next call tries again.
    """
    transaction.on_commit(partial(_tell, digest.pk, cause), robust=True)


def tell_of_what_waits(now: datetime) -> None:
    """Tell the editors of digests that are held, and of mails that have been in doubt for a while.

    Called again and again: who could not be told is told later.
    """
    doubtful = Batch.objects.filter(in_doubt__gt=0).annotate(
        since=Coalesce("queued_at", "not_before")
    )
    lasting = doubtful.filter(since__lt=now - DOUBT_SETTLES_WITHIN).values("cohort__digest")
    held = Digest.objects.filter(state=Digest.State.HELD)
    waiting = {
        Cause.HELD: held.filter(may_repeat=False),
        Cause.RESTORED: held.filter(may_repeat=True),
        Cause.IN_DOUBT: Digest.objects.filter(pk__in=lasting),
    }
    for cause, digests in waiting.items():
        for digest in digests:
            if cause not in digest.told:
                tell_editors(digest, cause)


def editors() -> QuerySet[AbstractBaseUser]:
    """Return who may decide about digests, can log in to the admin, and has an address."""
    users, backend = get_user_model().objects, "django.contrib.auth.backends.ModelBackend"
    may_enter = users.with_perm("wagtailadmin.access_admin", backend=backend)
    may_decide = users.with_perm("newsletter.change_digest", backend=backend)
    return may_decide.filter(pk__in=may_enter.values("pk")).exclude(email="")


def _tell(digest_id: int, cause: Cause) -> None:
    try:
        if cache.get(_OUT_OF_ORDER) or not _claim(digest_id, cause):
            return
        digest = Digest.objects.select_related("newsletter").get(pk=digest_id)
        if not _mail_all(digest, cause):
            cache.set(_OUT_OF_ORDER, True, PAUSE_AFTER_FAILURE.total_seconds())
            _unclaim(digest_id, cause)
    except Exception:
        logger.exception("The editors could not be told", extra={"digest": digest_id})


@transaction.atomic
def _claim(digest_id: int, cause: Cause) -> bool:
    """Note that the editors are told; return False where they were before."""
    digest = Digest.objects.select_for_update().get(pk=digest_id)
    if cause in digest.told:
        return False
    Digest.objects.filter(pk=digest_id).update(told=[*digest.told, cause.value])
    return True


@transaction.atomic
def _unclaim(digest_id: int, cause: Cause) -> None:
    digest = Digest.objects.select_for_update().get(pk=digest_id)
    told = [other for other in digest.told if other != cause]
    Digest.objects.filter(pk=digest_id).update(told=told)


def _mail_all(digest: Digest, cause: Cause) -> bool:
    """Mail each editor, and return False where there are some and none was reached."""
    users, reached = list(editors().select_related("wagtail_userprofile")), 0
    if not users:
        logger.error("There is no editor to be told of digest %s", digest.pk)
        return True
    try:
        with get_connection() as connection:
            for user in users:
                reached += _mail(user, digest, cause, connection)
    except Exception:
        logger.exception("No editor was told of digest %s", digest.pk, extra={"digest": digest.pk})
    return reached > 0


def _mail(
    user: AbstractBaseUser, digest: Digest, cause: Cause, connection: BaseEmailBackend
) -> bool:
    """Mail one editor in their language, and return whether the mail was taken."""
    with override(_language_of(user)):
        context = _context(user, digest, cause)
        subject, body = (
            loader.render_to_string(f"{FOLDER}/{part}.txt", context, using=Channel.TEXT.engine)
            for part in ("subject", "body")
        )
    try:
        send_mail(" ".join(subject.split()), body.strip(), [user.email], connection=connection)
    except Exception:
        logger.exception("Editor %s could not be told of digest %s", user.pk, digest.pk)
        return False
    return True


def _language_of(user: AbstractBaseUser) -> str:
    profile = getattr(user, "wagtail_userprofile", None)
    return profile.get_preferred_language() if profile else settings.LANGUAGE_CODE


def _context(user: AbstractBaseUser, digest: Digest, cause: Cause) -> dict[str, object]:
    counts = Batch.objects.filter(cohort__digest=digest).counts_by_digest()[digest.pk]
    page = reverse("newsletter_digests:inspect", args=[digest.pk])
    return {
        "name": user.get_short_name() or user.get_username(),
        "digest": digest,
        "cause": cause,
        "counts": counts,
        "omissions": Omission.of(digest),
        "url": f"{settings.WAGTAILADMIN_BASE_URL}{page}",
    }
