"""Whatever happens in whatever order, each post is planned for each subscription as the rules say.

Hypothesis makes up sequences of events. Each is done twice: by the code, in the database, and in a
ledger of plain values that says what has to come of it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.db.models import Q
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from wagtail.models import Page

from blog.models import PostPage
from newsletter.digests import planning
from newsletter.models import Delivery, Digest, Subscription
from newsletter.sending import controls
from newsletter.subscribing import changing, confirming, joining
from tests.factories import AuthorFactory, PostFactory, SectionFactory, TopicFactory

from . import DAY, HOUR, MONDAY, Killed, killed_at, miscounted, repeatable
from .ledger import LATE, SETTLE, Ledger, Post, Reader, due_time

READERS, POSTS, TOPICS = 4, 10, 2
START = MONDAY - 20 * HOUR
CADENCES = ("daily", "weekly")
EMAILS = [f"reader{number}@example.org" for number in range(READERS)]

cadences = st.sampled_from(CADENCES)
topics = st.frozensets(st.integers(0, TOPICS - 1), max_size=TOPICS)
some_topics = st.frozensets(st.integers(0, TOPICS - 1), min_size=1, max_size=TOPICS)
readers = st.integers(0, READERS - 1)
posts = st.integers(0, POSTS - 1)
# What editors and readers do: a method of Events, and its arguments.
acts = st.one_of(
    st.tuples(st.just("publish"), some_topics),
    # By a clock that is slow, or with an import.
    st.tuples(st.just("publish"), some_topics, st.sampled_from([1, 3, 30])),
    st.tuples(st.just("decide"), st.sampled_from(["release", "cancel"])),
    st.tuples(st.just("turn"), posts, st.sampled_from(["live", "withheld"])),
    st.tuples(st.just("file"), posts, some_topics),
    st.tuples(st.just("ask"), readers, cadences, topics),
    st.tuples(st.just("confirm"), readers),
    st.tuples(st.just("join"), readers, cadences, topics),
    st.tuples(st.just("change"), readers, cadences, topics),
    st.tuples(st.just("change"), readers, cadences),
    st.tuples(st.just("leave"), readers),
    st.tuples(st.just("come_back"), readers, cadences, topics),
)
# What workers do: likewise.
works = st.one_of(
    st.just(("rest",)),
    st.just(("tick",)),
    st.just(("tick", 2)),
    st.tuples(st.just("take_late_message"), cadences, st.integers(0, 2)),
)
# Where a worker dies: before it writes to a table for the first or second time.
deaths = st.tuples(
    st.integers(1, 2),
    st.sampled_from(
        [
            ("INSERT", "newsletter_publicationrecord"),
            ("INSERT", "newsletter_digest"),
            ("INSERT", "newsletter_digest_posts"),
            ("INSERT", "newsletter_cohort"),
            ("INSERT", "newsletter_cohort_posts"),
            ("INSERT", "newsletter_batch"),
            ("INSERT", "newsletter_delivery"),
            ("UPDATE", "newsletter_subscription"),
            ("UPDATE", "newsletter_digest"),
        ]
    ),
)


class Events(RuleBasedStateMachine):
    """A newsletter, and what editors, readers, workers and the clock do."""

    def __init__(self, newsletter, pages, topics) -> None:
        super().__init__()
        self.newsletter, self.pages, self.topics = newsletter, pages, topics
        self.posts = {page.pk: number for number, page in enumerate(pages)}
        for alias, source in Page.objects.exclude(alias_of=None).values_list("pk", "alias_of"):
            self.posts[alias] = self.posts[source]
        self.ledger = Ledger()
        self.now = START
        self.transaction = transaction.atomic()
        self.transaction.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    @initialize(
        wishes=st.tuples(*[st.tuples(cadences, topics)] * (READERS - 1)),
        most_an_hour=st.sampled_from([None, 2]),
    )
    def some_have_joined(self, wishes, most_an_hour):
        self.newsletter.most_an_hour = most_an_hour
        self.newsletter.save()
        for number, wish in enumerate(wishes):
            self.join(number, *wish)

    @rule(
        acts=st.lists(acts, min_size=1, max_size=4),
        cadence=cadences,
        seconds=st.sampled_from([60, 61, 3600, 59, 0, -1e-6]),
        work=works,
    )
    def a_due_time_comes(self, acts, cadence, seconds, work):
        moment = due_time(cadence, self.now, back=-1) + timedelta(seconds=seconds)
        self.go_on(acts, max(self.now, moment), work)

    @rule(
        acts=st.lists(acts, max_size=2),
        span=st.sampled_from([timedelta(seconds=30), 3 * HOUR, DAY, 2 * DAY, 8 * DAY]),
        work=works,
    )
    def time_passes(self, acts, span, work):
        self.go_on(acts, self.now + span, work)

    @rule(
        before=st.lists(acts, min_size=1, max_size=2),
        cadence=cadences,
        death=deaths,
        meanwhile=st.lists(acts, min_size=1, max_size=3),
        work=works,
    )
    def a_worker_dies(self, before, cadence, death, meanwhile, work):
        self.go_on(before, due_time(cadence, self.now, back=-1) + SETTLE, ("die", *death))
        self.go_on(meanwhile, self.now + HOUR, work)

    @precondition(lambda self: self.ledger.who_is("active"))
    @rule(
        data=st.data(),
        cadence=cadences,
        seconds=st.sampled_from([-30, 0, 10]),
        absence=st.sampled_from([20, 45, 300]),
        work=works,
    )
    def somebody_is_away_about_a_due_time(self, data, cadence, seconds, absence, work):
        number = data.draw(st.sampled_from(self.ledger.who_is("active")))
        moment = due_time(cadence, self.now, back=-1) + timedelta(seconds=seconds)
        self.go_on([], max(self.now, moment), ("rest",))
        self.go_on([("leave", number)], self.now, work)
        self.now += timedelta(seconds=absence)
        reader = self.ledger.readers[number]
        self.join(number, reader.cadence, reader.topics)
        self.go_on([], self.now + SETTLE, ("tick",))

    @precondition(lambda self: self.ledger.owed())
    @rule()
    def a_quiet_week(self):
        """Whoever stays gets every post, published to stay, of its topics since it joined: once.

        The week ends as both cadences are due: what was held till then comes along.
        """
        owed = self.ledger.owed()
        self.go_on([], due_time("weekly", self.now + DAY, back=-1) + SETTLE, ("tick",))
        times = times_of(self.planned())
        assert all(times[pair] == 1 for pair in owed)

    def go_on(self, acts: list[tuple], now: datetime, work: tuple) -> None:
        for name, *arguments in acts:
            getattr(self, name)(*arguments)
        self.now = now
        name, *arguments = work
        getattr(self, name)(*arguments)

    # Workers

    def rest(self) -> None:
        """Do nothing."""

    def tick(self, times: int = 1) -> None:
        """Do as a tick does: plan what is due, and what somebody began and did not end."""
        for _ in range(times):
            for issue in [*self.due(), *self.unended()]:
                self.plan(*issue)

    def take_late_message(self, cadence: str, back: int) -> None:
        self.plan(cadence, due_time(cadence, self.now - SETTLE, back))

    def plan(self, cadence: str, until: datetime) -> None:
        planning.plan(self.newsletter, cadence, until, self.now)
        self.ledger.plan(cadence, until, self.now)

    def die(self, times: int, write: tuple[str, str]) -> None:
        """Plan what is due, up to a write that never comes."""
        for issue in self.due():
            try:
                with killed_at(times, *write):
                    self.plan(*issue)
            except Killed:
                self.take_down_what_was_done(*issue)
                return

    def take_down_what_was_done(self, cadence: str, until: datetime) -> None:
        """Take down whether a digest was opened and whose windows moved; the rest must follow."""
        if self.newsletter.digests.filter(cadence=cadence, until=until).exists():
            self.ledger.begin(cadence, until, self.now)
            waiting = self.ledger.waiting(cadence, until)
            done = [n for n in waiting if self.subscription(n).mailed_through == until]
            self.ledger.plan_for(done, cadence, until)

    def due(self) -> list[tuple[str, datetime]]:
        """Return what is due by the ledger, having seen that the code thinks so too."""
        latest = [(cadence, due_time(cadence, self.now - SETTLE)) for cadence in CADENCES]
        due = [issue for issue in latest if self.ledger.is_due(*issue)]
        assert [(cadence, until) for _, cadence, until in planning.due(self.now)] == due
        return due

    def unended(self) -> list[tuple[str, datetime]]:
        """Return what was begun and not ended by the ledger, having seen that the code agrees."""
        unended = [key for key, issue in self.ledger.issues.items() if issue.is_begun]
        found = Digest.objects.being_planned().values_list("cadence", "until")
        assert sorted(found) == sorted(unended)
        return unended

    # Editors

    def decide(self, verb: str) -> None:
        """Have the digests that are held sent after all, or not."""
        held = list(Digest.objects.filter(state=Digest.State.HELD))
        assert sorted((d.cadence, d.until) for d in held) == sorted(self.ledger.held())
        for digest in held:
            assert (
                controls.release(digest) if verb == "release" else controls.cancel(digest, self.now)
            )
            issue = self.ledger.issues[digest.cadence, digest.until]
            issue.held, issue.ended = False, verb == "cancel"

    def publish(self, topics: frozenset[int], hours_ago: int = 0) -> None:
        number = len(self.ledger.posts)
        if number < POSTS:
            first = self.now - hours_ago * HOUR
            self.ledger.publish(first, topics)
            self.same_as(number).update(live=True, first_published_at=first)
            self.put_topics(number, topics)

    def turn(self, number: int, what: str) -> None:
        """Unpublish or publish again, withhold or release."""
        if post := self.unsettled(number):
            setattr(post, what, not getattr(post, what))
            self.page(number).update(live=post.live, in_digests=not post.withheld)

    def file(self, number: int, topics: frozenset[int]) -> None:
        if post := self.unsettled(number):
            post.topics = topics
            self.put_topics(number, topics)

    def unsettled(self, number: int) -> Post | None:
        """Return a post that was published, and take down that it does not stay as it was."""
        if number >= len(self.ledger.posts):
            return None
        self.ledger.posts[number].steady = False
        return self.ledger.posts[number]

    def page(self, number: int):
        return PostPage.objects.filter(pk=self.pages[number].pk)

    def same_as(self, number: int):
        """Return a post with its aliases."""
        page = self.pages[number]
        return Page.objects.filter(Q(pk=page.pk) | Q(alias_of=page.pk))

    def put_topics(self, number: int, topics: frozenset[int]) -> None:
        filed = PostPage.topics.through.objects
        filed.filter(postpage__in=self.same_as(number)).delete()
        filed.bulk_create(
            filed.model(postpage_id=page.pk, topic=topic)
            for page in self.same_as(number)
            for topic in self.chosen(topics)
        )

    # Readers

    def join(self, number: int, cadence: str, topics: frozenset[int]) -> None:
        self.ask(number, cadence, topics)
        self.confirm(number)

    def ask(self, number: int, cadence: str, topics: frozenset[int]) -> None:
        wish = joining.Wish(EMAILS[number], cadence, topics=self.chosen(topics))
        joining.ask(self.newsletter, wish, self.now)
        reader = self.ledger.readers.setdefault(number, Reader("pending", cadence, topics))
        if reader.state != "active":
            reader.state, reader.cadence, reader.topics = "pending", cadence, topics

    def confirm(self, number: int) -> None:
        if reader := self.ledger.readers.get(number):
            confirming.confirm(self.subscription(number), "Yes", self.now)
            if reader.state == "pending":
                reader.confirm(self.now)

    def change(self, number: int, cadence: str, topics: frozenset[int] | None = None) -> None:
        """Change the cadence, and the topics too where they are given."""
        if reader := self.ledger.readers.get(number):
            topics = reader.topics if topics is None else topics
            subscription = self.subscription(number)
            changing.change(subscription, cadence, self.chosen(topics), "So be it", self.now)
            reader.change(cadence, topics, self.now)

    def leave(self, number: int) -> None:
        if reader := self.ledger.readers.get(number):
            changing.leave(self.subscription(number), "link", "Bye", self.now)
            reader.leave(self.now)

    def come_back(self, number: int, cadence: str, topics: frozenset[int]) -> None:
        self.leave(number)
        self.join(number, cadence, topics)

    def subscription(self, number: int) -> Subscription:
        return self.newsletter.subscriptions.get(subscriber__email=EMAILS[number])

    def chosen(self, numbers: frozenset[int]) -> list:
        return [self.topics[number] for number in numbers]

    # What must always hold

    @invariant()
    def what_is_planned_is_what_the_ledger_says_and_no_post_comes_twice(self):
        rows = list(self.planned())
        mails = defaultdict(set)
        for delivery, number, cadence, until, post in rows:
            mails[delivery, number, cadence, until].add(post)
        found = Counter((*mail, frozenset(posts)) for (_, *mail), posts in mails.items())
        assert found == self.ledger.mails
        assert set(times_of(rows).values()) <= {1}

    @invariant()
    def batches_say_how_many_deliveries_they_have(self):
        assert miscounted() == []

    @invariant()
    def subscriptions_are_as_the_ledger_says(self):
        found = self.newsletter.subscriptions.values_list(
            "subscriber__email", "state", "cadence", "mailed_through"
        )
        assert sorted(found) == sorted(
            (EMAILS[number], reader.state, reader.cadence, reader.window)
            for number, reader in self.ledger.readers.items()
        )

    def planned(self) -> Iterator[tuple[int, int, str, datetime, int]]:
        """Yield delivery, reader, cadence, window's end and post of all that is planned."""
        rows = Delivery.objects.values_list(
            "pk",
            "subscription__subscriber__email",
            "digest__cadence",
            "digest__until",
            "batch__cohort__posts",
        )
        for delivery, email, cadence, until, page in rows:
            yield delivery, EMAILS.index(email), cadence, until, self.posts[page]


