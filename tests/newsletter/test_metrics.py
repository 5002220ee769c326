"""Prometheus is told how sending goes, and only Prometheus is."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from prometheus_client.parser import text_string_to_metric_families

from config import env
from newsletter import ticks
from newsletter.models import Batch, Digest, Newsletter, Notice
from tests.factories import (
    BatchFactory,
    CohortFactory,
    DigestFactory,
    NewsletterFactory,
    SubscriptionFactory,
)

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TOKEN = "correct-horse-battery-staple"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    """A clock that stands still."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(autouse=True)
def token(settings) -> None:
    """The site has a token."""
    settings.METRICS_TOKEN = TOKEN


@pytest.fixture
def add(newsletter) -> Callable[..., Batch]:
    """Adds a batch of 100 mails, in a digest of its own of the newsletter if none is given."""

    def add(of: Digest | None = None, **values: object) -> Batch:
        of = of or DigestFactory(newsletter=newsletter)
        return BatchFactory(
            cohort=CohortFactory(digest=of), **{"size": 100, "not_before": NOW, **values}
        )

    return add


def get(authorization: str = f"Bearer {TOKEN}", **headers: str):
    """Ask for the metrics."""
    return Client().get("/metrics", headers={"authorization": authorization, **headers})


def samples(name: str) -> dict[str, float] | float | None:
    """Return the values of a sample, by its labels' values but the newsletter's.

    What has no labels beside is returned by itself, and None for what is not told.
    """
    found = {
        " ".join(
            value for label, value in sorted(sample.labels.items()) if label != "newsletter"
        ): (sample.value)
        for family in text_string_to_metric_families(get().content.decode())
        for sample in family.samples
        if sample.name == name
    }
    return found.get("") if set(found) <= {""} else found


