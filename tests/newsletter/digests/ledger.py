"""What has to come of events, worked out with plain values: no database, no code of the site.

Readers and posts are known by their numbers. The newsletter is due each day, and on Mondays for
who reads it weekly, at 08:00 UTC.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from . import DAY, HOUR, MICROSECOND

LATE = 12 * HOUR
SETTLE = timedelta(seconds=60)
# By less than this a clock may be slow without costing a post its digest.
MAX_DELAY = 25 * HOUR


@dataclass
class Post:
    """A post; ``steady`` is one that was published once and for all, like most.

    ``first`` is when it counts from: after the cutoff of any digest that could not hold it.
    """

    first: datetime
    topics: frozenset[int]
    live: bool = True
    withheld: bool = False
    steady: bool = True

    def fits(self, since: datetime, until: datetime) -> bool:
        """Say whether it may be mailed for the window (since, until]."""
        return self.live and not self.withheld and since < self.first <= until


@dataclass
class Reader:
    """A subscription; ``steady_since`` is where its window opened when it was last confirmed.

    It is None once topics were changed or the reader has left. ``changed_at`` is when anything was,
    ``inactive_since`` when the reader left.
    """

    state: str
    cadence: str
    topics: frozenset[int]
    window: datetime | None = None
    steady_since: datetime | None = None
    changed_at: datetime | None = None
    inactive_since: datetime | None = None

    def wants(self, post: Post) -> bool:
        """Say whether a post is on a topic of this reader's."""
        return not self.topics or bool(self.topics & post.topics)

    def confirm(self, now: datetime) -> None:
        """Begin with the current window, unless a later one is begun already.

        After an absence within a window, the one from before goes on.
        """
        start = due_time(self.cadence, now)
        settled = due_time(self.cadence, now - SETTLE)
        if self.inactive_since is None or self.inactive_since < settled:
            self.window = max(self.window or start, start)
        self.state, self.steady_since, self.changed_at = "active", self.window, now
        self.inactive_since = None

    def leave(self, now: datetime) -> None:
        """Get nothing more."""
        if self.state == "active":
            self.inactive_since = now
        self.state, self.steady_since = "left", None

    def change(self, cadence: str, topics: frozenset[int], now: datetime) -> None:
        """Change what is wanted, but not where the window opened; after leaving, nothing."""
        if self.state == "left":
            return
        self.changed_at = now
        if topics != self.topics:
            self.steady_since = None
        self.cadence, self.topics = cadence, topics


@dataclass
class Issue:
    """A digest: where it begins, the posts it may hold, and how far it has come."""

    since: datetime
    posts: set[int]
    late: bool = False
    held: bool = False
    ended: bool = False

    @property
    def is_begun(self) -> bool:
        """Whether its planning was begun and not ended."""
        return not (self.held or self.ended)


@dataclass
class Ledger:
    """Who reads, what is published, what was planned: a mail is (reader, issue, posts)."""

    readers: dict[int, Reader] = field(default_factory=dict)
    posts: list[Post] = field(default_factory=list)
    issues: dict[tuple[str, datetime], Issue] = field(default_factory=dict)
    mails: Counter = field(default_factory=Counter)

    def who_is(self, *states: str) -> list[int]:
        """Return the readers in one of these states."""
        return [number for number, reader in self.readers.items() if reader.state in states]

    def owed(self) -> list[tuple[int, int]]:
        """Return whom each post will have come to, once all is done, that is steady as they are."""
        return [
            (number, which)
            for number, reader in self.readers.items()
            for which, post in enumerate(self.posts)
            if reader.steady_since and post.steady
            if post.first > reader.steady_since and reader.wants(post)
        ]

    def publish(self, first: datetime, topics: frozenset[int]) -> None:
        """Add a post that was published by a clock that may be slow."""
        closed = max((until for _, until in self.issues), default=None)
        is_old = closed is not None and first <= closed - MAX_DELAY
        if closed and not is_old:
            first = max(first, closed + MICROSECOND)
        self.posts.append(Post(first, topics, steady=not is_old))

    def waiting(self, cadence: str, until: datetime) -> list[int]:
        """Return the readers that an issue should still come to."""
        return [
            number
            for number in self.who_is("active")
            if self.readers[number].cadence == cadence and self.readers[number].window < until
        ]

    def is_due(self, cadence: str, until: datetime) -> bool:
        """Say whether an issue is to be planned: it was begun, or somebody waits for it."""
        issue = self.issues.get((cadence, until))
        return issue.is_begun if issue else bool(self.waiting(cadence, until))

    def held(self) -> list[tuple[str, datetime]]:
        """Return the issues that are held."""
        return [key for key, issue in self.issues.items() if issue.held]

    def plan(self, cadence: str, until: datetime, now: datetime) -> None:
        """Plan an issue for all who wait for it, unless that was done before or it is held."""
        self.begin(cadence, until, now)
        issue = self.issues.get((cadence, until))
        if issue and issue.is_begun:
            self.plan_for(self.waiting(cadence, until), cadence, until)
            issue.ended = True
            for of, earlier in self.held():
                if of == cadence and earlier < until:
                    overtaken = self.issues[of, earlier]
                    overtaken.held, overtaken.ended = False, True

    def begin(self, cadence: str, until: datetime, now: datetime) -> None:
        """Settle which posts an issue may hold; whoever comes to it later, it holds no more.

        It is held where it has any and comes late for somebody who has waited for it.
        """
        waiting = self.waiting(cadence, until)
        if waiting and (cadence, until) not in self.issues:
            readers = [self.readers[number] for number in waiting]
            since = min(reader.window for reader in readers)
            posts = {n for n, post in enumerate(self.posts) if post.fits(since, until)}
            waited = any(reader.changed_at <= until for reader in readers)
            late = bool(posts) and waited and now - until > LATE
            self.issues[cadence, until] = Issue(since, posts, late, held=late)

    def plan_for(self, numbers: list[int], cadence: str, until: datetime) -> None:
        """Plan an issue for some readers, but those whose window opened before it begins."""
        issue = self.issues[cadence, until]
        for number in numbers:
            reader = self.readers[number]
            if reader.window < issue.since:
                continue
            candidates = {n: self.posts[n] for n in issue.posts}
            posts = frozenset(
                n
                for n, post in candidates.items()
                if post.fits(reader.window, until) and reader.wants(post)
            )
            if posts:
                self.mails[number, cadence, until, posts] += 1
            reader.window = until


def due_time(cadence: str, now: datetime, back: int = 0) -> datetime:
    """Return the latest due time that is not after ``now``, or one ``back`` before it."""
    due = now.replace(hour=8, minute=0, second=0, microsecond=0)
    while due > now or (cadence == "weekly" and due.weekday() != 0):
        due -= DAY
    return due - back * (7 * DAY if cadence == "weekly" else DAY)
