"""What the parts of the benchmark share: their options, what they return, and the table of it.

A part is a module with ``run(options: Options) -> list[Measure]``. It is imported and called with
Django set up on a PostgreSQL database that is the benchmark's own (``database.own_database``), and
raises NotMeasured where it cannot be done.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

COLUMNS = ("measure", "ours", "peer", "ratio", "target", "")


class NotMeasured(Exception):
    """A part cannot be measured; the words say what is missing or wrong, and what to do."""


@dataclass(frozen=True)
class Options:
    """How much to measure. ``long`` adds what takes very long; ``quick`` makes numbers small."""

    quick: bool = False
    long: bool = False

    @property
    def rounds(self) -> range:
        """The rounds, of which medians are taken."""
        return range(1 if self.quick else 3)

    def number(self, full: int, quick: int) -> int:
        """Return the one of two numbers that is asked for."""
        return quick if self.quick else full


@dataclass(frozen=True)
class Measure:
    """What was measured: one value a round, and one of a peer in the same round, if there is one.

    ``at_least`` and ``at_most`` are the target, of the ratio where there is a peer and of our own
    value else. With neither, the measure is for information.
    """

    name: str
    ours: Sequence[float]
    unit: str = "/s"
    peer: Sequence[float] = ()
    peer_name: str = ""
    at_least: float | None = None
    at_most: float | None = None

    @property
    def ratio(self) -> float | None:
        """The median over the rounds of ours to the peer's; None without a peer."""
        if not self.peer:
            return None
        return median(ours / peer for ours, peer in zip(self.ours, self.peer, strict=True))

    @property
    def is_met(self) -> bool | None:
        """Whether the target is met; None where there is none."""
        if self.at_least is None and self.at_most is None:
            return None
        value = median(self.ours) if self.ratio is None else self.ratio
        is_enough = self.at_least is None or value >= self.at_least
        return is_enough and (self.at_most is None or value <= self.at_most)

    @property
    def cells(self) -> tuple[str, ...]:
        """What the table says, column by column."""
        unit = "" if self.ratio is not None else self.unit
        bounds = (("≥", self.at_least), ("≤", self.at_most))
        return (
            self.name,
            _number(median(self.ours)) + self.unit,
            f"{_number(median(self.peer))}{self.unit} {self.peer_name}" if self.peer else "",
            "" if self.ratio is None else _number(self.ratio),
            ", ".join(f"{sign} {_number(value)}{unit}" for sign, value in bounds if value),
            {True: "ok", False: "falls short", None: ""}[self.is_met],
        )


def table(measures: Sequence[Measure]) -> Iterator[str]:
    """Yield the lines of a table of measures."""
    rows = [COLUMNS, *(measure.cells for measure in measures)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def _number(value: float) -> str:
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"
