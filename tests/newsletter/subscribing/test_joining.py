"""A visitor signs up: the form, the confirmation mail, the button."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.urls import reverse

from core.guards import new_stamp
from newsletter.models import ConsentRecord, Subscriber, Subscription
from tests.factories import (
    NewsletterFactory,
    SubscriberFactory,
    SubscriptionFactory,
    TopicFactory,
)

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def sign_up(client, newsletter, clock, django_capture_on_commit_callbacks):
    """Send the sign-up form as a person does who takes a few seconds."""

    def sign_up(email: str = "ana@example.com", **data):
        stamp = new_stamp()
        clock.shift(5)
        form = {"email": email, "cadence": "daily", "stamp": stamp, **data}
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(reverse("newsletter:join", args=["letter"]), form)

    return sign_up


@pytest.fixture
def press(client, django_capture_on_commit_callbacks):
    """Press the button on the page behind a link."""

    def press(url: str):
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(url)

    return press


def link_in(message, name: str) -> str:
    return re.search(rf"http://localhost(/newsletter/{name}/\S+)", message.body)[1]


def test_the_section_and_the_home_page_show_the_form(client, home, section, newsletter):
    home.body = [("signup", {"newsletter": newsletter})]
    home.save()
    for page in (home, section):
        html = client.get(page.url).content.decode()
        assert f'action="{reverse("newsletter:join", args=["letter"])}"' in html


def test_somebody_who_signs_up_and_confirms_is_subscribed(client, sign_up, press):
    topic = TopicFactory()
    answer = sign_up(name="Ana", cadence="weekly", topics=[topic.pk])
    assert answer.url == reverse("newsletter:asked", args=["letter"])
    assert client.get(answer.url).status_code == 200
    subscription = Subscription.objects.get()
    assert subscription.state == "pending"
    (message,) = mail.outbox
    assert message.to == ["ana@example.com"]

    link = link_in(message, "confirm")
    assert client.get(link).status_code == 200
    subscription.refresh_from_db()
    assert subscription.state == "pending", "A mail scanner that follows links confirms nothing."

    assert b"You are subscribed" in press(link).content
    subscription.refresh_from_db()
    assert subscription.state == "active"
    assert subscription.cadence == "weekly"
    assert subscription.topics == [topic]
    assert subscription.subscriber.name == "Ana"
    assert [m.subject for m in mail.outbox[1:]] == ["Welcome to The Letter"]


def test_a_new_subscription_gets_the_posts_of_the_current_window(sign_up, press):
    sign_up()
    press(link_in(mail.outbox[0], "confirm"))
    assert Subscription.objects.get().mailed_through == NOON.replace(hour=8)


def test_confirming_twice_changes_nothing(sign_up, press):
    sign_up()
    link = link_in(mail.outbox[0], "confirm")
    press(link)
    before = Subscription.objects.values().get()
    press(link)
    assert Subscription.objects.values().get() == before
    assert ConsentRecord.objects.filter(act="confirmed").count() == 1


def test_each_step_is_recorded_with_the_words_that_were_shown(sign_up, press):
    sign_up()
    press(link_in(mail.outbox[0], "confirm"))
    asked, confirmed = ConsentRecord.objects.all()
    assert (asked.act, asked.how) == ("asked", "form")
    assert (asked.choice, confirmed.choice) == ("daily: *", "daily: *")
    assert asked.wording == "Send me The Letter by email. I can leave with one click, at any time."
    assert (confirmed.act, confirmed.how) == ("confirmed", "link")
    assert confirmed.wording == "Yes, send me The Letter."
    with pytest.raises(TypeError):
        asked.save()


@pytest.mark.parametrize("state", ["pending", "active", "left", "suppressed"])
def test_the_answer_is_the_same_for_known_and_unknown_addresses(client, sign_up, newsletter, state):
    subscriber = SubscriberFactory(email="Known@example.com")
    SubscriptionFactory(newsletter=newsletter, subscriber=subscriber, state=state)
    answers = [sign_up(email) for email in ("known@example.com", "unknown@example.com")]
    assert answers[0].status_code == answers[1].status_code == 302
    assert answers[0].url == answers[1].url
    assert answers[0].content == answers[1].content
    assert len(mail.outbox) == 2
    assert Subscriber.objects.count() == 2


def test_a_stranger_changes_nothing_of_an_active_subscription(sign_up, newsletter):
    subscriber = SubscriberFactory(email="ana@example.com", name="Ana")
    SubscriptionFactory(newsletter=newsletter, subscriber=subscriber, cadence="daily")
    before = Subscription.objects.values().get()
    sign_up("ANA@example.com", name="Mallory", cadence="weekly")
    assert Subscription.objects.values().get() == before
    assert Subscriber.objects.get().name == "Ana"
    (message,) = mail.outbox
    assert link_in(message, "preferences")


def test_a_stranger_does_not_rename_whoever_gets_another_newsletter(sign_up, newsletter, section):
    subscriber = SubscriberFactory(email="ana@example.com", name="Ana")
    other = NewsletterFactory(section=section)
    SubscriptionFactory(newsletter=other, subscriber=subscriber)
    sign_up(name="Mallory")
    assert Subscriber.objects.get().name == "Ana"


def test_any_number_of_topics_may_be_chosen(sign_up, newsletter):
    topics = [TopicFactory() for _ in range(90)]
    sign_up(topics=[topic.pk for topic in topics])
    assert len(Subscription.objects.get().topics) == 90


def test_coming_back_goes_on_from_where_it_was_left(sign_up, press, newsletter):
    ahead = NOON + timedelta(days=3)
    subscriber = SubscriberFactory(email="ana@example.com")
    SubscriptionFactory(
        newsletter=newsletter, subscriber=subscriber, state="left", mailed_through=ahead
    )
    sign_up()
    press(link_in(mail.outbox[0], "confirm"))
    subscription = Subscription.objects.get()
    assert subscription.state == "active"
    assert subscription.mailed_through == ahead


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"email": "ana@"}, "Enter a valid email address."),
        ({"email": ""}, "This field is required."),
        ({"email": "a" * 250 + "@example.com"}, "at most 254 characters"),
        ({"email": "ana@example.com\nBcc: all@example.com"}, "Enter a valid email address."),
        ({"name": "A" * 101}, "at most 100 characters"),
        ({"name": "Ana\r\nBcc: all@example.com"}, "line breaks or control characters"),
        ({"name": "Win at https://spam.example.com"}, "A name holds no web address."),
        ({"name": "Win at evil.com"}, "A name holds no web address."),
        ({"name": "Ana\x00"}, "Null characters are not allowed."),
        ({"cadence": "hourly"}, "Select a valid choice."),
        ({"cadence": ""}, "This field is required."),
        ({"topics": ["999"]}, "999 is not one of the available choices."),
        ({"topics": ["sleep"]}, "is not a valid value"),
        ({"stamp": "forged"}, "Please send it once more."),
    ],
)
def test_bad_input_is_named_and_keeps_what_was_typed(sign_up, data, words):
    answer = sign_up(**{"email": "ana@example.com", "name": "Ana", **data})
    assert answer.status_code == 422
    assert words in answer.content.decode().replace("&quot;", '"')
    assert not Subscriber.objects.exists()
    assert not mail.outbox
    if "email" not in data:
        assert 'value="ana@example.com"' in answer.content.decode()


def test_a_machine_that_fills_the_honeypot_is_answered_as_a_person_and_ignored(sign_up):
    answer = sign_up(url="https://spam.example.com")
    assert answer.url == reverse("newsletter:asked", args=["letter"])
    assert not Subscriber.objects.exists()
    assert not mail.outbox


def test_a_flood_from_one_address_is_held_off(sign_up):
    answers = [sign_up(f"reader{n}@example.com").status_code for n in range(22)]
    assert answers == [302] * 20 + [429] * 2


def test_no_address_gets_more_than_a_few_mails_a_day(sign_up, clock):
    for _ in range(5):
        sign_up()
    assert len(mail.outbox) == 3
    clock.shift(timedelta(days=1, minutes=1))
    sign_up()
    assert len(mail.outbox) == 4


def test_a_form_sent_by_another_site_is_refused(client, newsletter):
    answer = client.post(
        reverse("newsletter:join", args=["letter"]), headers={"origin": "https://evil.example"}
    )
    assert answer.status_code == 403


def test_nobody_signs_up_for_a_newsletter_that_is_not_active(client, newsletter, section):
    newsletter.active = False
    newsletter.save()
    assert client.get(reverse("newsletter:join", args=["letter"])).status_code == 404
    assert b"<form" not in client.get(section.url).content


def test_public_pages_with_forms_set_no_cookie(client, section, newsletter):
    for url in (section.url, reverse("newsletter:join", args=["letter"])):
        assert not client.get(url).cookies


def test_a_link_to_confirm_runs_out_after_a_week(client, sign_up, press, clock):
    sign_up()
    link = link_in(mail.outbox[0], "confirm")
    clock.shift(timedelta(days=8))
    for answer in (client.get(link), press(link)):
        assert answer.status_code == 410
        assert reverse("newsletter:join", args=["letter"]) in answer.content.decode()
    assert Subscription.objects.get().state == "pending"


def test_a_link_to_confirm_does_not_bring_back_who_has_left(client, sign_up, press):
    sign_up()
    link = link_in(mail.outbox[0], "confirm")
    press(link)
    Subscription.objects.update(state="left")
    assert b"This subscription has ended" in press(link).content
    assert Subscription.objects.get().state == "left"
