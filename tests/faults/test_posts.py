"""What is to be mailed is withdrawn in mid-send, or cannot be rendered."""

from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from blog.models import PostPage
from core import mail, problems
from newsletter import tasks
from newsletter.models import Delivery, Digest, Subscription, TopicSet
from newsletter.sending import controls, retrying
from tests.factories import PostFactory, TopicFactory
from tests.newsletter import counts
from tests.smtp import Received

from . import BATCH_SIZE, CHECKPOINT
from .ledger import assert_none_lost_or_repeated, let_time_pass

pytestmark = pytest.mark.faults


def test_the_only_post_is_unpublished_in_mid_send_and_published_again(fall_due, complete, server):
    readers = fall_due(3 * BATCH_SIZE)

    def unpublish(received: Received) -> None:
        if len(server.offered) == BATCH_SIZE + 1:
            try:
                PostPage.objects.get().unpublish()
            finally:
                connections.close_all()

    server.on_mail = unpublish
    complete()
    # Sent is the first part of one batch, and then another, whose content was loaded before.
    sent = CHECKPOINT + BATCH_SIZE
    unsent = len(readers) - sent
    assert_none_lost_or_repeated(server.counts, readers, unsent=unsent)
    assert counts(Delivery.objects.all()) == {"sent": sent, "skipped": unsent}
    digest = Digest.objects.get()
    assert "skipped" in digest.told
    PostPage.objects.get().save_revision().publish()
    assert retrying.retry(digest, timezone.now()) == unsent
    complete()
    assert_none_lost_or_repeated(server.counts, readers)


def test_a_cohort_that_cannot_be_rendered_pauses_the_digest_until_it_is_mended(
    fall_due, complete, server, section, monkeypatch
):
    readers = fall_due(2 * BATCH_SIZE)
    rain, storm = PostPage.objects.get(), TopicFactory(slug="storm")
    PostFactory(
        parent=section,
        title="Thunder",
        topics=[storm],
        first_published_at=rain.first_published_at + timedelta(minutes=1),
    )
    some = list(Subscription.objects.order_by("pk").values_list("pk", flat=True)[:BATCH_SIZE])
    Subscription.objects.filter(pk__in=some).update(topic_set=TopicSet.of(rain.topics.all()))
    Subscription.objects.exclude(pk__in=some).update(topic_set=TopicSet.of([storm]))

    def compile_mjml(source: str) -> str:
        if "Thunder" in source:
            raise ValueError("mj-section is not closed")
        return real(source)

    real = mail.compile_mjml
    with monkeypatch.context() as patch:
        patch.setattr(mail, "compile_mjml", compile_mjml)
        for _ in range(3):
            tasks.tick()
            let_time_pass()
    digest = Digest.objects.get()
    assert digest.pause_code == Digest.PauseReason.UNRENDERABLE
    assert "mj-section is not closed" in digest.pause_text
    assert "paused" in {problem.kind for problem in problems.find(timezone.now())}
    thunder = Delivery.objects.exclude(subscription__in=some)
    assert counts(thunder) == {"pending": BATCH_SIZE}
    assert Delivery.objects.filter(state="sent").count() == len(server.counts)
    controls.resume(digest)
    complete()
    assert_none_lost_or_repeated(server.counts, readers)
    assert counts(Delivery.objects.all()) == {"sent": 2 * BATCH_SIZE}
