"""Who missed a digest can be sent it, once an editor asks for it; nobody gets it twice."""

from datetime import timedelta

import pytest
from django.utils import timezone

from newsletter import alerts, tasks
from newsletter.models import Batch, ConsentRecord, Delivery, Digest, Suppression
from newsletter.sending import batches, controls, retrying
from newsletter.subscribing import changing, suppressing
from tests.factories import SectionFactory
from tests.newsletter import send_alerts

from . import NOW, addresses, delivery_to, states, subscription_of

pytestmark = pytest.mark.django_db


def ids(*names: str) -> set[int]:
    return {delivery_to(name).pk for name in names}


def may_get(digest: Digest) -> set[int]:
    return set(retrying.retryable(digest).values_list("pk", flat=True))


def test_who_was_refused_gets_it_and_nobody_else(plan, server, later):
    digest = plan("ana", "ben", "cleo", "dora")
    server.answer("554 5.7.1 Relay access denied", to="ben@example.com")
    server.answer("550 5.1.1 No such user", to="cleo@example.com")
    tasks.tick()
    assert states() == {"ana": "sent", "ben": "failed", "cleo": "failed", "dora": "sent"}
    digest.refresh_from_db()
    assert may_get(digest) == ids("ben")
    server.mend()
    assert retrying.retry(digest, timezone.now()) == 1
    later()
    assert states() == {"ana": "sent", "ben": "sent", "cleo": "failed", "dora": "sent"}
    assert server.counts == dict.fromkeys(
        ["ana@example.com", "ben@example.com", "dora@example.com"], 1
    )
    counted = Batch.objects.counts_by_digest()[digest.pk]
    assert (counted["sent"], counted["failed"], counted["bounced"]) == (3, 1, 1)
    digest.refresh_from_db()
    assert digest.state == Digest.State.SENT
    assert retrying.retry(digest, timezone.now()) == 0


def test_once_a_suppression_is_lifted_they_may_get_it(plan, server, later):
    digest = plan("ana", "ben", "cleo")
    server.answer("550 5.1.1 No such user", to="ben@example.com")
    tasks.tick()
    digest.refresh_from_db()
    assert may_get(digest) == set()
    server.mend()
    suppressing.lift_all(Suppression.objects.all(), NOW)
    assert may_get(digest) == ids("ben")
    retrying.retry(digest, NOW)
    later()
    assert set(states().values()) == {"sent"}
    assert Batch.objects.counts_by_digest()[digest.pk]["bounced"] == 0


@pytest.mark.parametrize("state", ["sent", "in_doubt", "pending", "submitting"])
def test_what_a_server_has_or_may_have_is_never_sent_by_it(plan, state):
    digest = plan("ana", "ben")
    Delivery.objects.update(state=state)
    Batch.objects.update(failed=2)
    assert may_get(digest) == set()
    assert retrying.retry(digest, NOW) == 0
    assert set(states().values()) == {state}


def test_nor_what_a_provider_took_and_dropped(plan):
    digest = plan("ana", "ben")
    Delivery.objects.update(state="failed", sent_at=NOW)
    Batch.objects.update(failed=2)
    assert may_get(digest) == set()


def test_who_has_unsubscribed_never_gets_it(plan, server):
    digest = plan("ana", "ben", "cleo")
    changing.leave(subscription_of("ana"), ConsentRecord.How.LINK, "", NOW)
    server.answer("554 5.7.1 No", to="ben@example.com")
    tasks.tick()
    changing.leave(subscription_of("ben"), ConsentRecord.How.LINK, "", NOW)
    assert states() == {"ana": "skipped", "ben": "failed", "cleo": "sent"}
    digest.refresh_from_db()
    assert may_get(digest) == set()


def test_of_a_cancelled_digest_nothing_is_sent(plan, server):
    digest = plan("ana", "ben", "cleo")
    controls.cancel(digest, NOW)
    tasks.tick()
    digest.refresh_from_db()
    assert set(states().values()) == {"skipped"}
    assert retrying.retry(digest, NOW) == 0


class TestWithdrawnPosts:
    @pytest.fixture
    def half_sent(self, plan, server, settings, post) -> Digest:
        """A digest of which one batch is sent, and the post is withdrawn."""
        settings.NEWSLETTER_BATCH_SIZE = 10
        digest = plan(*addresses(20))
        batches.send(Batch.objects.earliest("pk").pk)
        return digest

    def unpublish(post, section):
        post.unpublish()

    def move(post, section):
        elsewhere = SectionFactory(slug="elsewhere", parent=section.get_parent())
        post.move(elsewhere, pos="last-child")

    @pytest.mark.parametrize("withdraw", [unpublish, move])
    def test_readers_who_were_skipped_get_it_once_it_is_back(
        self, half_sent, post, section, server, later, withdraw
    ):
        withdraw(post, section)
        tasks.tick()
        counted = Batch.objects.counts_by_digest()[half_sent.pk]
        assert (counted["sent"], counted["skipped"], counted["withdrawn"]) == (10, 10, 10)
        half_sent.refresh_from_db()
        assert half_sent.state == Digest.State.SENT
        assert may_get(half_sent) == set()
        post.refresh_from_db()
        if withdraw is TestWithdrawnPosts.unpublish:
            post.save_revision().publish()
        else:
            section.refresh_from_db()
            post.move(section, pos="last-child")
        assert len(may_get(half_sent)) == 10
        retrying.retry(half_sent, timezone.now())
        later()
        assert server.counts == dict.fromkeys(addresses(20), 1)
        counted = Batch.objects.counts_by_digest()[half_sent.pk]
        assert (counted["sent"], counted["skipped"], counted["withdrawn"]) == (20, 0, 0)

    def test_a_newsletter_that_gets_another_section_and_back(
        self, half_sent, newsletter, section, server, later
    ):
        newsletter.section = SectionFactory(slug="elsewhere", parent=section.get_parent())
        newsletter.save()
        tasks.tick()
        assert Batch.objects.counts_by_digest()[half_sent.pk]["withdrawn"] == 10
        newsletter.section = section
        newsletter.save()
        half_sent = Digest.objects.get(pk=half_sent.pk)
        assert retrying.retry(half_sent, timezone.now() + timedelta(minutes=1)) == 10
        later()
        assert server.counts == dict.fromkeys(addresses(20), 1)

    def test_editors_are_told_once(
        self, half_sent, post, admin_user, django_capture_on_commit_callbacks
    ):
        post.unpublish()
        with django_capture_on_commit_callbacks(execute=True):
            tasks.tick()
        now = timezone.now()
        (alert,) = send_alerts(now)
        assert "Was not sent to some readers: its posts were withdrawn." in alert.body
        assert "Of 20 emails, 0 failed and 10 were skipped." in " ".join(alert.body.split())
        repeated = send_alerts(now + 2 * alerts.REPEAT_AFTER)
        assert not any("withdrawn" in alert.body for alert in repeated)