class TestWhoMayRead:
    def test_who_presents_the_token_may(self, newsletter):
        response = get()
        assert response.status_code == 200
        assert response["Content-Type"].startswith("text/plain; version=")

    def test_the_scheme_may_be_written_in_small_letters(self):
        assert get(f"bearer {TOKEN}").status_code == 200

    @pytest.mark.parametrize(
        "authorization",
        ["", TOKEN, f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer ", "Bearer ünsicher"],
    )
    def test_who_presents_another_or_none_may_not(self, authorization):
        response = get(authorization)
        assert response.status_code == 401
        assert response["WWW-Authenticate"] == "Bearer"
        assert response.content == b""

    def test_without_a_token_of_the_site_there_is_no_such_page(self, settings):
        settings.METRICS_TOKEN = ""
        assert get().status_code == 404
        assert get("Bearer ").status_code == 404

    def test_it_is_only_read(self):
        assert Client().post("/metrics").status_code == 405

    @pytest.mark.parametrize("value", ["hunter2", "a word with some spaces in it"])
    def test_a_token_that_is_none_stops_the_start(self, monkeypatch, value):
        monkeypatch.setenv("METRICS_TOKEN", value)
        with pytest.raises(ImproperlyConfigured, match=r"^METRICS_TOKEN should be ") as error:
            env.token("METRICS_TOKEN")
        assert value not in str(error.value)

    def test_an_empty_token_is_none(self, monkeypatch):
        monkeypatch.setenv("METRICS_TOKEN", "")
        assert env.token("METRICS_TOKEN") == ""

    def test_openmetrics_are_told_to_whoever_asks_for_them(self, newsletter):
        response = get(accept="application/openmetrics-text; version=1.0.0")
        assert response["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
        assert response.content.endswith(b"# EOF\n")


class TestDeliveries:
    def test_they_are_summed_up_over_digests_by_how_they_ended(self, add):
        add(state=Batch.State.DONE, sent=90, failed=7, skipped=3)
        add(sent=10, in_doubt=4)
        assert samples("gazette_deliveries") == {
            "sent": 100,
            "failed": 7,
            "skipped": 3,
            "in_doubt": 4,
        }

    def test_those_handed_over_are_never_fewer_whatever_is_reported_later(self, add):
        batch = add(state=Batch.State.DONE, sent=90, failed=7)
        assert samples("gazette_deliveries_handed_over_total") == 97
        Batch.objects.filter(pk=batch.pk).update(sent=88, failed=9)
        assert samples("gazette_deliveries_handed_over_total") == 97

    def test_those_that_wait_are_those_of_open_batches(self, add):
        add(state=Batch.State.DONE, sent=99)
        add(sent=10, failed=2, skipped=1, in_doubt=3)
        add(state=Batch.State.CLAIMED)
        assert samples("gazette_deliveries_waiting") == 84 + 100

    def test_those_that_providers_reported_are_told_by_their_fate(self, add):
        add(state=Batch.State.DONE, sent=100, delivered=80, bounced=2, complained=1)
        assert samples("gazette_deliveries_reported") == {
            "delivered": 80,
            "bounced": 2,
            "complained": 1,
        }

    def test_how_long_servers_take_is_told(self, add):
        add(submissions=4, submission_seconds=2.5)
        add(submissions=1, submission_seconds=0.25)
        assert samples("gazette_submission_seconds_count") == 5
        assert samples("gazette_submission_seconds_sum") == 2.75

    def test_each_newsletter_has_its_own_and_begins_with_zeros(self, section, add):
        add(sent=10)
        NewsletterFactory(slug="other", section=section)
        text = get().content.decode()
        assert 'gazette_deliveries{newsletter="letter",state="sent"} 10.0' in text
        assert 'gazette_deliveries{newsletter="other",state="sent"} 0.0' in text
        assert 'gazette_batches{newsletter="other",state="due"} 0.0' in text
        assert 'gazette_digests{newsletter="other",state="paused"} 0.0' in text


class TestBatches:
    def test_they_are_told_by_state(self, add):
        add(), add(not_before=NOW - MINUTE)
        add(not_before=NOW + MINUTE)
        add(state=Batch.State.CLAIMED)
        add(state=Batch.State.DONE)
        assert samples("gazette_batches") == {"waiting": 1, "due": 2, "claimed": 1}

    def test_those_of_a_digest_that_does_not_go_on_wait(self, newsletter, add):
        add(DigestFactory(newsletter=newsletter, paused_at=NOW))
        assert samples("gazette_batches") == {"waiting": 1, "due": 0, "claimed": 0}
        Digest.objects.update(paused_at=None)
        Newsletter.objects.update(active=False)
        assert samples("gazette_batches") == {"waiting": 1, "due": 0, "claimed": 0}

    def test_the_age_of_the_oldest_that_is_due_is_told(self, newsletter, add):
        assert samples("gazette_oldest_due_batch_age_seconds") == 0
        add(), add(not_before=NOW - 4 * MINUTE), add(not_before=NOW + MINUTE)
        add(DigestFactory(newsletter=newsletter, paused_at=NOW), not_before=NOW - 9 * MINUTE)
        assert samples("gazette_oldest_due_batch_age_seconds") == 240


def test_digests_are_told_by_state_and_a_paused_one_as_paused(newsletter):
    for state in ("sending", "sending", "sent", "held", "planning"):
        DigestFactory(newsletter=newsletter, state=state)
    DigestFactory(newsletter=newsletter, state="sending", paused_at=NOW)
    assert samples("gazette_digests") == {
        "held": 1,
        "planning": 1,
        "sending": 2,
        "paused": 1,
        "sent": 1,
        "empty": 0,
        "cancelled": 0,
    }


def test_notices_that_wait_are_told_with_the_age_of_the_oldest(newsletter):
    assert samples("gazette_notices_waiting") == 0
    assert samples("gazette_oldest_notice_age_seconds") == 0
    subscription = SubscriptionFactory(newsletter=newsletter)
    for age, ends in [(1, {}), (3, {}), (8, {"sent_at": NOW}), (9, {"given_up_at": NOW})]:
        Notice.objects.create(
            subscription=subscription, kind="welcome", created_at=NOW - age * MINUTE, **ends
        )
    assert samples("gazette_notices_waiting") == 2
    assert samples("gazette_oldest_notice_age_seconds") == 180


def test_the_time_since_the_last_tick_is_told_where_there_was_one(newsletter):
    assert samples("gazette_tick_age_seconds") is None
    ticks.record(NOW - 2 * MINUTE)
    ticks.record(NOW - MINUTE)
    assert samples("gazette_tick_age_seconds") == 60


def test_the_number_of_queries_does_not_grow_and_no_deliveries_are_counted(section, add):
    def queries() -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            assert get().status_code == 200
        return [query["sql"] for query in captured]

    add()
    few = queries()
    for _ in range(3):
        newsletter = NewsletterFactory(section=section)
        for state in ("sending", "sent", "held"):
            digest = DigestFactory(newsletter=newsletter, state=state)
            add(digest), add(digest, state=Batch.State.CLAIMED)
    many = queries()
    assert len(many) == len(few) <= 24
    assert not any("newsletter_delivery" in sql for sql in many)
