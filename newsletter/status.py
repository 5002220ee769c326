"""What is going on with the newsletters and what is stuck, in plain words.

Each sentence is a finding. The number of queries does not grow with what there is, and deliveries
are not counted.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter

from django.conf import settings
from django.db.models import Count, Max, Min, Sum
from django.db.models.functions import Greatest

from core import problems

from . import ticks
from .models import Batch, Digest, Notice
from .problems import UNKNOWN_RETENTION
from .querysets import BatchQuerySet

# What has not happened by itself after such a time will hardly do so.
PATIENCE = timedelta(minutes=5)
NOTICE_PATIENCE = timedelta(minutes=15)
PLANNING_PATIENCE = timedelta(hours=1)
MANY_ATTEMPTS = 3
# The rate of sending is taken over this time, or as much of it as is known.
LATELY = timedelta(minutes=10)
SHORTEST = timedelta(seconds=30)
# By so much the clocks of machines may differ.
SKEW = timedelta(minutes=1)

WHERE = "under Newsletter → Digests"

# The kinds of problems that other findings describe in more detail.
SHOWN = {
    *("clock", "sender", "held", "paused", "planning"),
    *("unknown", "failing", "future", "notices"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """A sentence about the clock, the workers, a digest or notices."""

    about: str
    text: str
    needs_attention: bool = False
    digest: int | None = None


def findings(now: datetime) -> list[Finding]:
    """Return what there is to say at this moment."""
    return [
        _clock(now),
        *_due(now),
        *_abandoned(now),
        *_digests(now),
        *_failing(now),
        *_in_doubt(now),
        *_in_the_future(now),
        *_notices(now),
        *_other_problems(now),
    ]


def _clock(now: datetime) -> Finding:
    latest = ticks.latest()
    if latest and now - latest <= max(PATIENCE, 3 * timedelta(seconds=settings.TICK_SECONDS)):
        return Finding("clock", f"The clock ticks, the last time {span(now - latest)} ago.")
    known = f"The last tick ended {span(now - latest)} ago" if latest else "No tick is known of"
    return Finding(
        "clock",
        f"{known}; one is due every {settings.TICK_SECONDS} seconds. Do beat and a worker with "
        "--queues default run? What goes wrong with ticks is in that worker's log.",
        needs_attention=True,
    )


def _due(now: datetime) -> Iterator[Finding]:
    """Tell of the batches that workers could take, and whether any does."""
    going_on = Batch.objects.filter(cohort__digest__in=Digest.objects.under_way())
    due = going_on.claimable(now).aggregate(number=Count("pk"), oldest=Min("not_before"))
    if not due["number"]:
        return
    waited = now - due["oldest"]
    text = (
        f"{count(due['number'], 'batch', 'batches')} can be sent now; "
        f"the oldest has waited for {span(waited)}"
    )
    if waited <= PATIENCE or ticks.is_sending(now):
        yield Finding("workers", f"{text}.")
        return
    question = "no worker takes batches: is one running with --queues mail?"
    yield Finding("workers", f"{text}, and {question}", needs_attention=True)


def _abandoned(now: datetime) -> Iterator[Finding]:
    left = Batch.objects.abandoned(now).aggregate(number=Count("pk"), first=Min("lease_until"))
    if left["number"]:
        missed = now - left["first"]
        yield Finding(
            "workers",
            f"{count(left['number'], 'batch was', 'batches were')} left by a worker that died; "
            f"its lease ran out {span(missed)} ago. The next tick lets others take over.",
            needs_attention=missed > PATIENCE,
        )


def _digests(now: datetime) -> Iterator[Finding]:
    """Tell of each digest that is not at its end."""
    digests = Digest.objects.filter(
        state__in=[Digest.State.HELD, Digest.State.PLANNING, Digest.State.SENDING]
    )
    digests = list(digests.select_related("newsletter").order_by("until", "pk"))
    if not digests:
        yield Finding("digest", "No digest is being planned or sent.")
    batches = Batch.objects.filter(cohort__digest__in=digests)
    counts, times = batches.counts_by_digest(), _times_of(batches)
    before = ticks.first_since(now - LATELY)
    for digest in digests:
        of_digest = counts[digest.pk]
        obstacle = _obstacle(digest, of_digest, now)
        rate = _rate(digest, of_digest, before, now)
        text = obstacle or _progress(digest, of_digest, rate, times.get(digest.pk), now)
        needs_attention = bool(obstacle) and digest.newsletter.active
        yield Finding("digest", f"{title(digest)} {text}", needs_attention, digest.pk)


def _times_of(batches: BatchQuerySet) -> dict[int, tuple[datetime, datetime]]:
    """Return from when on the first and the last batch that waits may be sent, by digest."""
    waiting = batches.filter(state=Batch.State.PENDING).order_by()
    rows = waiting.values_list("cohort__digest").annotate(
        first=Min("not_before"), last=Max("not_before")
    )
    return {digest: (first, last) for digest, first, last in rows}


def _obstacle(digest: Digest, counts: Counter[str], now: datetime) -> str:
    """Return why a digest does not go on by itself; nothing where it does."""
    waiting = count(counts["waiting"], "mail waits", "mails wait")
    if not digest.newsletter.active:
        return f"goes on when its newsletter is active again; {waiting}."
    if digest.state == Digest.State.HELD:
        late = span(now - digest.until)
        if digest.may_repeat:
            return (
                "is on hold: the database was restored from a backup, and readers may already have "
                f"its posts. Send it or mark it as sent {WHERE}."
            )
        return f"is on hold, for it was due {late} ago. Send it or cancel it {WHERE}."
    if digest.paused_at:
        reason = digest.pause_text or "No reason was given."
        since = span(now - digest.paused_at)
        return (
            f"has been paused for {since}; {waiting}. {_sentence(reason)} "
            f"Let it go on or cancel it {WHERE}."
        )
    planned_for = now - digest.created_at
    if digest.state == Digest.State.PLANNING and planned_for > PLANNING_PATIENCE:
        return (
            f"has been in planning for {span(planned_for)}. What goes wrong is in the log of the "
            "worker with --queues digests."
        )
    return ""


def _rate(
    digest: Digest, counts: Counter[str], before: ticks.Tick | None, now: datetime
) -> float | None:
    """Return how many mails of a digest came to an end a second lately; None where unknown."""
    if before is None or now - before.at < SHORTEST:
        return None
    since = max(before.at, digest.created_at)
    done = ticks.ended(counts) - before.done.get(str(digest.pk), 0)
    return max(done, 0) / max((now - since).total_seconds(), 1)


def _progress(
    digest: Digest,
    counts: Counter[str],
    rate: float | None,
    times: tuple[datetime, datetime] | None,
    now: datetime,
) -> str:
    size, done = counts["size"], ticks.ended(counts)
    ends = {"failed": "failed", "skipped": "were not sent", "in_doubt": "are in doubt"}
    parts = [f"{done:,} of {size:,} mails are done ({100 * done // (size or 1)}%)"]
    parts += [f"{counts[name]:,} {words}" for name, words in ends.items() if counts[name]]
    first, last = times or (now, now)
    if rate and counts["waiting"]:
        left = max(timedelta(seconds=counts["waiting"] / rate), last - now)
        parts.append(f"{_pace(rate)}, the rest takes about {span(left)}")
    elif first > now:
        parts.append(f"the next may be sent in {span(first - now)}")
    elif rate == 0 and counts["waiting"]:
        parts.append("none was sent lately")
    is_planned = digest.state == Digest.State.SENDING
    return f"is being {'sent' if is_planned else 'planned'}: {', '.join(parts)}."


def _failing(now: datetime) -> Iterator[Finding]:
    """Tell of the batches under way that failed and are to be tried again."""
    failed = Batch.objects.filter(
        cohort__digest__in=Digest.objects.under_way(), state=Batch.State.PENDING, attempts__gt=0
    ).exclude(error="")
    rows = failed.values_list("cohort__digest", "error").annotate(
        number=Count("pk"),
        most=Greatest(Max("attempts"), Max("cohort__digest__failures")),
        next=Min("not_before"),
    )
    rows = list(rows.order_by("cohort__digest", "-number"))
    digests = Digest.objects.select_related("newsletter").in_bulk({row[0] for row in rows})
    for pk, group in groupby(rows, key=itemgetter(0)):
        _, errors, numbers, attempts, times = zip(*group, strict=True)
        yield Finding(
            "digest",
            f"{title(digests[pk])}: {count(sum(numbers), 'batch', 'batches')} failed, after "
            f"{count(max(attempts), 'attempt')} at most. The next is due in "
            f"{span(min(times) - now)}. Most say: {_sentence(errors[0])}",
            max(attempts) >= MANY_ATTEMPTS,
            pk,
        )


def _in_doubt(now: datetime) -> Iterator[Finding]:
    recent = Digest.objects.filter(
        until__gt=now - UNKNOWN_RETENTION, cohorts__batches__in_doubt__gt=0
    )
    doubtful = recent.annotate(doubtful=Sum("cohorts__batches__in_doubt"))
    doubtful = list(doubtful.select_related("newsletter").order_by("until", "pk"))
    for digest in doubtful:
        mails = count(digest.doubtful, "mail is", "mails are")
        text = f"{title(digest)}: {mails} in doubt, handed over without an answer."
        yield Finding("digest", text, True, digest.pk)
    if doubtful:
        yield Finding(
            "digest",
            "What is in doubt is never sent again by itself: reports of the provider settle it, or "
            f"an editor does {WHERE}. The mail server's log may help.",
        )


def _in_the_future(now: datetime) -> Iterator[Finding]:
    """Tell of digests of windows that have not ended: who is planned in one gets nothing before."""
    digests = Digest.objects.filter(until__gt=now + SKEW)
    for digest in digests.select_related("newsletter").order_by("until", "pk"):
        yield Finding(
            "digest",
            f"{title(digest)} ends in {span(digest.until - now)}: a machine's clock was wrong when "
            "it was planned. Set the clocks right. Its readers get no posts before that time.",
            True,
            digest.pk,
        )


def _notices(now: datetime) -> Iterator[Finding]:
    waiting = Notice.objects.filter(sent_at=None, given_up_at=None)
    row = waiting.aggregate(number=Count("pk"), oldest=Min("created_at"), error=Max("error"))
    if row["number"]:
        waited = now - row["oldest"]
        error = f" One says: {_sentence(row['error'])}" if row["error"] else ""
        notices = count(row["number"], "notice waits", "notices wait")
        yield Finding(
            "notices",
            f"{notices} (confirmations and welcomes), the oldest for {span(waited)}.{error}",
            waited > NOTICE_PATIENCE,
        )


def _other_problems(now: datetime) -> Iterator[Finding]:
    """Yield the problems that none of the findings above covers."""
    for problem in problems.find(now):
        if problem.kind not in SHOWN:
            yield Finding(problem.kind, f"{problem.title}: {problem.text}", needs_attention=True)


def title(digest: Digest) -> str:
    """Return a digest's name as it stands in a sentence."""
    return f"“{digest}”"


def count(number: int, one: str, many: str = "") -> str:
    """Return a number with its word: "1 mail", "1,200 mails"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def span(time: timedelta) -> str:
    """Return a length of time in words, rounded: "40 seconds", "3 minutes", "2 days"."""
    seconds = max(time.total_seconds(), 0)
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= 1.5 * length:
            return count(round(seconds / length), unit)
    return count(round(seconds), "second")


def _pace(rate: float) -> str:
    return f"{rate:,.0f} a second" if rate >= 1 else f"{rate * 60:,.1f} a minute"


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
