"""An editor sends a digest to those who missed it, after a page that says whom and what."""

import pytest
from django.urls import reverse
from wagtail.models import ModelLogEntry

from newsletter.models import Batch, Delivery, Digest
from tests.factories import (
    BatchFactory,
    CohortFactory,
    DeliveryFactory,
    DigestFactory,
    PostFactory,
    SubscriptionFactory,
)

from .conftest import is_refused, messages_of, table_in, words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def digest(newsletter, section) -> Digest:
    """A digest that Ana got, that was refused for Ben, and that Cleo did not get."""
    post = PostFactory(parent=section, title="Rain")
    digest = DigestFactory(newsletter=newsletter, state="sent")
    digest.posts.add(post)
    cohort = CohortFactory(digest=digest)
    cohort.posts.add(post)
    batch = BatchFactory(cohort=cohort, state="done", withdrawn=1)
    for name, state, error in [
        ("ana", "sent", ""),
        ("ben", "failed", "554 5.7.1 Relay access denied"),
        ("cleo", "skipped", Delivery.SkipReason.WITHDRAWN),
        ("dora", "skipped", Delivery.SkipReason.UNSUBSCRIBED),
    ]:
        reader = SubscriptionFactory(newsletter=newsletter, subscriber__email=f"{name}@example.com")
        DeliveryFactory(digest=digest, batch=batch, subscription=reader, state=state, error=error)
    return digest


def retry_url(digest: Digest) -> str:
    return reverse("newsletter_digests:retry", args=[digest.pk])


def inspect_url(digest: Digest) -> str:
    return reverse("newsletter_digests:inspect", args=[digest.pk])


def test_the_digest_offers_it_and_says_why_readers_were_skipped(admin_client, digest):
    response = admin_client.get(inspect_url(digest))
    assert retry_url(digest) in response.text
    rows = {row["What became of them"]: row for row in table_in(response, "Mails")}
    assert rows["Not sent"]["What that means"].startswith("For 1 reader, the posts were no")


def test_confirmation_page_shows_readers_and_posts_and_changes_nothing(admin_client, digest):
    words = words_of(admin_client.get(retry_url(digest)))
    assert "Send this digest to 2 readers who missed it?" in words
    assert "1 mail: 554 5.7.1 Relay access denied" in words
    assert "1 mail: Its posts were not public or were not in the section." in words
    assert "Posts that can be sent now: Rain" in words
    assert "ben@example.com" in words
    assert "cleo@example.com" in words
    assert "ana@example.com" not in words
    assert "1 other reader is not included" in words
    assert Delivery.objects.filter(state="pending").count() == 0


def test_confirming_queues_the_deliveries_and_is_logged(admin_client, digest):
    response = admin_client.post(retry_url(digest), {"expected": "2"}, follow=True)
    assert messages_of(response).startswith("2 emails are queued.")
    assert Delivery.objects.filter(state="pending").count() == 2
    batch = Batch.objects.get()
    assert (batch.state, batch.failed, batch.skipped, batch.withdrawn) == ("pending", 0, 1, 0)
    digest.refresh_from_db()
    assert (digest.state, digest.is_proven) == (Digest.State.SENDING, False)
    entry = ModelLogEntry.objects.get(action="newsletter.retry")
    assert entry.message == "Failed and skipped emails sent again: 2"


def test_changed_number_of_readers_asks_again(admin_client, digest):
    admin_client.post(retry_url(digest), {"expected": "1"})
    assert not Delivery.objects.filter(state="pending").exists()


def test_digest_says_if_nobody_can_get_it(admin_client, digest):
    digest.posts.get().unpublish()
    response = admin_client.get(retry_url(digest), follow=True)
    assert "Nobody who missed this digest can get it now" in messages_of(response)


@pytest.mark.parametrize("state", ["held", "planning", "empty", "cancelled"])
def test_retry_is_not_offered_in_other_states(admin_client, digest, state):
    Digest.objects.update(state=state)
    assert retry_url(digest) not in admin_client.get(inspect_url(digest)).text
    admin_client.post(retry_url(digest), {"expected": "2"})
    assert not Delivery.objects.filter(state="pending").exists()


def test_retry_requires_permission_to_change_digests(client_of, digest):
    client = client_of("view_digest")
    assert is_refused(client.get(retry_url(digest)))
    assert is_refused(client.post(retry_url(digest), {"expected": "2"}))
