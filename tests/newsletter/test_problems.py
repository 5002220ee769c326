"""Each condition in which a person must act is found, for all who tell of it."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from blog.models import CommentNotice
from core import problems
from core.models import OutgoingEmail
from home.models import ContactMessage
from newsletter import ticks
from newsletter.models import Digest, Newsletter, Notice
from tests.factories import BatchFactory, CohortFactory, DigestFactory, SubscriptionFactory
from tests.newsletter.status import run

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def clock(db):
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def add(newsletter):
    """Adds a batch to a digest, which is ended if no state is given."""

    def add(digest_values=None, **values) -> Digest:
        ended = {"state": "sent", "finished_at": NOW - 2 * DAY}
        digest = DigestFactory(newsletter=newsletter, **(digest_values or ended))
        BatchFactory(cohort=CohortFactory(digest=digest), **values)
        return digest

    return add


def found() -> list[str]:
    return [problem.kind for problem in problems.find(NOW)]


def test_without_problems_there_are_none(newsletter):
    ticks.record(NOW)
    assert found() == []


@pytest.mark.parametrize(
    ("counts", "is_problem"),
    [
        ({"size": 1000, "sent": 949, "failed": 51}, True),
        ({"size": 1000, "sent": 949, "failed": 20, "skipped": 31}, True),
        ({"size": 1000, "sent": 950, "failed": 50}, False),
        ({"size": 4, "sent": 2, "failed": 1, "skipped": 1}, False),
        ({"size": 2, "failed": 2}, True),
        ({"size": 0}, False),
    ],
)
def test_a_digest_that_ended_with_mass_failures(add, counts, is_problem):
    ticks.record(NOW)
    add(state="done", **counts)
    assert found() == (["lost"] if is_problem else [])
    text, code = run()
    assert code == is_problem
    assert ("decide whether to send them again." in text) is is_problem


def test_old_mass_failures_are_not_a_problem(add):
    add({"state": "sent", "finished_at": NOW - 8 * DAY}, state="done", size=9, failed=9)
    assert found() == []


def test_ticks_that_have_stopped():
    ticks.record(NOW - 14 * MINUTE)
    assert found() == []
    ticks.record(NOW - 16 * MINUTE)
    ticks.Tick.objects.filter(at__gt=NOW - 15 * MINUTE).delete()
    assert found() == ["clock"]


def test_batches_that_no_sender_takes(add):
    add({"state": "sending"}, size=9, not_before=NOW - 20 * MINUTE)
    assert found() == ["sender"]


def test_batches_being_sent_are_not_a_problem(add):
    add({"state": "sending"}, size=9, not_before=NOW - 20 * MINUTE)
    add({"state": "sending"}, size=9, state="claimed", lease_until=NOW + MINUTE)
    assert found() == []


def test_a_digest_that_has_failed_for_hours(add):
    digest = add({"state": "sending"}, size=9, attempts=7, error="451", not_before=NOW + HOUR)
    assert found() == []
    Digest.objects.filter(pk=digest.pk).update(created_at=NOW - 80 * HOUR)
    (problem,) = problems.find(NOW)
    assert (problem.kind, problem.text) == ("failing", "Has failed for more than an hour: 451")


def test_a_digest_whose_planning_fails(newsletter):
    Newsletter.objects.update(send_time=NOW.time().replace(hour=7))
    SubscriptionFactory(newsletter=newsletter, mailed_through=NOW - 2 * DAY)
    assert found() == []
    ticks.record(NOW - 11 * MINUTE)
    assert found() == ["unplanned"]
    Digest.objects.create(
        newsletter=newsletter,
        cadence="daily",
        since=NOW - DAY,
        until=NOW.replace(hour=7),
        state="planning",
    )
    assert found() == []
    Digest.objects.update(created_at=NOW - 61 * MINUTE)
    assert found() == ["planning"]


def test_a_provider_that_has_stopped_reporting(add, settings):
    settings.MAIL_EVENTS_FROM = "mailgun"
    add(state="done", size=60, sent=60)
    assert found() == []
    add({"state": "sent", "finished_at": NOW - 9 * DAY}, state="done", size=9, delivered=9, sent=9)
    assert found() == ["provider"]
    settings.MAIL_EVENTS_FROM = ""
    assert found() == []


def test_confirmations_that_wait(newsletter):
    Notice.objects.create(
        subscription=SubscriptionFactory(newsletter=newsletter),
        kind=Notice.Kind.CONFIRM,
        created_at=NOW - 61 * MINUTE,
        error="535 No",
    )
    (problem,) = problems.find(NOW)
    assert problem.text == "1 email has been queued for more than an hour: 535 No"


def test_emails_that_were_given_up(newsletter, home):
    subscription = SubscriptionFactory(newsletter=newsletter)
    Notice.objects.create(subscription=subscription, kind="confirm", given_up_at=NOW - DAY)
    CommentNotice.objects.create(kind="answered", given_up_at=NOW - DAY)
    OutgoingEmail.objects.create(
        kind="newsletter.alert", recipient="a@example.org", state="failed", finished_at=NOW - DAY
    )
    message = ContactMessage.objects.create(page=home, form_data={}, next_try_at=NOW - DAY)
    ContactMessage.objects.filter(pk=message.pk).update(submit_time=NOW - 8 * DAY)
    assert found() == ["given-up"] * 4
    Notice.objects.update(given_up_at=NOW - 8 * DAY)
    assert found() == ["given-up"] * 3


def test_metrics_count_problems_by_kind(add):
    from newsletter.metrics import registry

    ticks.record(NOW)
    add(state="done", size=10, failed=10)
    add(state="done", size=10, failed=10)
    assert registry.get_sample_value("gazette_problems", {"kind": "lost"}) == 2


def test_number_of_queries_does_not_grow_with_problems(newsletter, add):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            found()
        return len(captured)

    def grow() -> None:
        DigestFactory(newsletter=newsletter, state="held")
        add({"paused_at": NOW}, in_doubt=1, attempts=7, error="No")
        add({"state": "sending"}, attempts=7, error="No", in_doubt=1)
        add(state="done", size=10, failed=10)
        Digest.objects.update(created_at=NOW - DAY)

    ticks.record(NOW - 11 * MINUTE)
    grow()
    few = queries()
    for _ in range(4):
        grow()
    assert queries() == few
