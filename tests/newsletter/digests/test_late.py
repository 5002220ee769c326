"""A digest that could only begin late waits for an editor's word, and a clock is not believed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from newsletter.digests import planning
from newsletter.models import Batch, Digest
from newsletter.sending import controls
from newsletter.subscribing import changing

from . import DAY, HOUR, MONDAY, TUESDAY, WEDNESDAY, Killed, killed_at, planned, window

LATE = 13 * HOUR


@pytest.fixture
def reader(publish, subscribe, settings):
    """A daily reader who waits for a post."""
    settings.NEWSLETTER_LATE_HOURS = 12
    publish("Rain", MONDAY - HOUR)
    return subscribe(MONDAY - DAY)


@pytest.fixture
def held(reader, plan) -> Digest:
    """A digest that came late."""
    return plan(MONDAY, late=LATE)


def state(digest: Digest) -> str:
    digest.refresh_from_db()
    return digest.state


def test_a_late_digest_is_held_and_holds_its_posts(held, reader):
    assert held.state == Digest.State.HELD
    assert [post.title for post in held.posts.all()] == ["Rain"]
    assert not Batch.objects.exists()
    assert window(reader) == MONDAY - DAY


@pytest.mark.parametrize("late", [timedelta(0), 12 * HOUR])
def test_a_digest_that_is_no_later_is_planned(reader, plan, late):
    assert plan(MONDAY, late=late).state == Digest.State.SENDING


def test_a_held_digest_is_not_due_and_not_planned(held, reader, plan):
    assert list(planning.due(MONDAY + LATE)) == []
    assert plan(MONDAY, late=LATE + HOUR).state == Digest.State.HELD
    assert planned(reader) == []


def test_a_held_digest_that_is_released_is_planned_as_it_was(held, reader, plan, publish):
    publish("Backdated", MONDAY - HOUR)
    controls.release(held)
    assert list(Digest.objects.being_planned()) == [held]
    assert plan(MONDAY, late=LATE + DAY).state == Digest.State.SENDING
    assert planned(reader) == [["Rain"]]


def test_the_next_digest_takes_along_what_was_held(held, reader, plan, publish):
    publish("Fog", TUESDAY - HOUR)
    assert plan(TUESDAY).state == Digest.State.SENDING
    assert planned(reader) == [["Fog", "Rain"]]


def test_a_held_digest_that_was_overtaken_has_ended(held, plan):
    plan(TUESDAY)
    assert state(held) == Digest.State.EMPTY
    assert held.finished_at
    assert not controls.release(held)


def test_one_that_is_released_once_it_was_overtaken_finds_nobody(held, reader, plan):
    with pytest.raises(Killed), killed_at(1, "UPDATE", "newsletter_digest"):
        plan(TUESDAY)
    controls.release(held)
    assert plan(MONDAY, late=LATE + DAY).state == Digest.State.EMPTY
    assert plan(TUESDAY).state == Digest.State.SENDING
    assert planned(reader) == [["Rain"]]


def test_a_held_digest_that_was_cancelled_stays_so_and_its_posts_come_next(held, reader, plan):
    controls.cancel(held, MONDAY + LATE)
    plan(TUESDAY)
    assert state(held) == Digest.State.CANCELLED
    assert planned(reader) == [["Rain"]]


def test_digests_of_other_cadences_and_later_ones_stay_held(held, subscribe, publish, plan):
    weekly = subscribe(MONDAY - 7 * DAY, cadence="weekly")
    held_weekly = plan(MONDAY, "weekly", late=LATE)
    later = plan(WEDNESDAY, late=LATE)
    plan(TUESDAY)
    assert state(held) == Digest.State.EMPTY
    assert state(held_weekly) == state(later) == Digest.State.HELD
    assert planned(weekly) == []


def test_what_two_late_digests_hold_comes_once(held, reader, plan, publish):
    publish("Fog", TUESDAY - HOUR)
    later = plan(TUESDAY, late=LATE)
    assert later.state == Digest.State.HELD
    for digest, until in ((held, MONDAY), (later, TUESDAY)):
        controls.release(digest)
        plan(until, late=2 * DAY)
    assert planned(reader) == [["Rain"], ["Fog"]]


def test_a_digest_that_was_begun_in_time_goes_on_however_late_it_is(reader, plan):
    with pytest.raises(Killed), killed_at(1, "INSERT", "newsletter_delivery"):
        plan(MONDAY)
    assert plan(MONDAY, late=2 * DAY).state == Digest.State.SENDING
    assert planned(reader) == [["Rain"]]


def test_a_late_digest_without_posts_asks_nobody(subscribe, plan):
    reader = subscribe(MONDAY - DAY)
    assert plan(MONDAY, late=LATE).state == Digest.State.EMPTY
    assert window(reader) == MONDAY


def test_who_chooses_a_cadence_in_the_evening_is_not_late(publish, subscribe, plan):
    """Nobody read it daily in the morning, so nothing was due then."""
    publish("Rain", MONDAY - HOUR)
    reader = subscribe(MONDAY - 7 * DAY, cadence="weekly")
    changing.change(reader, "daily", [], "Daily, please", MONDAY + LATE)
    assert plan(MONDAY, late=LATE).state == Digest.State.SENDING
    assert planned(reader) == [["Rain"]]


def test_who_chooses_a_cadence_does_not_make_it_in_time_for_others(reader, subscribe, plan):
    other = subscribe(MONDAY - 7 * DAY, cadence="weekly")
    changing.change(other, "daily", [], "Daily, please", MONDAY + LATE)
    assert plan(MONDAY, late=LATE).state == Digest.State.HELD


class TestClock:
    """A worker's clock runs ahead of the database's."""

    AHEAD = timedelta(days=1)

    @pytest.fixture
    def tomorrow(self):
        return timezone.now() + self.AHEAD

    def test_a_window_that_has_not_ended_is_not_planned(self, newsletter, subscribe, tomorrow):
        reader = subscribe(timezone.now() - DAY)
        before = reader.mailed_through
        assert planning.plan(newsletter, "daily", tomorrow, tomorrow + HOUR) is None
        assert not Digest.objects.exists()
        assert window(reader) == before

    def test_nothing_is_held_for_it(self, newsletter, subscribe, publish, tomorrow):
        until = timezone.now() - HOUR
        publish("Rain", until - HOUR)
        subscribe(until - DAY)
        digest = planning.plan(newsletter, "daily", until, tomorrow)
        assert digest.state == Digest.State.SENDING

    def test_no_batch_waits_for_it(self, newsletter, subscribe, publish, tomorrow):
        until = timezone.now() - HOUR
        publish("Rain", until - HOUR)
        subscribe(until - DAY)
        planning.plan(newsletter, "daily", until, tomorrow)
        assert Batch.objects.get().not_before <= timezone.now()
