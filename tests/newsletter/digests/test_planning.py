"""What a digest holds, who gets it, and when one is due.

These are examples; what holds for any sequence of events is in test_planning_properties.
"""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from newsletter.digests import planning
from newsletter.models import Batch, Cohort, Delivery, Digest, Subscription
from tests.factories import NewsletterFactory, SectionFactory, SubscriptionFactory, TopicFactory

from . import DAY, HOUR, MONDAY, TUESDAY, miscounted, planned, titles, window


@pytest.mark.parametrize("is_due", [True, False])
def test_looking_for_due_digests_takes_as_many_queries_for_many_newsletters(section, is_due):
    def queries_with(number: int) -> int:
        for newsletter in NewsletterFactory.create_batch(number, section=section):
            since = MONDAY - DAY if is_due else MONDAY
            SubscriptionFactory(newsletter=newsletter, mailed_through=since)
        with CaptureQueriesContext(connection) as queries:
            assert bool(list(planning.due(MONDAY + HOUR))) is is_due
        return len(queries)

    assert queries_with(2) == queries_with(48) == 3


def test_a_digest_takes_a_new_post_to_whoever_is_due(publish, subscribe, plan):
    publish("Rain", MONDAY - HOUR)
    subscription = subscribe(MONDAY - DAY)
    digest = plan(MONDAY)
    assert digest.state == Digest.State.SENDING
    assert (digest.since, digest.until) == (MONDAY - DAY, MONDAY)
    assert planned(subscription) == [["Rain"]]
    assert window(subscription) == MONDAY
    delivery = Delivery.objects.get()
    assert (delivery.digest, delivery.state) == (digest, Delivery.State.PENDING)
    assert delivery.batch.state == Batch.State.PENDING


def test_without_posts_a_digest_is_empty_and_windows_move_on(subscribe, plan):
    subscription = subscribe(MONDAY - DAY)
    digest = plan(MONDAY)
    assert digest.state == Digest.State.EMPTY
    assert digest.finished_at
    assert window(subscription) == MONDAY
    assert not Batch.objects.exists() and not Delivery.objects.exists() and not mail.outbox


def test_without_posts_on_the_topics_of_anybody_a_digest_is_empty(publish, subscribe, plan):
    wanted, other = TopicFactory.create_batch(2)
    publish("Rain", MONDAY - HOUR, other)
    subscription = subscribe(MONDAY - DAY, topics=[wanted])
    assert plan(MONDAY).state == Digest.State.EMPTY
    assert window(subscription) == MONDAY
    assert planned(subscription) == []


def test_a_window_without_subscriptions_gets_no_digest(publish, plan):
    publish("Rain", MONDAY - HOUR)
    assert plan(MONDAY) is None
    assert not Digest.objects.exists()


def test_topics_that_a_subscriber_chose_say_which_posts(publish, subscribe, plan):
    birds, tides = TopicFactory.create_batch(2)
    publish("Terns", MONDAY - HOUR, birds)
    publish("Floods", MONDAY - HOUR, tides)
    publish("Waders", MONDAY - HOUR, birds, tides)
    on_birds = subscribe(MONDAY - DAY, topics=[birds])
    on_tides = subscribe(MONDAY - DAY, topics=[tides])
    on_both = subscribe(MONDAY - DAY, topics=[birds, tides])
    on_all = subscribe(MONDAY - DAY)
    plan(MONDAY)
    assert planned(on_birds) == [["Terns", "Waders"]]
    assert planned(on_tides) == [["Floods", "Waders"]]
    assert planned(on_both) == planned(on_all) == [["Floods", "Terns", "Waders"]]


def test_groups_that_get_the_same_posts_are_one_cohort(publish, subscribe, plan):
    birds, tides = TopicFactory.create_batch(2)
    publish("Waders", MONDAY - HOUR, birds, tides)
    for since in (MONDAY - DAY, MONDAY - 3 * DAY):
        for topics in ([], [birds], [tides], [birds, tides]):
            subscribe(since, topics=topics)
    plan(MONDAY)
    cohort = Cohort.objects.get()
    assert titles(cohort) == ["Waders"]
    assert Delivery.objects.filter(batch__cohort=cohort).count() == 8


