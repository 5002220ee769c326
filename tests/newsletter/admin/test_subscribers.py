"""Subscribers in the admin: found, looked at, forgotten, and never made up."""

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from newsletter.models import ConsentRecord, Delivery, Notice, Subscriber, TopicSet
from tests.factories import (
    DeliveryFactory,
    DigestFactory,
    NewsletterFactory,
    SubscriberFactory,
    SubscriptionFactory,
    TopicFactory,
)

from .conftest import is_refused

LIST = "/admin/newsletter/subscribers/"


def inspect_url(subscriber) -> str:
    return reverse("newsletter_subscribers:inspect", args=[subscriber.pk])


def delete_url(subscriber) -> str:
    return reverse("newsletter_subscribers:delete", args=[subscriber.pk])


def addresses(response) -> set[str]:
    return {subscriber.email for subscriber in response.context["object_list"]}


@pytest.fixture
def subscription(newsletter):
    return SubscriptionFactory(
        newsletter=newsletter, subscriber__email="ana@example.com", subscriber__name="Ana Reis"
    )


@pytest.fixture
def subscriber(subscription):
    return subscription.subscriber


def test_the_list_shows_what_people_subscribe_to(admin_client, subscription):
    page = admin_client.get(LIST).content.decode()
    assert "ana@example.com" in page
    assert "The Letter, daily" in page
    assert "active" in page


@pytest.mark.parametrize("words", ["ana@ex", "REIS"])
def test_people_are_found_by_part_of_their_address_or_name(admin_client, subscription, words):
    SubscriptionFactory(newsletter=subscription.newsletter, subscriber__name="Bo")
    assert addresses(admin_client.get(LIST, {"q": words})) == {"ana@example.com"}


def test_each_filter_narrows_the_list(admin_client, subscription, section):
    topic = TopicFactory()
    other = NewsletterFactory(section=section)
    match = SubscriptionFactory(newsletter=other, state="left", cadence="weekly", topics=[topic])
    for name, value in {
        "newsletter": other.pk,
        "state": "left",
        "cadence": "weekly",
        "topic": topic.pk,
    }.items():
        assert addresses(admin_client.get(LIST, {name: value})) == {match.subscriber.email}


def test_filters_must_all_hold_for_the_same_subscription(admin_client, subscription, section):
    SubscriptionFactory(
        newsletter=NewsletterFactory(section=section),
        subscriber=subscription.subscriber,
        state="left",
    )
    chosen = {"newsletter": subscription.newsletter.pk, "state": "left"}
    assert addresses(admin_client.get(LIST, chosen)) == set()


def test_search_filter_and_order_go_together(admin_client, subscription):
    SubscriptionFactory(newsletter=subscription.newsletter, subscriber__email="anatol@example.com")
    asked = {"q": "ana", "state": "active", "ordering": "-email"}
    found = admin_client.get(LIST, asked).context["object_list"]
    assert [person.email for person in found] == ["anatol@example.com", "ana@example.com"]


@pytest.mark.parametrize("name", ["state", "newsletter", "topic"])
def test_an_unknown_filter_value_finds_nothing_and_says_so(admin_client, subscription, name):
    response = admin_client.get(LIST, {name: "99999"})
    assert addresses(response) == set()
    assert "A filter has a value that does not exist" in response.content.decode()


def test_the_list_takes_as_many_queries_for_many_as_for_one(queries_of, subscription):
    few = queries_of(LIST)
    SubscriptionFactory.create_batch(10, newsletter=subscription.newsletter)
    assert queries_of(LIST) == few


def test_a_persons_page_shows_all_that_is_known(admin_client, subscription):
    topic = TopicFactory(name="Sleep")
    subscription.topic_set = TopicSet.of([topic])
    subscription.save()
    subscription.consent_records.create(
        act=ConsentRecord.Act.CONFIRMED,
        how=ConsentRecord.How.LINK,
        wording="Yes, send me The Letter.",
        at=timezone.now(),
    )
    digest = DigestFactory(newsletter=subscription.newsletter)
    DeliveryFactory(digest=digest, subscription=subscription, state="failed", error="550 No such")
    page = admin_client.get(inspect_url(subscription.subscriber)).content.decode()
    for text in ("Ana Reis", "Sleep", "Yes, send me The Letter.", str(digest), "550 No such"):
        assert text in page


def test_who_does_not_exist_is_not_found(admin_client, db):
    assert admin_client.get(f"{LIST}inspect/999/").status_code == 404
    assert admin_client.get(f"{LIST}delete/999/").status_code == 404


def test_nobody_adds_or_edits_subscribers(admin_client, subscriber):
    page = admin_client.get(LIST).content.decode()
    assert "Add subscriber" not in page
    for path in ("add/", "new/", f"edit/{subscriber.pk}/"):
        assert admin_client.get(f"{LIST}{path}").status_code == 404


def test_groups_are_offered_only_the_permissions_that_mean_something(admin_client, db):
    offered = admin_client.get("/admin/groups/new/").context["form"].fields["permissions"].queryset
    codenames = set(offered.values_list("codename", flat=True))
    meaningful = {
        "subscriber": {"view_subscriber", "delete_subscriber"},
        "digest": {"view_digest", "change_digest"},
        "suppression": {"view_suppression", "delete_suppression"},
    }
    for model, expected in meaningful.items():
        assert {name for name in codenames if name.endswith(f"_{model}")} == expected


def test_strangers_are_sent_to_the_login(client, subscriber):
    for url in (LIST, inspect_url(subscriber), delete_url(subscriber)):
        assert client.get(url).url.startswith("/admin/login/")


def test_editors_without_permission_are_refused(client_of, subscriber):
    editor = client_of("add_subscriber", "change_subscriber")
    for url in (LIST, f"{LIST}results/", inspect_url(subscriber), delete_url(subscriber)):
        assert is_refused(editor.get(url))


def test_seeing_people_is_not_forgetting_them(client_of, subscriber):
    editor = client_of("view_subscriber")
    assert editor.get(inspect_url(subscriber)).status_code == 200
    assert delete_url(subscriber) not in editor.get(LIST).content.decode()
    assert is_refused(editor.post(delete_url(subscriber)))
    assert Subscriber.objects.exists()


def test_forgetting_says_what_goes(admin_client, subscription):
    digest = DigestFactory(newsletter=subscription.newsletter)
    DeliveryFactory(digest=digest, subscription=subscription)
    page = admin_client.get(delete_url(subscription.subscriber)).content.decode()
    for text in (
        "1 subscription,",
        "0 entries of the consent history",
        "1 delivery,",
        "0 mails about",
    ):
        assert text in page


def test_forgetting_leaves_nothing_of_a_person_behind(client_of, subscription):
    DeliveryFactory(
        digest=DigestFactory(newsletter=subscription.newsletter), subscription=subscription
    )
    Notice.objects.create(subscription=subscription, kind="welcome")
    subscription.consent_records.create(act="asked", how="form", at=timezone.now())
    bystander = SubscriberFactory()
    response = client_of("delete_subscriber").post(delete_url(subscription.subscriber))
    assert response.url == LIST
    assert list(Subscriber.objects.all()) == [bystander]
    for model in (Delivery, Notice, ConsentRecord):
        assert not model.objects.exists()


def test_the_log_of_forgetting_does_not_remember_the_address(admin_client, subscriber):
    number = subscriber.pk
    admin_client.post(delete_url(subscriber))
    assert ModelLogEntry.objects.get(action="wagtail.delete").label == f"subscriber {number}"
