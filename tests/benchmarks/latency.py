"""A mail server 10 ms away, against stock smtplib with as many connections and a message ready."""

from . import pipeline, postfix
from .harness import Measure, Options
from .processes import HOST, answer, far_away

CONNECTIONS = (1, 4, 16)
ROUND_TRIP_MS = 10


def run(options: Options) -> list[Measure]:
    """Measure mails a second by one connection, and by several at once."""
    content = pipeline.sample().decode("latin-1")
    return [_measure(options, connections, content) for connections in CONNECTIONS]


def _measure(options: Options, connections: int, content: str) -> Measure:
    ours, peer = [], []
    for _ in options.rounds:
        ours.append(_send(options.number(full=1_000, quick=500) * connections, connections))
        peer.append(
            _smtplib(options.number(full=200, quick=50) * connections, connections, content)
        )
    return Measure(
        f"SMTP at {ROUND_TRIP_MS} ms, {connections} connections",
        ours,
        peer=peer,
        peer_name="smtplib",
        at_least=3,
    )


def _send(mails: int, connections: int) -> float:
    with postfix.sink() as sink, far_away(sink.port, ROUND_TRIP_MS) as port:
        sending = pipeline.send(mails, {"EMAIL_URL": f"smtp://{HOST}:{port}"}, threads=connections)
        sink.check(mails)
    return sending.rate


def _smtplib(mails: int, connections: int, content: str) -> float:
    request = {
        "peer": "stock_smtplib",
        "mails": mails,
        "connections": connections,
        "content": content,
        "reader": "reader1@example.com",
    }
    with postfix.sink() as sink, far_away(sink.port, ROUND_TRIP_MS) as port:
        seconds = answer("tests.benchmarks.peers", request | {"port": port})
        sink.check(mails)
    return mails / seconds