def test_groups_that_get_other_posts_are_cohorts_of_their_own(publish, subscribe, plan):
    publish("Rain", MONDAY - 2 * DAY)
    publish("Fog", MONDAY - HOUR)
    subscribe(MONDAY - DAY)
    subscribe(MONDAY - 3 * DAY)
    plan(MONDAY)
    assert sorted(titles(cohort) for cohort in Cohort.objects.all()) == [["Fog"], ["Fog", "Rain"]]


def test_each_subscription_gets_its_own_window_of_a_digest(publish, subscribe, plan):
    publish("Rain", MONDAY - 2 * DAY)
    publish("Fog", MONDAY - HOUR)
    publish("Hail", MONDAY + HOUR)
    long, short, over = (subscribe(MONDAY - days * DAY) for days in (3, 1, 0))
    digest = plan(MONDAY)
    assert digest.since == MONDAY - 3 * DAY
    assert planned(long) == [["Fog", "Rain"]]
    assert planned(short) == [["Fog"]]
    assert planned(over) == []


@pytest.mark.parametrize("state", ["pending", "left"])
def test_only_active_subscriptions_are_planned(publish, subscribe, plan, state):
    publish("Rain", MONDAY - HOUR)
    subscription = subscribe(MONDAY - DAY, state=state)
    reader = subscribe(MONDAY - DAY)
    plan(MONDAY)
    assert planned(reader) == [["Rain"]]
    assert planned(subscription) == []
    assert window(subscription) == MONDAY - DAY


def test_a_digest_is_for_its_own_newsletter_and_cadence(publish, subscribe, plan, home):
    elsewhere = NewsletterFactory(section=SectionFactory(parent=home))
    publish("Rain", MONDAY - HOUR)
    weekly = subscribe(MONDAY - DAY, cadence="weekly")
    stranger = SubscriptionFactory(newsletter=elsewhere, mailed_through=MONDAY - DAY)
    subscribe(MONDAY - DAY)
    plan(MONDAY)
    assert planned(weekly) == planned(stranger) == []
    assert window(weekly) == window(stranger) == MONDAY - DAY


def test_daily_and_weekly_readers_of_one_newsletter_each_get_a_post_once(publish, subscribe, plan):
    publish("Rain", MONDAY - HOUR)
    daily, weekly = subscribe(MONDAY - DAY), subscribe(MONDAY - 7 * DAY, cadence="weekly")
    plan(MONDAY, "daily")
    plan(MONDAY, "weekly")
    assert planned(daily) == planned(weekly) == [["Rain"]]


def test_batches_hold_at_most_the_set_number_and_one_cohort(publish, subscribe, plan, settings):
    settings.NEWSLETTER_BATCH_SIZE = 2
    birds = TopicFactory()
    publish("Terns", MONDAY - HOUR, birds)
    publish("Rain", MONDAY - HOUR)
    for topics in ([], [birds]):
        for _ in range(5):
            subscribe(MONDAY - DAY, topics=topics)
    plan(MONDAY)
    for cohort in Cohort.objects.all():
        sizes = [batch.deliveries.count() for batch in cohort.batches.all()]
        assert sorted(sizes) == [1, 2, 2]
    assert miscounted() == []
    assert Delivery.objects.values("subscription").distinct().count() == 10


def test_readers_that_get_the_same_share_batches_whatever_they_chose(publish, subscribe, plan):
    birds, tides = TopicFactory.create_batch(2)
    publish("Waders", MONDAY - HOUR, birds, tides)
    for since in (MONDAY - DAY, MONDAY - 3 * DAY):
        for topics in ([], [birds], [tides], [birds, tides]):
            subscribe(since, topics=topics)
    plan(MONDAY)
    assert Batch.objects.get().size == 8


@pytest.fixture
def queries_for(publish, subscribe, plan):
    """Count the queries of planning a digest for so many readers."""
    untils = iter(MONDAY + n * DAY for n in range(10))

    def queries_for(number: int) -> int:
        until = next(untils)
        publish("Rain", until - HOUR)
        Subscription.objects.all().delete()
        for _ in range(number):
            subscribe(until - DAY)
        with CaptureQueriesContext(connection) as queries:
            plan(until)
        assert Delivery.objects.filter(digest__until=until).count() == number
        return len(queries)

    return queries_for


