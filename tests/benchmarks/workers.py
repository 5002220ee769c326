"""Two workers against one, where each call of the provider takes long and no processor is busy."""

from . import pipeline
from .harness import Measure, Options
from .processes import far_away
from .provider import provider, way_to

# A call with some hundred recipients is answered after about so long.
ROUND_TRIP_MS = 300


def run(options: Options) -> list[Measure]:
    """Measure recipients a second of two workers with one thread each, and of one."""
    readers = options.number(full=20_000, quick=4_000)
    rates = [(_send(readers, 2), _send(readers, 1)) for _ in options.rounds]
    return [
        Measure(
            f"Two workers, provider {ROUND_TRIP_MS} ms away",
            [two for two, _ in rates],
            peer=[one for _, one in rates],
            peer_name="one worker",
            at_least=1.7,
        )
    ]


def _send(readers: int, processes: int) -> float:
    """Send a digest, and check that no mail was sent by both."""
    with provider() as receiver, far_away(receiver.port, ROUND_TRIP_MS) as port:
        sending = pipeline.send(readers, way_to(port), threads=1, processes=processes)
        receiver.check(readers)
    return sending.rate
