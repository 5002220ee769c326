"""Batches are rendered once, sent in few queries, and tried again until they are done."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core import mail, problems
from newsletter import tasks
from newsletter.digests import planning
from newsletter.models import Batch, Cohort, Digest
from newsletter.sending import batches, controls, probation
from tests.factories import PostFactory, TopicFactory
from tests.newsletter import counts

from . import DUE, NOW, addresses, delivery_to, states

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


class TestRendering:
    @pytest.fixture
    def compiled(self, monkeypatch) -> list[str]:
        """The mails that were rendered."""
        compiled = []

        def compile_mjml(source: str) -> str:
            compiled.append(source)
            return real(source)

        real = mail.compile_mjml
        monkeypatch.setattr(mail, "compile_mjml", compile_mjml)
        return compiled

    def test_a_cohort_is_rendered_once_however_many_its_mails_and_batches(
        self, plan, server, settings, compiled
    ):
        settings.NEWSLETTER_BATCH_SIZE = 2
        plan(*addresses(7))
        tasks.tick()
        assert len(server.accepted) == 7
        assert Batch.objects.count() == 4
        assert len(compiled) == 1

    def test_each_choice_of_posts_is_rendered_once(
        self, section, newsletter, subscribe, server, compiled, clock
    ):
        rain, sun = TopicFactory(), TopicFactory()
        early = DUE - timedelta(hours=3)
        PostFactory(parent=section, title="Rain", topics=[rain], first_published_at=early)
        PostFactory(parent=section, title="Sun", topics=[sun], first_published_at=early)
        subscribe("ana", "ben", topics=[rain])
        subscribe("cleo", topics=[sun])
        subscribe("dora", "emil")
        tasks.tick()
        assert len(compiled) == Cohort.objects.count() == 3
        subjects = {mail.recipient[:3]: mail.message["Subject"] for mail in server.accepted}
        assert (subjects["ana"], subjects["ben"], subjects["cle"]) == ("Rain", "Rain", "Sun")
        assert "and 1 more" in subjects["dor"] == subjects["emi"]

    def test_another_attempt_renders_nothing_anew(self, plan, server, later, compiled):
        plan("ana", "ben")
        server.answer("451 later", to="ben@example.com")
        tasks.tick()
        server.mend()
        later()
        assert states() == {"ana": "sent", "ben": "sent"}
        assert len(compiled) == 1

    def test_a_digest_that_cannot_be_rendered_is_paused_and_sent_once_mended_and_resumed(
        self, plan, server, later, monkeypatch
    ):
        digest = plan("ana", "ben")
        with monkeypatch.context() as patch:
            patch.setattr(mail, "compile_mjml", _broken)
            tasks.tick()
        digest.refresh_from_db()
        assert digest.state == Digest.State.SENDING
        assert digest.pause_code == Digest.PauseReason.UNRENDERABLE
        assert Batch.objects.get().state == Batch.State.PENDING
        assert set(states().values()) == {"pending"}
        (problem,) = problems.find(NOW)
        assert problem.kind == "paused"
        assert "mj-section is not closed" in problem.text
        later()
        assert set(states().values()) == {"pending"}
        controls.resume(digest)
        later()
        assert server.counts == {"ana@example.com": 1, "ben@example.com": 1}
        assert set(states().values()) == {"sent"}


def _broken(source: str) -> str:
    raise ValueError("mj-section is not closed")


class TestQueries:
    @pytest.fixture
    def queries_for(self, newsletter, post, subscribe, server):
        """Counts the queries of sending one batch to so many readers, after one for the caches."""

        def queries_for(number: int) -> int:
            subscribe(*[f"{number}-{n}" for n in range(number)])
            Digest.objects.all().delete()
            planning.plan(newsletter, "daily", DUE)
            (batch,) = Batch.objects.all()
            with CaptureQueriesContext(connection) as captured:
                batches.send(batch.pk)
            assert counts(batch.deliveries.all()) == {"sent": number}
            return len(captured)

        queries_for(1)
        return queries_for

    def test_a_part_takes_as_many_for_few_mails_as_for_many(self, queries_for, settings):
        settings.NEWSLETTER_CHECKPOINT = probation.FIRST_PART
        assert queries_for(2) == queries_for(probation.FIRST_PART)

    def test_each_further_part_takes_as_many(self, queries_for, settings):
        settings.NEWSLETTER_CHECKPOINT = 2
        one, two, three = queries_for(2), queries_for(4), queries_for(6)
        assert two - one == three - two <= 10


class TestTryingAgain:
    def test_the_wait_grows_to_an_hour(self, batch, server, later):
        server.answer("451 later")
        tasks.tick()
        minutes = [_wait_of(batch)]
        for _ in range(6):
            later()
            minutes.append(_wait_of(batch))
        assert batch.attempts == 7
        assert minutes == pytest.approx([*probation.WAITS, 60], rel=0.21)

    def test_while_the_server_is_down_one_batch_at_a_time_is_tried(self, plan, server, settings):
        settings.NEWSLETTER_BATCH_SIZE = 1
        plan(*addresses(5))
        server.stop()
        tasks.tick()
        assert sorted(Batch.objects.values_list("attempts", flat=True)) == [0, 0, 0, 1, 1]
        assert min(Batch.objects.values_list("not_before", flat=True)) >= NOW + MINUTE
        tasks.tick()
        assert sorted(Batch.objects.values_list("attempts", flat=True)) == [0, 0, 0, 1, 1]

    def test_a_recipient_who_is_deferred_for_three_days_has_failed(self, batch, server, later):
        server.answer("451 4.2.2 Mailbox full", to="ben@example.com")
        tasks.tick()
        while timezone.now() < NOW + probation.PATIENCE:
            assert states() == {"ana": "sent", "ben": "pending", "cleo": "sent"}
            later()
        later()
        assert states() == {"ana": "sent", "ben": "failed", "cleo": "sent"}
        assert "Mailbox full" in delivery_to("ben").error
        assert Digest.objects.earliest("pk").state == Digest.State.SENT
        asked = server.asked["ben@example.com"]
        later()
        assert (server.asked["ben@example.com"], server.asked["ana@example.com"]) == (asked, 1)

    def test_a_server_that_stays_down_for_three_days_fails_all(self, plan, server, later, settings):
        settings.NEWSLETTER_BATCH_SIZE = 1
        plan("ana", "ben", "cleo")
        server.stop()
        tasks.tick()
        while timezone.now() < NOW + probation.PATIENCE:
            assert set(states().values()) == {"pending"}
            later()
        for _ in range(3):
            later()
        assert set(states().values()) == {"failed"}
        assert "refused" in delivery_to("ana").error
        assert Digest.objects.earliest("pk").state == Digest.State.SENT

    def test_a_site_that_was_switched_off_for_days_goes_on_trying(
        self, batch, server, later, clock
    ):
        server.stop()
        tasks.tick()
        clock.shift(2 * probation.PATIENCE)
        tasks.tick()
        assert set(states().values()) == {"pending"}
        server.start()
        later()
        assert set(states().values()) == {"sent"}

    def test_a_digest_that_was_paused_for_days_is_tried_for_as_long_again(
        self, batch, server, later, clock
    ):
        server.stop()
        for _ in range(4):
            later()
        digest = Digest.objects.get()
        controls.pause(digest, "Wait.", NOW)
        clock.shift(2 * probation.PATIENCE)
        controls.resume(digest)
        later()
        assert set(states().values()) == {"pending"}

    def test_progress_begins_the_patience_and_the_waits_again(self, batch, server, later):
        server.answer("451 later")
        for _ in range(7):
            later()
        server.mend()
        server.answer("451 later", to="ben@example.com")
        later()
        assert _wait_of(batch) == pytest.approx(1, rel=0.21)
        digest = Digest.objects.get()
        assert (digest.failures, digest.failing_since, digest.is_proven) == (0, None, True)


def _wait_of(batch: Batch) -> float:
    """Return how many minutes a batch is to wait from now on."""
    batch.refresh_from_db()
    return (batch.not_before - timezone.now()) / timedelta(minutes=1)