def test_the_queries_of_a_chunk_do_not_grow_with_its_batches(queries_for, settings):
    settings.NEWSLETTER_BATCH_SIZE = 2
    assert queries_for(1) == queries_for(19)


def test_the_queries_of_planning_grow_by_a_fixed_number_a_chunk(queries_for, settings, monkeypatch):
    settings.NEWSLETTER_BATCH_SIZE = 2
    monkeypatch.setattr(planning, "BATCHES_AT_ONCE", 2)
    one, two, three = queries_for(4), queries_for(8), queries_for(12)
    assert two - one == three - two <= 10


def test_the_queries_of_planning_do_not_grow_with_the_choices_of_topics(publish, subscribe, plan):
    topics = TopicFactory.create_batch(12)
    counts = []
    for until, choices in ((MONDAY, 2), (TUESDAY, 12)):
        publish("Rain", until - HOUR, *topics)
        for topic in topics[:choices]:
            subscribe(until - DAY, topics=[topic])
        with CaptureQueriesContext(connection) as queries:
            plan(until)
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="Only PostgreSQL has pages to fill.")
@pytest.mark.parametrize("model", [Subscription, Delivery])
def test_what_changes_with_each_digest_has_room_beside_it(db, model):
    """The migration that sees to it is made by hand, and lost where migrations are made anew."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reloptions FROM pg_class WHERE relname = %s", [model._meta.db_table])
        (options,) = cursor.fetchone()
    assert int(options[0].removeprefix("fillfactor=")) <= 50
    indexed = {name for index in model._meta.indexes for name in index.fields}
    assert not indexed & {"mailed_through", "error", "sent_at", "fate"}


@pytest.mark.parametrize(
    ("seconds", "due"), [(-1, []), (0, []), (59, []), (60, [MONDAY]), (3600, [MONDAY])]
)
def test_a_digest_is_due_when_publishing_has_settled(subscribe, settings, seconds, due):
    settings.NEWSLETTER_SETTLE_SECONDS = 60
    subscribe(MONDAY - DAY)
    found = planning.due(MONDAY + timedelta(seconds=seconds))
    assert [until for _, _, until in found] == due


def test_a_daily_and_a_weekly_digest_may_be_due_at_once(newsletter, subscribe):
    subscribe(MONDAY - DAY)
    subscribe(MONDAY - DAY, cadence="weekly")
    assert list(planning.due(MONDAY + HOUR)) == [
        (newsletter, "daily", MONDAY),
        (newsletter, "weekly", MONDAY),
    ]


def test_nothing_is_due_where_nobody_is(newsletter, subscribe):
    subscribe(MONDAY)
    subscribe(MONDAY - DAY, state="left")
    subscribe(MONDAY - DAY, state="pending")
    subscribe(MONDAY, cadence="weekly")
    assert list(planning.due(MONDAY + HOUR)) == []


def test_nothing_is_due_of_a_newsletter_that_is_not_active(newsletter, subscribe):
    subscribe(MONDAY - DAY)
    newsletter.active = False
    newsletter.save()
    assert list(planning.due(MONDAY + HOUR)) == []


@pytest.mark.parametrize("cadence", ["daily", "weekly"])
def test_a_cadence_that_is_offered_no_more_goes_on_for_those_who_have_it(
    newsletter, subscribe, cadence
):
    subscribe(MONDAY - DAY, cadence=cadence)
    setattr(newsletter, f"offers_{cadence}", False)
    newsletter.save()
    assert list(planning.due(MONDAY + HOUR)) == [(newsletter, cadence, MONDAY)]


def test_a_moved_send_time_neither_repeats_nor_misses(newsletter, subscribe, publish, plan):
    subscription = subscribe(MONDAY - DAY)
    publish("Before", MONDAY - HOUR)
    plan(MONDAY)
    newsletter.send_time = MONDAY.time().replace(hour=20)
    newsletter.save()
    publish("After", MONDAY + 5 * HOUR)
    assert list(planning.due(MONDAY + 6 * HOUR)) == []
    evening = MONDAY + 12 * HOUR
    assert list(planning.due(evening + HOUR)) == [(newsletter, "daily", evening)]
    plan(evening)
    assert planned(subscription) == [["Before"], ["After"]]
