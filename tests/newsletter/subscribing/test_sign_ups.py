"""A sign-up form is recorded by the request and acted on by a worker, for every address alike."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.guards import new_stamp
from newsletter import tasks
from newsletter.models import SignUp, Subscriber, Subscription
from newsletter.subscribing import sign_ups, suppressing
from tests.factories import NewsletterFactory, SubscriberFactory, SubscriptionFactory, TopicFactory

from . import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def post_form(client, newsletter, clock):
    """Send the sign-up form, each time from another network; the worker is not told."""

    def post_form(email: str, slug: str = "letter", **data):
        stamp = new_stamp()
        clock.shift(2)
        form = {"email": email, "cadence": "daily", "stamp": stamp, **data}
        network = f"198.51.{SignUp.objects.count() // 250}.{SignUp.objects.count() % 250}"
        return client.post(reverse("newsletter:join", args=[slug]), form, REMOTE_ADDR=network)

    return post_form


@pytest.fixture
def sign_up(post_form, django_capture_on_commit_callbacks):
    """Send the form and have the worker do its part."""

    def sign_up(email: str, *args, **data):
        with django_capture_on_commit_callbacks(execute=True):
            return post_form(email, *args, **data)

    return sign_up


@pytest.fixture
def work(django_capture_on_commit_callbacks):
    def work() -> None:
        with django_capture_on_commit_callbacks(execute=True):
            tasks.tick()

    return work


def statements(captured) -> list[str]:
    """Return SQL without its values, which differ in length."""
    return [re.sub(r"'[^']*'|\d+", "?", query["sql"]) for query in captured]


def test_request_does_the_same_for_every_address(post_form, newsletter):
    for state in ("pending", "active", "left", "suppressed"):
        subscriber = SubscriberFactory(email=f"{state}@example.com")
        SubscriptionFactory(newsletter=newsletter, subscriber=subscriber, state=state)
    suppressing.suppress("suppressed@example.com", "bounced", "", NOW)
    suppressing.forget("forgotten@example.com", NOW)
    topic = TopicFactory()
    post_form("first@example.com", topics=[topic.pk])
    shapes = set()
    for name in ("unknown", "pending", "active", "left", "suppressed", "forgotten"):
        with CaptureQueriesContext(connection) as captured:
            answer = post_form(f"{name}@example.com", topics=[topic.pk])
        assert answer.status_code == 302
        shapes.add((answer.url, answer.content, *statements(captured)))
    assert len(shapes) == 1
    assert Subscriber.objects.count() == 4, "Nothing more happens until a worker acts."


def test_lost_task_message_is_recovered_by_the_next_tick(post_form, work, newsletter):
    topic = TopicFactory()
    post_form("ana@example.com", name="Ana", topics=[topic.pk])
    assert not mail.outbox
    work()
    subscription = Subscription.objects.get()
    assert (subscription.subscriber.name, subscription.topics) == ("Ana", [topic])
    assert len(mail.outbox) == 1
    work()
    assert len(mail.outbox) == 1


def test_sign_up_that_fails_is_kept_and_stops_no_other(post_form, work, monkeypatch):
    ask, broken = sign_ups.ask, ["ana@example.com"]

    def ask_or_fail(newsletter, wish, *args, **kwargs):
        if wish.email in broken:
            raise RuntimeError("The database is gone.")
        return ask(newsletter, wish, *args, **kwargs)

    monkeypatch.setattr(sign_ups, "ask", ask_or_fail)
    post_form("ana@example.com")
    post_form("ben@example.com")
    work()
    assert [message.to for message in mail.outbox] == [["ben@example.com"]]
    broken.clear()
    work()
    assert [message.to for message in mail.outbox[1:]] == [["ana@example.com"]]


def test_no_address_is_left_of_a_processed_sign_up_and_nothing_after_a_day(sign_up, clock):
    sign_up("ana@example.com", name="Ana")
    row = SignUp.objects.get()
    assert (row.email, row.name, row.wording) == ("", "", "")
    assert "ana" not in row.mailbox
    clock.shift(timedelta(days=1, minutes=1))
    tasks.housekeeping()
    assert not SignUp.objects.exists()


def test_one_mailbox_gets_three_emails_a_day_whatever_is_tried(sign_up, section, clock):
    slugs = [NewsletterFactory(section=section).slug for _ in range(5)]
    for number, slug in enumerate(slugs):
        sign_up("ana.b@gmail.com", slug)
        sign_up(f"A.n.a.b+{number}@googlemail.com", slug)
    assert len(mail.outbox) == 3
    sign_up("ben@gmail.com")
    assert len(mail.outbox) == 4
    clock.shift(timedelta(days=1, minutes=1))
    sign_up("anab@gmail.com")
    assert len(mail.outbox) == 5


def test_requests_beyond_the_limit_do_not_prolong_it(sign_up, clock):
    for _ in range(3):
        sign_up("ana@example.com")
    clock.shift(timedelta(hours=23))
    sign_up("ana@example.com")
    clock.shift(timedelta(hours=1, minutes=1))
    sign_up("ana@example.com")
    assert len(mail.outbox) == 4


def test_emails_to_one_domain_are_limited_across_networks(sign_up, monkeypatch, clock):
    monkeypatch.setattr(sign_ups, "MAX_EMAILS_PER_DOMAIN_PER_HOUR", 4)
    for number in range(6):
        sign_up(f"reader{number}@Victim.example")
    assert len(mail.outbox) == 4
    sign_up("ana@example.com")
    assert len(mail.outbox) == 5
    clock.shift(timedelta(hours=1, minutes=1))
    sign_up("reader4@victim.example")
    assert len(mail.outbox) == 6


def test_spellings_of_one_address_are_one_subscriber(sign_up):
    for email in ("U@bücher.example", "u@BÜCHER.example", "u@xn--bcher-kva.example"):
        assert sign_up(email).status_code == 302
    assert Subscriber.objects.get().email == "U@xn--bcher-kva.example"
    assert {message.to[0] for message in mail.outbox} == {"U@xn--bcher-kva.example"}


@pytest.mark.parametrize("spelling", ["u@bücher.example", "U@XN--BCHER-KVA.example"])
def test_suppression_holds_for_every_spelling(sign_up, spelling):
    suppressing.suppress(spelling, "complained", "", NOW)
    sign_up("u@bücher.example")
    sign_up("u@xn--bcher-kva.example")
    assert not mail.outbox


def test_quoted_local_part_reaches_no_suppressed_address(sign_up):
    suppressing.suppress("barred5@example.com", "complained", "", NOW)
    for email in ('"barred5"@example.com', '"b\\arred5"@example.com', "barred5@[192.0.2.1]"):
        assert sign_up(email).status_code == 422
    assert suppressing.is_barred('"barred5"@example.com')
    assert not mail.outbox
