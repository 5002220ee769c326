"""The whole way by SMTP to a sink beside us, against postfix's own sender and Django's own loop."""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from newsletter.digests.rendering import SLOTS, slot_name
from newsletter.models import Cohort

from . import pipeline, postfix
from .harness import Measure, Options
from .processes import HOST, answer

SESSIONS = (1, 4)


@dataclass(frozen=True)
class Round:
    """What one round came to: mails a second of each sender, and what ours cost."""

    sendings: dict[int, pipeline.Sending]
    source: dict[int, float]
    django: float


def run(options: Options) -> list[Measure]:
    """Measure mails a second, mails for a second of a core, and memory."""
    mails = options.number(full=20_000, quick=1_000)
    content = pipeline.sample()
    loop = _loop_of(Cohort.objects.get(), options.number(full=2_000, quick=200))
    rounds = [_round(mails, len(content), loop) for _ in options.rounds]
    measures = [*_rates(rounds, len(content)), *_costs(rounds)]
    if options.long:
        measures.append(_growth(rounds, mails))
    return measures


def _round(mails: int, size: int, loop: dict[str, object]) -> Round:
    return Round(
        sendings={sessions: _send(mails, sessions) for sessions in SESSIONS},
        source={sessions: _source(mails, size, sessions) for sessions in SESSIONS},
        django=_django(loop),
    )


def _send(mails: int, sessions: int) -> pipeline.Sending:
    with postfix.sink() as sink:
        sending = pipeline.send(
            mails, {"EMAIL_URL": f"smtp://{HOST}:{sink.port}"}, threads=sessions
        )
        sink.check(mails)
    return sending


def _source(mails: int, size: int, sessions: int) -> float:
    with postfix.sink() as sink:
        rate = postfix.send(sink.port, mails, size, sessions)
        sink.check(mails)
    return rate


def _loop_of(cohort: Cohort, mails: int) -> dict[str, object]:
    """Return the request for Django's loop to send the content of a cohort."""
    slots = [slot_name(name, cohort.slot_mark) for name in SLOTS]
    headers = {
        "List-Id": cohort.digest.newsletter.list_id,
        "List-Unsubscribe": f"<{slot_name('leave_url', cohort.slot_mark)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    return {
        "peer": "django_loop",
        "mails": mails,
        "subject": cohort.subject,
        "html": cohort.html,
        "text": cohort.text,
        "headers": headers,
        "slots": slots,
    }


def _django(loop: dict[str, object]) -> float:
    with postfix.sink() as sink:
        seconds = answer("tests.benchmarks.peers", loop | {"port": sink.port})
        sink.check(loop["mails"])
    return loop["mails"] / seconds


def _rates(rounds: list[Round], size: int) -> Iterator[Measure]:
    for sessions in SESSIONS:
        yield Measure(
            f"{_way(sessions)}, {size / 1000:.0f} KB",
            [one.sendings[sessions].rate for one in rounds],
            peer=[one.source[sessions] for one in rounds],
            peer_name="smtp-source",
            at_least=0.7,
        )
    for sessions in SESSIONS:
        yield Measure(
            _way(sessions),
            [one.sendings[sessions].rate for one in rounds],
            peer=[one.django for one in rounds],
            peer_name="Django's loop",
            at_least=7,
        )


def _costs(rounds: list[Round]) -> Iterator[Measure]:
    for sessions in SESSIONS:
        sendings = [one.sendings[sessions] for one in rounds]
        yield Measure(
            f"{_way(sessions)}, for a second of a core",
            [sending.thrift for sending in sendings],
            unit="",
        )
        yield Measure(
            f"{_way(sessions)}, memory for {sendings[0].mails:,}",
            [sending.most_memory for sending in sendings],
            unit=" MB",
            at_most=200,
        )


def _growth(rounds: list[Round], mails: int) -> Measure:
    """Send ten times as many mails, and compare the memory that it takes."""
    sessions = SESSIONS[-1]
    return Measure(
        f"{_way(sessions)}, memory for {10 * mails:,}",
        [_send(10 * mails, sessions).most_memory],
        unit=" MB",
        peer=[median(one.sendings[sessions].most_memory for one in rounds)],
        peer_name=f"for {mails:,}",
        at_most=1.1,
    )


def _way(sessions: int) -> str:
    return f"SMTP, {sessions} {'session' if sessions == 1 else 'sessions'}"
