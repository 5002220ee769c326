"""Problems of the newsletters that need attention, each computed here once from stored data.

The admin's first page lists all of them, ``alerts`` emails them, ``status`` and ``metrics`` tell of
them. The number of queries does not grow with what there is.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.formats import localize
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.problems import RECENT, Problem, given_up

from . import ticks
from .digests import planning
from .models import Batch, Digest, Notice, Omission

HOUR = timedelta(hours=1)
# Beat or the worker is silent after this time, or after five ticks if that is longer.
CLOCK_TIMEOUT = timedelta(minutes=15)
# Batches that could be sent have waited for a sender for this time.
SENDER_TIMEOUT = timedelta(minutes=15)
# What is published, planned or sent automatically is stuck after this time.
STUCK_AFTER = HOUR
# After an outage, ticks have to run for this time before an unplanned digest is a problem.
TICKS_NEEDED = timedelta(minutes=10)
# A batch that has failed so often has been tried for about an hour; see ``probation.WAITS``.
MANY_ATTEMPTS = 6
# Most unknown deliveries are settled by events of the mail provider within minutes.
UNKNOWN_SETTLES_WITHIN = timedelta(minutes=30)
# The status of unknown deliveries can no longer be found out after this time.
UNKNOWN_RETENTION = timedelta(days=30)
# The share of a digest's deliveries that may fail or be skipped, and how many it takes at least.
MAX_LOST_SHARE = 0.05
MIN_LOST = 3
# A provider that has reported on none of this many emails a day later has stopped reporting.
MIN_REPORTED_ON = 50
# It is expected to report if it has reported on a digest that ended in this time.
REPORTS_EXPECTED_FOR = timedelta(days=31)
# A machine's clock may differ from another's by this time.
CLOCK_SKEW = timedelta(minutes=1)


def find(now: datetime) -> Iterator[Problem]:
    """Yield the problems of the newsletters."""
    for source in (
        _silent_clock,
        _missing_sender,
        _on_hold,
        _paused,
        _unplanned,
        _unknown,
        _failing,
        _lost,
        _in_the_future,
        _silent_provider,
        _events,
        _notices,
    ):
        yield from source(now)


def is_clock_silent(now: datetime) -> bool:
    """Return whether ticks have stopped."""
    latest = ticks.latest()
    timeout = max(CLOCK_TIMEOUT, 5 * timedelta(seconds=settings.TICK_SECONDS))
    return latest is not None and now - latest > timeout


def _silent_clock(now: datetime) -> Iterator[Problem]:
    if is_clock_silent(now):
        text = _(
            "Nothing is being published, planned or sent automatically. Ask the people who "
            "run the site to check the “beat” and “worker” processes."
        )
        yield Problem("clock", _("Background processes"), text, ticks.latest())


def _missing_sender(now: datetime) -> Iterator[Problem]:
    batches = Batch.objects.filter(cohort__digest__in=Digest.objects.under_way())
    since = batches.claimable(now - SENDER_TIMEOUT).aggregate(oldest=Min("not_before"))["oldest"]
    if since and not ticks.is_sending(now):
        text = _(
            "Digests are due, but no process is sending them. Ask the people who run the "
            "site to check the “sender” process."
        )
        yield Problem("sender", _("Background processes"), text, since)


def _on_hold(now: datetime) -> Iterator[Problem]:
    for digest in _with_newsletter(Digest.objects.filter(state=Digest.State.HELD)):
        text = _("On hold because it is late. Send it now or skip it.")
        if digest.may_repeat:
            text = _(
                "On hold: the database was restored from a backup, and readers may already have "
                "its posts. Send it now, or mark it as sent."
            )
        yield _problem("held", digest, text, digest.created_at)


def _paused(now: datetime) -> Iterator[Problem]:
    for digest in _with_newsletter(Digest.objects.exclude(paused_at=None)):
        text = _("Paused since %(since)s (%(zone)s): %(reason)s") % {
            "since": localize(localtime(digest.paused_at, digest.newsletter.time_zone)),
            "zone": digest.newsletter.time_zone,
            "reason": digest.pause_text,
        }
        # One that is paused again is another problem, which editors are told of without delay.
        problem = _problem("paused", digest, text, digest.paused_at)
        yield replace(problem, key=f"{problem.key}-{digest.paused_at.isoformat()}")


def _unplanned(now: datetime) -> Iterator[Problem]:
    """Yield the digests whose planning does not begin, or does not end."""
    text = _(
        "Planning did not finish within an hour of the due time. The error is in the log of "
        "the “sender” process."
    )
    digests = Digest.objects.being_planned().filter(paused_at=None, newsletter__active=True)
    planning_now = list(_with_newsletter(digests))
    for digest in planning_now:
        if digest.created_at < now - STUCK_AFTER:
            yield _problem("planning", digest, text, digest.created_at)
    if not ticks.have_run_for(TICKS_NEEDED, now):
        return
    begun = {(digest.newsletter, digest.cadence) for digest in planning_now}
    for newsletter, cadence, until in planning.due(now - STUCK_AFTER):
        if (newsletter, cadence) not in begun:
            title, key = f"{newsletter}, {cadence.label}", f"unplanned:{newsletter.pk}-{cadence}"
            yield Problem(key, title, text, until, reverse("newsletter_digests:index"))


def _unknown(now: datetime) -> Iterator[Problem]:
    batches = Batch.objects.filter(
        in_doubt__gt=0, cohort__digest__until__gt=now - UNKNOWN_RETENTION
    )
    rows = (
        batches.order_by()
        .values("cohort__digest")
        .annotate(number=Sum("in_doubt"), since=Min(Coalesce("queued_at", "not_before")))
    )
    for digest, row in _digests_of(rows):
        text = ngettext(
            "%(number)s email has an unknown status. Decide whether it was sent.",
            "%(number)s emails have an unknown status. Decide whether they were sent.",
            row["number"],
        ) % {"number": intcomma(row["number"])}
        since = row["since"]
        yield _problem("unknown", digest, text, since, alert_after=UNKNOWN_SETTLES_WITHIN)


def _failing(now: datetime) -> Iterator[Problem]:
    """Yield the digests of which batches have failed again and again for more than an hour."""
    digests = Digest.objects.under_way().filter(created_at__lt=now - STUCK_AFTER)
    has_failed = Q(attempts__gte=MANY_ATTEMPTS) | Q(cohort__digest__failures__gte=MANY_ATTEMPTS)
    batches = Batch.objects.open().filter(has_failed, cohort__digest__in=digests)
    rows = (
        batches.exclude(error="")
        .order_by()
        .values("cohort__digest")
        .annotate(error_text=Max("error"))
    )
    for digest, row in _digests_of(rows):
        text = _("Has failed for more than an hour: %(error)s") % {"error": row["error_text"]}
        yield _problem("failing", digest, text, digest.created_at + STUCK_AFTER)


def _lost(now: datetime) -> Iterator[Problem]:
    """Yield the digests that ended with many failed or skipped deliveries."""
    ended = Digest.objects.filter(state=Digest.State.SENT, finished_at__gt=now - RECENT)
    batches = Batch.objects.filter(cohort__digest__in=ended).order_by().values("cohort__digest")
    rows = batches.annotate(
        all=Sum("size"), failures=Sum("failed"), lost=Sum(F("failed") + F("skipped"))
    ).filter(lost__gt=MAX_LOST_SHARE * F("all"))
    rows = rows.filter(Q(lost__gte=MIN_LOST) | Q(lost=F("all")))
    for digest, row in _digests_of(rows):
        text = _(
            "Of %(all)s emails, %(failed)s failed and %(skipped)s were skipped. Check the "
            "reasons and decide whether to send them again."
        ) % {
            "failed": intcomma(row["failures"]),
            "skipped": intcomma(row["lost"] - row["failures"]),
            "all": intcomma(row["all"]),
        }
        yield _problem("lost", digest, text, digest.finished_at, lasting=False)


def _in_the_future(now: datetime) -> Iterator[Problem]:
    for digest in _with_newsletter(Digest.objects.filter(until__gt=now + CLOCK_SKEW)):
        text = _(
            "Planned by a server whose clock was wrong. Its readers get no more posts until "
            "its cutoff. Ask the people who run the site to correct the clock."
        )
        yield _problem("future", digest, text, digest.created_at)


def _silent_provider(now: datetime) -> Iterator[Problem]:
    """Yield a problem if the provider used to report on emails and has stopped."""
    ended = Digest.objects.filter(
        state=Digest.State.SENT, finished_at__range=(now - RECENT, now - timedelta(days=1))
    )
    digest = _with_newsletter(ended).order_by("-finished_at").first()
    if not settings.MAIL_EVENTS_FROM or digest is None:
        return
    counts = Batch.objects.filter(cohort__digest=digest).counts_by_digest()[digest.pk]
    reported = counts["delivered"] + counts["bounced"] + counts["complained"]
    earlier = Batch.objects.filter(
        cohort__digest__finished_at__gt=now - REPORTS_EXPECTED_FOR, delivered__gt=0
    )
    if counts["sent"] >= MIN_REPORTED_ON and not reported and earlier.exists():
        text = _(
            "The mail provider has not reported on any email of this digest. Ask the people "
            "who run the site to check the provider’s webhook."
        )
        yield _problem("provider", digest, text, digest.finished_at)


def _events(now: datetime) -> Iterator[Problem]:
    """Yield the events given to ``alerts.tell_editors`` that no other source shows."""
    from .alerts import Cause

    digests = Digest.objects.filter(told_at__gt=now - RECENT)
    omissions = Omission.by_digest(digests)
    for digest in _with_newsletter(digests):
        for cause, moment in digest.told.items():
            since = datetime.fromisoformat(moment)
            if since > now - RECENT and cause in Cause.values:
                text = f"{str(Cause(cause).label).capitalize()}."
                if cause == Cause.OMISSIONS:
                    text = " ".join([text, *map(str, omissions[digest.pk])])
                yield _problem(cause, digest, text, since, lasting=False)


def _notices(now: datetime) -> Iterator[Problem]:
    title = _("Confirmation and welcome emails")
    waiting = Notice.objects.filter(sent_at=None, given_up_at=None, created_at__lt=now - HOUR)
    row = waiting.aggregate(number=Count("pk"), since=Min("created_at"), error_text=Max("error"))
    if row["number"]:
        text = ngettext(
            "%(number)s email has been queued for more than an hour: %(error)s",
            "%(number)s emails have been queued for more than an hour: %(error)s",
            row["number"],
        ) % {"number": intcomma(row["number"]), "error": row["error_text"]}
        yield Problem("notices", title, text, row["since"])
    emails = Notice.objects.filter(given_up_at__gt=now - RECENT)
    yield from given_up("notices", title, emails, "given_up_at", "error")


def _problem(kind: str, digest: Digest, text: str, since: datetime, **values: Any) -> Problem:
    url = reverse("newsletter_digests:inspect", args=[digest.pk])
    return Problem(f"{kind}:{digest.pk}", str(digest), text, since, url, **values)


def _with_newsletter(digests: QuerySet[Digest]) -> QuerySet[Digest]:
    return digests.select_related("newsletter").order_by("until", "pk")


def _digests_of(rows: QuerySet) -> Iterator[tuple[Digest, dict[str, Any]]]:
    """Yield each digest with its row."""
    by_digest = {row["cohort__digest"]: row for row in rows}
    for digest in _with_newsletter(Digest.objects.filter(pk__in=by_digest)):
        yield digest, by_digest[digest.pk]
