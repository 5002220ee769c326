"""A digest is stopped when too many of its mails bounce, or too many readers complain."""

from collections.abc import Callable

import pytest

from newsletter import tasks
from newsletter.models import Batch, Digest, Newsletter
from newsletter.sending import breaker, controls
from tests.factories import BatchFactory, CohortFactory, DigestFactory

from . import NOW

pytestmark = pytest.mark.django_db

ADVICE = (
    " Mail providers turn away senders with such rates. "
    "Find out where these addresses came from before you resume it."
)


@pytest.fixture
def digest(newsletter) -> Digest:
    """A digest that is being sent."""
    return DigestFactory(newsletter=newsletter)


@pytest.fixture
def counted(digest) -> Callable[..., None]:
    """Adds batches of a digest that count something."""

    def counted(of: Digest | None = None, **counts: int) -> None:
        BatchFactory(cohort=CohortFactory(digest=of or digest), size=10_000, **counts)

    return counted


def reason(digest: Digest) -> str | None:
    """Look at the digests under way, and return why one is paused; None where it goes on."""
    breaker.check(NOW)
    digest.refresh_from_db()
    return digest.pause_reason if digest.paused_at else None


class TestBounces:
    def test_five_in_a_hundred_stop_a_digest(self, digest, counted):
        counted(sent=100, bounced=5)
        assert reason(digest) == (
            "5 of 100 mails (5.0%) went to mailboxes that do not exist." + ADVICE
        )
        assert digest.paused_at == NOW

    def test_fewer_do_not(self, digest, counted):
        counted(sent=1000, bounced=49)
        assert reason(digest) is None

    def test_of_fewer_mails_nothing_is_concluded(self, digest, counted):
        counted(sent=99, bounced=50)
        assert reason(digest) is None

    def test_all_batches_of_a_digest_count(self, digest, counted):
        counted(sent=1000, bounced=99)
        assert reason(digest) is not None
        Digest.objects.update(paused_at=None)
        counted(sent=1000)
        assert reason(digest) is None

    def test_mailboxes_that_the_server_refused_count_as_handed_over(self, digest, counted):
        counted(sent=95, failed=5, bounced=5)
        assert reason(digest).startswith("5 of 100 mails (5.0%) ")

    def test_what_was_refused_for_other_reasons_did_not_bounce(self, digest, counted):
        counted(sent=100, failed=100, bounced=5)
        assert reason(digest) is None

    def test_what_was_not_handed_over_does_not_count(self, digest, counted):
        counted(sent=100, skipped=1000, in_doubt=50, bounced=5)
        assert reason(digest) is not None


class TestComplaints:
    def test_three_in_a_thousand_stop_a_digest(self, digest, counted):
        counted(sent=1000, complained=3)
        assert reason(digest) == "3 of 1,000 mails (0.30%) were complained of as spam." + ADVICE

    def test_fewer_do_not(self, digest, counted):
        counted(sent=10_000, complained=29)
        assert reason(digest) is None

    def test_of_fewer_mails_nothing_is_concluded(self, digest, counted):
        counted(sent=499, complained=20)
        assert reason(digest) is None
        counted(sent=1)
        assert reason(digest) is not None

    def test_both_reasons_are_told(self, digest, counted):
        counted(sent=1000, bounced=60, complained=4)
        assert reason(digest) == (
            "60 of 1,000 mails (6.0%) went to mailboxes that do not exist. "
            "4 of 1,000 mails (0.40%) were complained of as spam." + ADVICE
        )


class TestGoingOn:
    """An editor lets a digest go on that was stopped at 6 % of bounces."""

    @pytest.fixture(autouse=True)
    def accepted(self, digest, counted):
        counted(sent=1000, bounced=60)
        assert reason(digest) is not None
        controls.resume(digest)

    def test_the_same_figures_do_not_stop_it_again(self, digest):
        assert reason(digest) is None

    def test_it_may_get_a_little_worse(self, digest, counted):
        counted(sent=1000, bounced=179)
        assert reason(digest) is None

    def test_when_it_is_twice_as_bad_the_editor_is_asked_again(self, digest, counted):
        counted(sent=1000, bounced=180)
        assert reason(digest).startswith("240 of 2,000 mails (12.0%) ")

    def test_what_was_accepted_the_second_time_counts_from_then_on(self, digest, counted):
        counted(sent=1000, bounced=180)
        assert reason(digest) is not None
        controls.resume(digest)
        assert reason(digest) is None
        counted(sent=1000, bounced=479)
        assert reason(digest) is None
        counted(bounced=1)
        assert reason(digest).startswith("720 of 3,000 mails (24.0%) ")

    def test_other_complaints_stop_it_as_they_would_any(self, digest, counted):
        counted(complained=3)
        assert reason(digest).startswith("3 of 1,000 mails (0.30%) were complained of")

    def test_bounces_that_nobody_was_asked_about_are_not_accepted(self, newsletter, counted):
        other = DigestFactory(newsletter=newsletter)
        counted(other, sent=1000, bounced=49, complained=3)
        assert reason(other) is not None
        controls.resume(other)
        counted(other, bounced=1)
        assert reason(other).startswith("50 of 1,000 mails (5.0%) went to")


class TestWhichDigests:
    @pytest.mark.parametrize("state", ["planning", "sending"])
    def test_those_under_way_are_stopped(self, digest, counted, state):
        Digest.objects.update(state=state)
        counted(sent=100, bounced=10)
        assert reason(digest) is not None

    @pytest.mark.parametrize("state", ["held", "sent", "empty", "cancelled"])
    def test_others_are_left_as_they_are(self, digest, counted, state):
        Digest.objects.update(state=state)
        counted(sent=100, bounced=10)
        assert reason(digest) is None

    def test_one_that_is_paused_keeps_its_reason(self, digest, counted):
        controls.pause(digest, "Ana asked for it.", NOW)
        counted(sent=100, bounced=10)
        assert reason(digest) == "Ana asked for it."
        controls.resume(digest)
        assert reason(digest) is not None

    def test_one_whose_newsletter_is_off_waits_for_that(self, digest, counted):
        Newsletter.objects.update(active=False)
        counted(sent=100, bounced=10)
        assert reason(digest) is None

    def test_each_is_judged_by_its_own_mails(self, newsletter, digest, counted):
        other = DigestFactory(newsletter=newsletter)
        counted(sent=100, bounced=10)
        counted(other, sent=100, bounced=1)
        assert reason(digest) is not None
        assert reason(other) is None

    def test_their_number_does_not_cost_queries(
        self, newsletter, digest, counted, django_assert_num_queries
    ):
        counted(sent=100)
        with django_assert_num_queries(2):
            breaker.check(NOW)
        for _ in range(3):
            counted(DigestFactory(newsletter=newsletter), sent=100)
        with django_assert_num_queries(2):
            breaker.check(NOW)


def test_a_tick_stops_a_digest_before_it_sends_more_of_it(plan, server):
    digest = plan("ana", "ben", "cleo")
    Batch.objects.update(sent=100, size=103, bounced=6)
    tasks.tick()
    assert server.accepted == []
    digest.refresh_from_db()
    controls.resume(digest)
    Batch.objects.update(queued_at=None)
    tasks.tick()
    assert len(server.accepted) == 3
