"""What of the newsletter needs an editor, on the admin's first page."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from newsletter.models import Digest, Newsletter
from tests.factories import BatchFactory, CohortFactory, DeliveryFactory, DigestFactory

from .conftest import table_in, words_of

HOME = "/admin/"
HEADING = "Needs attention"


@pytest.fixture
def digest(newsletter):
    """A digest that is being sent since yesterday."""
    digest = DigestFactory(newsletter=newsletter)
    Digest.objects.update(created_at=timezone.now() - timedelta(days=1))
    return digest


def matters(client) -> list[str]:
    """Return the problems that the panel lists; none where there is no panel."""
    response = client.get(HOME)
    if HEADING not in words_of(response):
        return []
    return [row["Problem"] for row in table_in(response)]


def batch_of(digest, **values):
    return BatchFactory(cohort=CohortFactory(digest=digest), size=5, **values)


def test_where_all_is_well_there_is_no_panel(admin_client, digest):
    batch_of(digest, attempts=2, error="No connection")
    DeliveryFactory(digest=digest, state="failed")
    assert matters(admin_client) == []


def test_a_digest_that_is_held_is_named_with_a_link(admin_client, digest):
    Digest.objects.update(state="held")
    assert matters(admin_client) == ["On hold because it is late. Send it now or skip it."]
    link = f'href="{reverse("newsletter_digests:inspect", args=[digest.pk])}"'
    assert link in admin_client.get(HOME).content.decode()


def test_a_digest_that_is_paused_is_named_with_the_reason_by_its_clock(admin_client, digest):
    Newsletter.objects.update(time_zone="America/New_York")
    since = datetime(2026, 3, 2, 13, tzinfo=UTC)
    Digest.objects.update(paused_at=since, pause_reason="535 Wrong password")
    assert matters(admin_client) == [
        "Paused since 2 Mar 2026, 8 a.m. (America/New_York): 535 Wrong password"
    ]


def test_mails_in_doubt_are_counted_for_each_digest(admin_client, digest):
    batch_of(digest, in_doubt=2)
    batch_of(digest, in_doubt=1, state="done")
    assert matters(admin_client) == [
        "3 emails have an unknown status. Decide whether they were sent."
    ]


def test_what_was_in_doubt_a_month_ago_is_past_settling(admin_client, digest):
    batch_of(digest, in_doubt=2)
    Digest.objects.update(until=timezone.now() - timedelta(days=31))
    assert matters(admin_client) == []


def test_a_part_that_fails_again_and_again_is_named_with_its_error(admin_client, digest):
    batch_of(digest, attempts=6, error="No connection")
    assert matters(admin_client) == ["Has failed for more than an hour: No connection"]


def test_a_digest_that_is_paused_is_not_said_to_fail_too(admin_client, digest):
    batch_of(digest, attempts=6, error="No connection")
    Digest.objects.update(paused_at=timezone.now(), pause_reason="Paused by Ana.")
    (matter,) = matters(admin_client)
    assert matter.endswith("Paused by Ana.")


def test_a_digest_of_less_than_an_hour_is_given_time(admin_client, digest):
    batch_of(digest, attempts=6, error="No connection")
    Digest.objects.update(created_at=timezone.now())
    assert matters(admin_client) == []


def test_the_panel_is_for_those_who_may_see_digests(client_of, digest):
    Digest.objects.update(state="held")
    assert matters(client_of("change_newsletter")) == []


def test_those_who_may_see_digests_see_the_panel(client_of, digest):
    Digest.objects.update(state="held")
    assert len(matters(client_of("view_digest"))) == 1


def test_the_panel_takes_as_many_queries_for_many_as_for_one(queries_of, digest):
    def grow() -> None:
        for values in ({"state": "held"}, {"paused_at": timezone.now()}, {}):
            another = DigestFactory(newsletter=digest.newsletter, **values)
            batch_of(another, in_doubt=1, attempts=6, error="No connection")
        Digest.objects.update(created_at=timezone.now() - timedelta(days=1))

    grow()
    few = queries_of(HOME)
    for _ in range(4):
        grow()
    assert queries_of(HOME) == few


def test_many_problems_are_truncated_with_a_count(admin_client, newsletter):
    DigestFactory.create_batch(13, newsletter=newsletter, state="held")
    response = admin_client.get(HOME)
    assert len(table_in(response)) == 10
    assert "And 3 more." in words_of(response)
