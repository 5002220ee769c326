"""The pages behind the links in mails: preferences, and the way out."""

import pytest
from django.core import mail
from django.core.signing import Signer
from django.urls import reverse

from newsletter.models import ConsentRecord, Subscription
from newsletter.subscribing import links
from tests.factories import SubscriptionFactory, TopicFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def subscription(newsletter):
    return SubscriptionFactory(newsletter=newsletter)


def path(url: str) -> str:
    return url.removeprefix("http://localhost")


def test_looking_at_the_page_to_leave_changes_nothing(client, subscription):
    answer = client.get(path(links.leave_url(subscription.pk)))
    assert b"Do you want to leave?" in answer.content
    subscription.refresh_from_db()
    assert subscription.state == "active"


def test_one_press_of_the_button_leaves(client, subscription):
    answer = client.post(path(links.leave_url(subscription.pk)))
    assert b"You have left" in answer.content
    subscription.refresh_from_db()
    assert subscription.state == "left"
    record = ConsentRecord.objects.get()
    assert (record.act, record.how, record.wording) == ("left", "link", "Leave The Letter")
    assert not mail.outbox


def test_a_mail_program_leaves_for_its_reader_from_anywhere(client, subscription):
    answer = client.post(
        path(links.leave_url(subscription.pk)),
        {"List-Unsubscribe": "One-Click"},
        headers={"origin": "https://mail.example.com", "sec-fetch-site": "cross-site"},
    )
    assert answer.status_code == 200
    assert not answer.cookies
    subscription.refresh_from_db()
    assert subscription.state == "left"
    assert ConsentRecord.objects.get().how == "one-click"


def test_leaving_twice_is_recorded_once(client, subscription):
    for _ in range(2):
        client.post(path(links.leave_url(subscription.pk)))
    assert ConsentRecord.objects.count() == 1


def test_preferences_are_changed_and_the_window_stays(client, subscription):
    topic = TopicFactory()
    window = subscription.mailed_through
    url = path(links.preferences_url(subscription.pk))
    assert b"checked" in client.get(url).content
    answer = client.post(url, {"cadence": "weekly", "topics": [topic.pk]})
    assert b"Saved." in answer.content
    subscription = Subscription.objects.get()
    assert (subscription.cadence, subscription.topics) == ("weekly", [topic])
    assert subscription.mailed_through == window
    record = ConsentRecord.objects.get()
    assert (record.act, record.choice) == ("changed", f"weekly: {topic}")


def test_a_wrong_choice_of_preferences_is_named(client, subscription):
    answer = client.post(path(links.preferences_url(subscription.pk)), {"cadence": "hourly"})
    assert b"Select a valid choice" in answer.content
    subscription.refresh_from_db()
    assert subscription.cadence == "daily"


def test_who_has_left_changes_no_preferences(client, subscription):
    Subscription.objects.update(state="left")
    answer = client.post(path(links.preferences_url(subscription.pk)), {"cadence": "weekly"})
    assert b"This subscription has ended" in answer.content
    subscription.refresh_from_db()
    assert subscription.cadence == "daily"


def test_links_are_signed_as_django_signs(client, subscription):
    token = path(links.leave_url(subscription.pk)).split("/")[-2]
    assert token == Signer(salt="newsletter.leave", sep=".").sign(subscription.pk)


def test_links_outlive_a_change_of_the_secret_key(client, subscription, monkeypatch):
    former = Signer(key="the key of last year", salt="newsletter.leave", sep=".")
    url = f"/newsletter/leave/{former.sign(subscription.pk)}/"
    assert client.post(url).status_code == 404
    monkeypatch.setattr(links._signers["leave"], "fallback_keys", [former.key])
    assert client.post(url).status_code == 200
    subscription.refresh_from_db()
    assert subscription.state == "left"


@pytest.mark.parametrize("name", ["confirm", "preferences", "leave"])
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    "token", ["1.forged", "nonsense", "1", "..", "%00", "9" * 400, "1.%F0%9F%98%80"]
)
def test_a_forged_link_gets_a_page_that_helps(client, subscription, name, method, token):
    answer = getattr(client, method)(f"/newsletter/{name}/{token}/")
    assert answer.status_code == 404
    assert reverse("newsletter:join", args=["letter"]) in answer.content.decode()
    subscription.refresh_from_db()
    assert subscription.state == "active"


def test_a_link_serves_only_its_own_purpose(client, subscription):
    token = path(links.preferences_url(subscription.pk)).split("/")[-2]
    assert client.post(f"/newsletter/leave/{token}/").status_code == 404
    subscription.refresh_from_db()
    assert subscription.state == "active"


def test_the_link_of_somebody_forgotten_gets_a_page_that_helps(client, subscription):
    url = path(links.leave_url(subscription.pk))
    subscription.subscriber.delete()
    answer = client.get(url)
    assert answer.status_code == 404
    assert b"This link does not work" in answer.content


def test_private_pages_are_kept_by_no_cache(client, subscription):
    answer = client.get(path(links.leave_url(subscription.pk)))
    assert "no-store" in answer["Cache-Control"]
