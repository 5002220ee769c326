"""Suppressions are found by digest, reason and date, and all that are found are removed."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from wagtail.models import ModelLogEntry

from newsletter.models import ConsentRecord, Digest, Subscription, Suppression
from newsletter.subscribing import suppressing
from tests.factories import DigestFactory, SubscriptionFactory

from .conftest import is_refused, messages_of, words_of

pytestmark = pytest.mark.django_db

LIST = "/admin/newsletter/suppressions/"
ALL = f"{LIST}lift-all/"
MARCH = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def digest(newsletter) -> Digest:
    return DigestFactory(newsletter=newsletter, until=timezone.now() - timedelta(days=1))


@pytest.fixture
def suppressed(newsletter, digest) -> None:
    """Three readers of a digest who were suppressed by it, one before, and one who complained."""
    for name, reason, of in [
        ("ana", "bounced", digest),
        ("ben", "bounced", digest),
        ("cleo", "complained", digest),
        ("dora", "bounced", None),
    ]:
        SubscriptionFactory(newsletter=newsletter, subscriber__email=f"{name}@example.com")
        at = timezone.now() if of else MARCH
        suppressing.suppress(f"{name}@example.com", reason, "550", at, of and of.pk)
    suppressing.forget("emil@example.com", timezone.now())


def left() -> set[str]:
    return {suppression.address.partition("@")[0] for suppression in Suppression.objects.all()}


def lift_all(client, number: int, **filters: str):
    address = f"{ALL}?{'&'.join(f'{key}={value}' for key, value in filters.items())}"
    return client.post(address, {"expected": str(number)}, follow=True)


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"digest": "DIGEST"}, "ana ben cleo"),
        ({"digest": "DIGEST", "reason": "bounced"}, "ana ben"),
        ({"reason": "bounced"}, "ana ben dora"),
        ({"at_to": "2026-03-02"}, "dora"),
        ({"at_from": "2026-03-03"}, "ana ben cleo"),
        ({}, "ana ben cleo dora"),
    ],
)
def test_suppressions_that_match_the_filters_are_removed(
    admin_client, suppressed, digest, filters, found
):
    filters = {key: value.replace("DIGEST", str(digest.pk)) for key, value in filters.items()}
    names = set(found.split())
    listed = admin_client.get(LIST, filters).context["object_list"]
    assert {s.address.partition("@")[0] for s in listed} - {""} == names
    words = words_of(admin_client.get(ALL, filters))
    plural = "s" if len(names) > 1 else ""
    assert f"Remove {len(names)} suppression{plural}?" in words
    lift_all(admin_client, len(names), **filters)
    assert left() == {"ana", "ben", "cleo", "dora", ""} - names
    active = Subscription.objects.filter(state="active")
    emails = set(active.values_list("subscriber__email", flat=True))
    assert emails == {f"{name}@example.com" for name in names - {"cleo"}}
    restored = ConsentRecord.objects.filter(act="restored", how="editor")
    assert restored.count() == len(emails)


def test_it_is_logged_without_addresses(admin_client, suppressed, digest):
    response = lift_all(admin_client, 2, digest=str(digest.pk), reason="bounced")
    assert messages_of(response) == "2 suppressions removed."
    entry = ModelLogEntry.objects.get(action="newsletter.lift_all")
    assert entry.message == "Suppressions removed: 2"
    assert entry.data["filters"] == {"digest": str(digest.pk), "reason": "bounced"}
    assert "@" not in entry.label + str(entry.data)


def test_changed_number_of_suppressions_asks_again(admin_client, suppressed):
    lift_all(admin_client, 1)
    assert len(left()) == 5


def test_invalid_filter_matches_nothing(admin_client, suppressed):
    response = lift_all(admin_client, 4, reason="no-such-reason")
    assert "find no suppression to remove" in messages_of(response)
    assert len(left()) == 5


def test_it_takes_the_permission(client_of, suppressed):
    client = client_of("view_suppression")
    assert ALL not in client.get(LIST).text
    assert is_refused(client.get(ALL))
    assert is_refused(client.post(ALL, {"expected": "4"}))


def test_the_number_does_not_cost_queries(newsletter, django_assert_max_num_queries):
    for number in range(60):
        SubscriptionFactory(newsletter=newsletter, subscriber__email=f"reader{number}@example.com")
        suppressing.suppress(f"reader{number}@example.com", "bounced", "", timezone.now())
    with django_assert_max_num_queries(20):
        assert suppressing.lift_all(Suppression.objects.all(), timezone.now()) == 60
