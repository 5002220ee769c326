"""A post published by a machine whose clock is slow is mailed once; see decision 0023."""

from datetime import timedelta

import pytest

from newsletter.models import PublicationRecord
from newsletter.subscribing import changing

from . import DAY, HOUR, MONDAY, NEXT_MONDAY, TUESDAY, WEDNESDAY, planned


@pytest.fixture
def reader(publish, subscribe, plan):
    """A daily reader who got Monday's digest."""
    publish("In time", MONDAY - 3 * HOUR)
    reader = subscribe(MONDAY - DAY)
    plan(MONDAY)
    return reader


@pytest.mark.parametrize("delay", [HOUR, 14 * HOUR, timedelta(microseconds=1)])
def test_a_post_that_appears_in_a_closed_window_is_in_the_next_digest(reader, publish, plan, delay):
    publish("Late", MONDAY - delay)
    plan(TUESDAY)
    plan(WEDNESDAY)
    assert planned(reader) == [["In time"], ["Late"]]


def test_a_late_post_is_not_repeated_at_another_frequency(reader, subscribe, publish, plan):
    weekly = subscribe(MONDAY - 7 * DAY, "weekly")
    plan(MONDAY, "weekly")
    publish("Late", MONDAY - HOUR)
    plan(TUESDAY)
    changing.change(reader, "weekly", [], "As you like", TUESDAY + HOUR)
    plan(NEXT_MONDAY, "weekly")
    assert planned(reader) == [["In time"], ["Late"]]
    assert planned(weekly) == [["In time"], ["Late"]]


def test_late_post_is_sent_to_subscriptions_after_the_cutoff(reader, subscribe, publish, plan):
    newcomer = subscribe(MONDAY)
    publish("Late", MONDAY - HOUR)
    plan(TUESDAY)
    assert planned(newcomer) == [["Late"]]


def test_an_imported_post_of_long_ago_is_not_mailed(reader, publish, plan):
    publish("Archive", MONDAY - 2 * DAY)
    plan(TUESDAY)
    assert planned(reader) == [["In time"]]


def test_a_post_withheld_when_its_window_was_planned_is_not_late(subscribe, publish, plan, section):
    post = publish("Withheld", MONDAY - HOUR)
    post.in_digests = False
    post.save()
    publish("In time", MONDAY - 3 * HOUR)
    reader = subscribe(MONDAY - DAY)
    plan(MONDAY)
    post.in_digests = True
    post.save()
    plan(TUESDAY)
    assert planned(reader) == [["In time"]]


def test_publishing_again_changes_no_record(reader, plan, publish):
    post = publish("Late", MONDAY - HOUR)
    plan(TUESDAY)
    record = PublicationRecord.objects.get(post=post)
    post.save_revision().publish()
    plan(WEDNESDAY)
    assert PublicationRecord.objects.get(post=post).counts_from == record.counts_from
    assert planned(reader) == [["In time"], ["Late"]]


def test_a_post_with_a_record_can_be_deleted(reader, publish, plan):
    post = publish("Late", MONDAY - HOUR)
    plan(TUESDAY)
    post.delete()
    assert PublicationRecord.objects.count() == 1
