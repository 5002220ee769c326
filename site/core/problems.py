"""Problems that need attention, as found by the apps at this moment."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import Count, Max, QuerySet
from django.utils.translation import ngettext

# How long a problem that is over, and that nobody can solve any longer, is shown.
RECENT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem that needs attention.

    ``key`` identifies it and begins with its kind: "held:5". ``title`` is what it is
    about, ``text`` says what is wrong, ``url`` is the page of the admin where it is solved.
    ``alert_after`` is how long it may last before anybody is alerted. One that is not ``lasting``
    is over: it is reported once.
    """

    key: str
    title: str
    text: str
    since: datetime
    url: str = ""
    alert_after: timedelta = timedelta(0)
    lasting: bool = True

    @property
    def kind(self) -> str:
        """The first part of its key."""
        return self.key.partition(":")[0]


Source = Callable[[datetime], Iterable[Problem]]

_sources: list[Source] = []


def register(source: Source) -> None:
    """Register a source of problems. It must use a fixed number of queries."""
    if source not in _sources:
        _sources.append(source)


def given_up(
    name: str, title: str, emails: QuerySet, moment: str, error: str = "", url: str = ""
) -> Iterator[Problem]:
    """Yield a problem if any of ``emails`` was given up.

    ``moment`` and ``error`` name the fields that say when and why. If more are given up on another
    day, that is another problem.
    """
    why = {"reason": Max(error)} if error else {}
    row = emails.aggregate(number=Count("pk"), latest=Max(moment), **why)
    if row["number"]:
        text = ngettext(
            "The mail server did not accept %(number)s email, and it was given up. %(reason)s",
            "The mail server did not accept %(number)s emails, and they were given up. %(reason)s",
            row["number"],
        ) % {"number": intcomma(row["number"]), "reason": row.get("reason") or ""}
        key = f"given-up:{name}-{row['latest']:%Y-%m-%d}"
        yield Problem(key, title, text.strip(), row["latest"], url, lasting=False)


def find(now: datetime) -> Iterator[Problem]:
    """Yield the current problems, in the active language."""
    for source in _sources:
        yield from source(now)
