"""What Prometheus is told of the newsletters.

All of it is read from the database when Prometheus asks: so it is right whichever process answers,
and however many there are. Deliveries are not counted for it; batches keep count of them. Names and
units are as https://prometheus.io/docs/practices/naming/ has them.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from django.conf import settings
from django.db.models import Count, F, Min, Q, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, SummaryMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from core import problems
from core.guards import read_only

from . import ticks
from .models import Batch, Digest, Newsletter, Notice

ENDS = ("sent", "failed", "skipped", "in_doubt")
FATES = ("delivered", "bounced", "complained")
SUMMED = (*ENDS, *FATES, "submissions", "submission_seconds")
DIGEST_STATES = (*Digest.State.values, "paused")

Totals = dict[str, dict[str, float]]


@read_only
def serve(request: HttpRequest) -> HttpResponse:
    """Answer whoever presents the site's token as a bearer (RFC 6750, section 2.1)."""
    if not settings.METRICS_TOKEN:
        raise Http404
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not constant_time_compare(token, settings.METRICS_TOKEN):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    return HttpResponse(encode(registry), content_type=content_type)


class NewsletterCollector(Collector):
    """Reads the figures, by a number of queries that does not grow with what there is."""

    def collect(self) -> Iterator[Metric]:
        """Yield each family of metrics; newsletters that sent nothing yet have zeros."""
        now = timezone.now()
        totals = _totals()
        yield from _deliveries(totals)
        yield from _open_batches(list(totals), now)
        yield from _digests(list(totals))
        yield from _notices(now)
        yield from _clock(now)
        yield from _problems(now)


registry = CollectorRegistry()
registry.register(NewsletterCollector())


def _totals() -> Totals:
    """Return what batches count, summed up by the slugs of newsletters."""
    totals = {
        slug: dict.fromkeys(SUMMED, 0)
        for slug in Newsletter.objects.order_by("slug").values_list("slug", flat=True)
    }
    rows = Batch.objects.order_by().values_list("cohort__digest__newsletter__slug")
    for slug, *sums in rows.annotate(**{f"total_{name}": Sum(name) for name in SUMMED}):
        totals[slug] = dict(zip(SUMMED, sums, strict=True))
    return totals


def _deliveries(totals: Totals) -> Iterator[Metric]:
    # What the provider tells later may turn one end into another, but never undoes that a mail was
    # handed over: only of that there are never fewer, so only that is a counter.
    yield _family(
        CounterMetricFamily,
        "gazette_deliveries_handed_over_total",
        "Deliveries that were sent or failed.",
        ["newsletter"],
        {(slug,): of["sent"] + of["failed"] for slug, of in totals.items()},
    )
    yield _family(
        GaugeMetricFamily,
        "gazette_deliveries",
        "Deliveries that came to an end, by the end; and those in doubt: handed over, unanswered.",
        ["newsletter", "state"],
        {(slug, name): of[name] for slug, of in totals.items() for name in ENDS},
    )
    yield _family(
        GaugeMetricFamily,
        "gazette_deliveries_reported",
        "Deliveries by the worst that the provider reported of them.",
        ["newsletter", "fate"],
        {(slug, name): of[name] for slug, of in totals.items() for name in FATES},
    )
    submissions = SummaryMetricFamily(
        "gazette_submission_seconds",
        "How often mails were handed over, and the seconds that the server or provider took.",
        labels=["newsletter"],
    )
    for slug, of in totals.items():
        submissions.add_metric([slug], of["submissions"], of["submission_seconds"])
    yield submissions


def _open_batches(slugs: Sequence[str], now: datetime) -> Iterator[Metric]:
    pending = Q(state=Batch.State.PENDING)
    due = pending & Q(not_before__lte=now, cohort__digest__in=Digest.objects.under_way())
    ended = F("sent") + F("failed") + F("skipped") + F("in_doubt")
    rows = Batch.objects.open().order_by().values_list("cohort__digest__newsletter__slug")
    found = {
        slug: values
        for slug, *values in rows.annotate(
            pending=Count("pk", filter=pending),
            due=Count("pk", filter=due),
            claimed=Count("pk", filter=Q(state=Batch.State.CLAIMED)),
            deliveries=Sum(F("size") - ended),
            oldest=Min("not_before", filter=due),
        )
    }
    batches, deliveries, ages = {}, {}, {}
    for slug in slugs:
        number, ready, claimed, waiting, oldest = found.get(slug, (0, 0, 0, 0, None))
        batches |= {(slug, "waiting"): number - ready, (slug, "due"): ready}
        batches[slug, "claimed"] = claimed
        deliveries[slug,] = waiting
        ages[slug,] = _age(oldest, now)
    yield _family(
        GaugeMetricFamily,
        "gazette_deliveries_waiting",
        "Deliveries that wait to be sent, or are being sent.",
        ["newsletter"],
        deliveries,
    )
    yield _family(
        GaugeMetricFamily,
        "gazette_batches",
        "Batches that are not done. Due are those that a worker may take now.",
        ["newsletter", "state"],
        batches,
    )
    yield _family(
        GaugeMetricFamily,
        "gazette_oldest_due_batch_age_seconds",
        "For how long the oldest batch that a worker may take has waited; 0 where there is none.",
        ["newsletter"],
        ages,
    )


def _digests(slugs: Sequence[str]) -> Iterator[Metric]:
    numbers = {(slug, state): 0 for slug in slugs for state in DIGEST_STATES}
    rows = Digest.objects.order_by().values_list("newsletter__slug", "state")
    for slug, state, number, paused in rows.annotate(
        number=Count("pk"), paused=Count("pk", filter=Q(paused_at__isnull=False))
    ):
        numbers[slug, state] += number - paused
        numbers[slug, "paused"] += paused
    yield _family(
        GaugeMetricFamily,
        "gazette_digests",
        "Digests by state; one that is paused is in no other.",
        ["newsletter", "state"],
        numbers,
    )


def _notices(now: datetime) -> Iterator[Metric]:
    waiting = Notice.objects.filter(sent_at=None, given_up_at=None)
    row = waiting.aggregate(number=Count("pk"), oldest=Min("created_at"))
    yield GaugeMetricFamily(
        "gazette_notices_waiting",
        "Confirmations and welcomes that wait to be sent.",
        value=row["number"],
    )
    yield GaugeMetricFamily(
        "gazette_oldest_notice_age_seconds",
        "For how long the oldest notice has waited; 0 where there is none.",
        value=_age(row["oldest"], now),
    )


def _clock(now: datetime) -> Iterator[Metric]:
    latest = ticks.latest()
    if latest:
        yield GaugeMetricFamily(
            "gazette_tick_age_seconds",
            "Seconds since the last tick ended; absent where none is known of.",
            value=_age(latest, now),
        )


def _problems(now: datetime) -> Iterator[Metric]:
    kinds = Counter(problem.kind for problem in problems.find(now))
    yield _family(
        GaugeMetricFamily,
        "gazette_problems",
        "Conditions in which a person must act, by kind; a kind is absent where there is none.",
        ["kind"],
        {(kind,): number for kind, number in kinds.items()},
    )


def _age(since: datetime | None, now: datetime) -> float:
    return max((now - since).total_seconds(), 0) if since else 0


def _family(
    kind: type[CounterMetricFamily] | type[GaugeMetricFamily],
    name: str,
    words: str,
    labels: Sequence[str],
    samples: Mapping[tuple[str, ...], float],
) -> Metric:
    """Return a family of metrics with a sample for each combination of labels' values."""
    family = kind(name, words, labels=labels)
    for values, sample in samples.items():
        family.add_metric(values, sample)
    return family
