"""Email editors about problems that need them: one summary for each person and hour.

Summaries go to those who may decide about digests. What they list is found when they are sent
(``core.problems``), so what was solved before is not in it. The admin's first page lists the same.
"""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.core.mail import EmailMessage
from django.db import models, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from wagtail.models import Site

from core import problems
from core.mail import PlainHeadersMessage, render_mail
from core.models import OutgoingEmail, SiteSettings
from core.outbox import kinds, sending
from core.problems import Problem

from .models import Digest

logger = logging.getLogger(__name__)

TEMPLATES = "newsletter/email/alert"
MAX_LISTED = 20
# Several problems at once, as after an outage, are collected for this time. Those solved in the
# meantime are left out.
GATHERING_TIME = timedelta(minutes=2)
# A person gets at most one summary in this time …
INTERVAL = timedelta(hours=1)
# … and a problem that persists is repeated after this time.
REPEAT_AFTER = timedelta(days=1)


class Cause(models.TextChoices):
    """Events of a digest that its state does not show. The label completes a sentence about it."""

    OMISSIONS = "omissions", _("goes out without a post that cannot be rendered")
    SKIPPED = "skipped", _("was not sent to some readers: its posts were withdrawn")


def tell_editors(digest: Digest, cause: Cause) -> None:
    """Queue an alert to the editors about a digest.

    In a transaction it runs on commit. It never raises. Digests that are paused or on hold
    need no call: ``problems`` finds them.
    """
    transaction.on_commit(partial(_tell, digest.pk, cause), robust=True)


def queue_summaries(now: datetime) -> None:
    """Queue a summary for each person who has not been told of every problem there is.

    Called at each tick.
    """
    found = [problem for problem in problems.find(now) if now >= _alert_at(problem)]
    if not found:
        return
    users = list(editors())
    if not users:
        logger.error("Nobody can be alerted: no user with an address may decide about digests.")
    reports = _Reports(users, now)
    for user in users:
        if reports.can_get_summary(user) and reports.unreported(user, found):
            sending.enqueue(
                SUMMARY,
                user.email,
                now,
                data={"user": user.pk},
                key=f"user-{user.pk}",
                delay=GATHERING_TIME,
            )


def editors() -> QuerySet[AbstractBaseUser]:
    """Return who may decide about digests, can log in to the admin, and has an address."""
    users, backend = get_user_model().objects, "django.contrib.auth.backends.ModelBackend"
    may_enter = users.with_perm("wagtailadmin.access_admin", backend=backend)
    may_decide = users.with_perm("newsletter.change_digest", backend=backend)
    return may_decide.filter(pk__in=may_enter.values("pk")).exclude(email="")


class _Reports:
    """The summaries that were sent to each person."""

    def __init__(self, users: Iterable[AbstractBaseUser], now: datetime) -> None:
        self.now = now
        addressed = [user.pk for user in users]
        sent = OutgoingEmail.objects.filter(kind=SUMMARY.name, data__user__in=addressed)
        self.sent: dict[int, list[OutgoingEmail]] = {pk: [] for pk in addressed}
        for email in sent.sent_since(now - problems.RECENT):
            self.sent[email.data["user"]].append(email)

    def can_get_summary(self, user: AbstractBaseUser) -> bool:
        """Return whether enough time has passed since a person's last summary."""
        return not any(email.finished_at > self.now - INTERVAL for email in self.sent[user.pk])

    def unreported(self, user: AbstractBaseUser, found: Iterable[Problem]) -> list[Problem]:
        """Return the problems to include in a person's next alert, new or repeated."""
        ever = self._keys(user, self.now - problems.RECENT)
        lately = self._keys(user, self.now - REPEAT_AFTER)
        return [
            problem for problem in found if problem.key not in (lately if problem.lasting else ever)
        ]

    def _keys(self, user: AbstractBaseUser, since: datetime) -> set[str]:
        emails = [email for email in self.sent[user.pk] if email.finished_at > since]
        return {key for email in emails for key in email.data["problems"]}


def _build(email: OutgoingEmail, now: datetime) -> EmailMessage | None:
    """Build a person's summary; None if no problem is left or they may no longer decide."""
    user = editors().select_related("wagtail_userprofile").filter(pk=email.data["user"]).first()
    if user is None:
        return None
    with override(_language_of(user)):
        found = [problem for problem in problems.find(now) if now >= _alert_at(problem)]
        unreported = _Reports([user], now).unreported(user, found)
        if not unreported:
            return None
        # Lasting problems are listed each time, so that the latest summary is complete.
        listed = unreported + [it for it in found if it.lasting and it not in unreported]
        email.data = {**email.data, "problems": [problem.key for problem in listed]}
        return _message(user, listed)


SUMMARY = kinds.register(
    kinds.Kind(
        name="newsletter.alert",
        label=_("Alert"),
        build=_build,
        give_up_after=None,
        has_second_route=True,
    )
)


def _message(user: AbstractBaseUser, found: Sequence[Problem]) -> EmailMessage:
    base = settings.WAGTAILADMIN_BASE_URL
    site = Site.objects.get(is_default_site=True)
    context = {
        "name": user.get_short_name() or user.get_username(),
        "number": len(found),
        "problems": [(problem, problem.url and base + problem.url) for problem in found][
            :MAX_LISTED
        ],
        "more": max(len(found) - MAX_LISTED, 0),
        "url": base + reverse("wagtailadmin_home"),
        "brand": SiteSettings.for_site(site),
    }
    mail = render_mail(TEMPLATES, context)
    headers = {"Auto-Submitted": "auto-generated"}  # RFC 3834
    message = PlainHeadersMessage(mail.subject, mail.text, to=[user.email], headers=headers)
    message.attach_alternative(mail.html, "text/html")
    return message


def _alert_at(problem: Problem) -> datetime:
    return problem.since + problem.alert_after


def _tell(digest_id: int, cause: Cause) -> None:
    try:
        _store(digest_id, cause)
    except Exception:
        logger.exception("The editors could not be alerted", extra={"digest": digest_id})


@transaction.atomic
def _store(digest_id: int, cause: Cause) -> None:
    digest = Digest.objects.select_for_update().get(pk=digest_id)
    if cause not in digest.told:
        now = timezone.now()
        told = {**digest.told, cause.value: now.isoformat()}
        Digest.objects.filter(pk=digest_id).update(told=told, told_at=now)


def _language_of(user: AbstractBaseUser) -> str:
    profile = getattr(user, "wagtail_userprofile", None)
    return profile.get_preferred_language() if profile else settings.LANGUAGE_CODE
