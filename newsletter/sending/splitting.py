"""Make a call for many mails, and make it again in parts where it is refused as a whole.

So a recipient whom the other side does not take costs nobody else the mail. Where the reason lies
with all mails, such as their content, a few calls tell.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Generic, NamedTuple, TypeVar

from .outcomes import Outcome, Result

T = TypeVar("T")

# Where so many were refused each by itself, and nobody accepted, the reason lies with all.
FEW = 3


# The outcome of emails not submitted because another one failed: they are not in doubt.
OF_THE_REST = {
    Outcome.REFUSED: Outcome.TURNED_AWAY,
    Outcome.UNAUTHORIZED: Outcome.UNAUTHORIZED,
    Outcome.UNAVAILABLE: Outcome.UNAVAILABLE,
    Outcome.IN_DOUBT: Outcome.UNAVAILABLE,
}


class Reply(NamedTuple):
    """What became of one mail of a call.

    ``is_shared`` marks a refusal whose reason may lie with all mails of the call.
    """

    result: Result
    is_shared: bool = False


class Submission(Generic[T]):
    """Hands over mails by calls, each for some of them, for so many seconds.

    ``call`` returns a reply for each mail that it is given, in their order.
    """

    def __init__(self, call: Callable[[Sequence[T]], list[Reply]], seconds: float) -> None:
        self._call = call
        self._ends_at = time.monotonic() + seconds
        self._results: dict[int, Result] = {}
        self._refused: list[Result] = []
        self._problem: Result | None = None

    @property
    def is_over(self) -> bool:
        """Whether no more is to be handed over: there is a reason to stop, or the time is up."""
        return self._problem is not None or time.monotonic() > self._ends_at

    def run(self, mails: Sequence[T], limit: int) -> None:
        """Hand over mails, at most so many in a call."""
        parts = [mails[at : at + limit] for at in range(0, len(mails), limit)][::-1]
        is_split = is_any_settled = False
        while parts and not self.is_over:
            part = parts.pop()
            replies = self._call(part)
            if len(part) > 1 and all(reply.is_shared for reply in replies):
                smaller = _halves(part) if is_split or len(part) <= FEW else _spread(part)
                parts += smaller[::-1]
                is_split = True
            else:
                self._take(replies)
                is_any_settled = True
        self._judge_refusals()
        if is_split and not is_any_settled:
            self._problem = replies[0].result._replace(outcome=Outcome.UNAVAILABLE)

    def add(self, results: Iterable[Result]) -> None:
        """Take in what became of other mails."""
        self._results |= {result.delivery_id: result for result in results}

    def result_of(self, delivery_id: int) -> Result:
        """Return what became of a delivery; one whose turn did not come waits."""
        result = self._results.get(delivery_id)
        if result is None and self._problem:
            return self._problem._replace(delivery_id=delivery_id)
        return result or Result(delivery_id, Outcome.UNTRIED)

    def _take(self, replies: Sequence[Reply]) -> None:
        settled = [reply.result for reply in replies if not reply.is_shared]
        self.add(settled)
        self._refused += [reply.result for reply in replies if reply.is_shared]
        problem = next((result for result in settled if result.outcome.stops), None)
        if problem is None and len(self._refused) >= FEW and not self._is_anybody_accepted():
            problem = self._refused[0]
        if problem:
            self._problem = problem._replace(outcome=OF_THE_REST[problem.outcome])

    def _judge_refusals(self) -> None:
        """Where nobody was accepted and few are enough to tell, the refusals are nobody's own."""
        is_everybodys = len(self._refused) >= FEW and not self._is_anybody_accepted()
        outcome = Outcome.TURNED_AWAY if is_everybodys else Outcome.REFUSED
        self.add(result._replace(outcome=outcome) for result in self._refused)

    def _is_anybody_accepted(self) -> bool:
        return any(result.outcome is Outcome.ACCEPTED for result in self._results.values())


def _spread(part: Sequence[T]) -> list[Sequence[T]]:
    """Return three mails of a part by themselves, the others between them after these."""
    middle = len(part) // 2
    return [part[:1], part[middle : middle + 1], part[-1:], part[1:middle], part[middle + 1 : -1]]


def _halves(part: Sequence[T]) -> list[Sequence[T]]:
    middle = len(part) // 2
    return [part[:middle], part[middle:]]