def times_of(planned: Iterable[tuple]) -> Counter:
    """Return how often each post is planned for each reader."""
    return Counter((number, post) for _, number, _, _, post in planned)


@pytest.mark.django_db
def test_each_post_is_planned_for_each_subscription_as_the_rules_say(
    newsletter, home, section, settings, monkeypatch
):
    other = SectionFactory(slug="other", parent=home)
    settings.NEWSLETTER_BATCH_SIZE = 1
    settings.NEWSLETTER_SETTLE_SECONDS = SETTLE.seconds
    settings.NEWSLETTER_LATE_HOURS = LATE // HOUR
    monkeypatch.setattr(planning, "BATCHES_AT_ONCE", 2)
    topics = TopicFactory.create_batch(TOPICS)
    draft = {"parent": section, "live": False, "first_published_at": None}
    pages = PostFactory.create_batch(POSTS, authors=[AuthorFactory()], topics=topics[:1], **draft)
    # Of three posts one stands alone, one has an alias beside it, and one has two aliases in the
    # section and lies in another itself. They are the same post to every reader.
    for beside in pages[1::3]:
        beside.create_alias(parent=section, update_slug=f"alias-{beside.pk}")
    for elsewhere in pages[2::3]:
        for number in range(2):
            elsewhere.create_alias(parent=section, update_slug=f"{number}-{elsewhere.pk}")
        elsewhere.move(other, pos="last-child")
    ledgers = []

    def events() -> Events:
        machine = Events(newsletter, pages, topics)
        ledgers.append(machine.ledger)
        return machine

    run_state_machine_as_test(
        events,
        settings=hypothesis_settings(repeatable, max_examples=45, stateful_step_count=15),
    )
    assert sum(len(ledger.mails) for ledger in ledgers) > 100, "It has proved little."
    issues = [issue for ledger in ledgers for issue in ledger.issues.values()]
    assert sum(issue.late for issue in issues) > 5, "Few have come late."
