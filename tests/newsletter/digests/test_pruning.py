"""Deliveries of long ago are cleared away; what they came to is still known."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from newsletter.digests import pruning
from newsletter.digests.pruning import prune
from newsletter.models import Batch, Delivery, Digest
from tests.factories import DeliveryFactory, DigestFactory
from tests.newsletter import counts

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=31)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kept_for_a_month(settings):
    settings.NEWSLETTER_KEEP_DELIVERIES_DAYS = 30


@pytest.fixture
def make_digest(newsletter):
    """Make a digest with a delivery in each of some states, and rendered content."""

    def make_digest(*states: str, state="sent", finished_at=LONG_AGO) -> Digest:
        digest = DigestFactory(newsletter=newsletter, state=state, finished_at=finished_at)
        for delivery_state in states:
            DeliveryFactory(digest=digest, state=delivery_state)
        digest.cohorts.update(subject="Rain", html="<p>Rain</p>", text="Rain")
        return digest

    return make_digest


@pytest.mark.parametrize("state", ["sent", "cancelled"])
def test_deliveries_and_mails_go_a_while_after_their_digest_was_finished(make_digest, state):
    digest = make_digest("sent", "failed", "skipped", state=state)
    prune(NOW)
    assert not Delivery.objects.exists()
    assert {(c.subject, c.html, c.text) for c in digest.cohorts.all()} == {("Rain", "", "")}


def test_what_was_counted_stays(make_digest):
    make_digest("sent", "sent", "failed")
    before = list(Batch.objects.order_by("pk").values())
    prune(NOW)
    assert list(Batch.objects.order_by("pk").values()) == before


@pytest.mark.parametrize(
    ("state", "finished_at"),
    [
        ("sent", NOW - timedelta(days=29)),
        ("sending", None),
        ("planning", None),
        ("held", None),
        ("sending", LONG_AGO),  # Opened again, for something is to be sent after all.
    ],
)
def test_what_is_not_old_or_not_finished_stays(make_digest, state, finished_at):
    digest = make_digest("sent", "pending", state=state, finished_at=finished_at)
    prune(NOW)
    assert counts(Delivery.objects.all()) == {"sent": 1, "pending": 1}
    assert not digest.cohorts.filter(html="").exists()


def test_what_is_in_doubt_stays_with_its_mail(make_digest):
    digest = make_digest("sent", "in_doubt")
    prune(NOW)
    assert counts(Delivery.objects.all()) == {"in_doubt": 1}
    (kept,) = digest.cohorts.exclude(html="")
    assert kept.batches.get().deliveries.get().state == "in_doubt"


def test_it_goes_when_it_is_in_doubt_no_more(make_digest):
    digest = make_digest("in_doubt")
    prune(NOW)
    Delivery.objects.update(state="sent")
    prune(NOW)
    assert not Delivery.objects.exists()
    assert not digest.cohorts.exclude(html="").exists()


def test_many_are_deleted_a_few_at_a_time(make_digest, monkeypatch):
    monkeypatch.setattr(pruning, "CHUNK", 2)
    make_digest(*["sent"] * 3, "in_doubt", *["sent"] * 2)
    with CaptureQueriesContext(connection) as queries:
        prune(NOW)
    assert counts(Delivery.objects.all()) == {"in_doubt": 1}
    assert sum(query["sql"].startswith("DELETE") for query in queries) == 3


def test_digests_that_were_cleared_are_not_looked_at_again(make_digest):
    for _ in range(3):
        make_digest("sent")
    prune(NOW)
    make_digest("sent", finished_at=NOW)
    with CaptureQueriesContext(connection) as queries:
        prune(NOW)
    assert len(queries) == 3
