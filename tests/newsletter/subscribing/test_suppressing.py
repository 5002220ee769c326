"""Addresses that must not be mailed: who they are, what signing up does, and how that is lifted."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse

from core.guards import new_stamp
from newsletter import tasks
from newsletter.models import Delivery, Notice, Subscriber, Subscription, Suppression
from newsletter.subscribing import suppressing
from newsletter.subscribing.links import confirm_url
from newsletter.subscribing.suppressing import is_suppressed, lift, suppress
from tests.factories import NewsletterFactory, SubscriberFactory, SubscriptionFactory

from . import NOW, notice_for

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
ANA = "ana@example.com"
REASONS = ["bounced", "complained"]


@pytest.fixture
def ana(newsletter) -> Subscription:
    """Ana's subscription, which has got all until the day before yesterday."""
    return SubscriptionFactory(
        newsletter=newsletter,
        subscriber__email="Ana@example.com",
        mailed_through=NOW - timedelta(days=2),
    )


@pytest.fixture
def sign_up(client, newsletter, clock, django_capture_on_commit_callbacks):
    """Sends the sign-up form as a person does."""

    def sign_up(email: str = ANA):
        form = {"email": email, "cadence": "daily", "stamp": new_stamp()}
        clock.shift(5)
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(reverse("newsletter:join", args=["letter"]), form)

    return sign_up


@pytest.fixture
def confirm(client, django_capture_on_commit_callbacks):
    """Presses the button on the page behind a link to confirm."""

    def confirm(url: str):
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(re.sub("^http://localhost", "", url))

    return confirm


@pytest.fixture
def forget(admin_client):
    """Has an editor forget a person."""

    def forget(subscriber: Subscriber) -> None:
        url = reverse("newsletter_subscribers:delete", args=[subscriber.pk])
        assert admin_client.post(url).status_code == 302

    return forget


def lift_it() -> None:
    assert lift(Suppression.objects.get(), NOW)


class TestSuppressing:
    def test_it_holds_for_every_way_to_write_the_address(self, ana):
        suppress(ANA, "bounced", "550 5.1.1", NOW)
        assert is_suppressed("ANA@Example.com")
        assert not is_suppressed("ben@example.com")
        ana.refresh_from_db()
        assert ana.state == "suppressed"

    def test_an_address_of_nobody_may_be_suppressed(self, db):
        suppress(ANA, "bounced", "", NOW)
        assert is_suppressed(ANA)

    def test_only_active_subscriptions_are_stopped(self, ana, section):
        for state in ("pending", "left"):
            newsletter = NewsletterFactory(section=section)
            SubscriptionFactory(newsletter=newsletter, subscriber=ana.subscriber, state=state)
        suppress(ANA, "bounced", "", NOW)
        assert set(Subscription.objects.values_list("state", flat=True)) == {
            "suppressed",
            "pending",
            "left",
        }
        lift_it()
        assert Subscription.objects.active().count() == 1, "Nobody is signed up who was not."

    @pytest.mark.parametrize("reasons", [REASONS, REASONS[::-1]])
    def test_the_stricter_reason_holds_in_whatever_order(self, ana, reasons):
        for reason in reasons * 2:
            suppress(ANA, reason, f"It {reason}.", NOW)
        suppression = Suppression.objects.get()
        assert (suppression.reason, suppression.detail) == ("complained", "It complained.")
        ana.refresh_from_db()
        assert ana.state == "left"

    def test_the_suppressed_are_not_planned_for(self, ana):
        suppress(ANA, "bounced", "", NOW)
        tasks.tick()
        assert not Delivery.objects.exists()

    @pytest.mark.parametrize("kind", [Notice.Kind.WELCOME, Notice.Kind.ALREADY])
    @pytest.mark.parametrize("reason", REASONS)
    def test_a_notice_that_waits_is_dropped(self, ana, reason, kind):
        notice_for(ana, kind)
        suppress(ANA, reason, "", NOW)
        tasks.tick()
        assert not mail.outbox
        assert not Notice.objects.exists()


class TestLifting:
    def test_what_was_stopped_goes_on_from_now_on(self, ana):
        suppress(ANA, "bounced", "", NOW - timedelta(days=400))
        lift_it()
        ana.refresh_from_db()
        assert ana.state == "active"
        assert ana.mailed_through == NOW.replace(hour=8), "No years of posts are owed."
        assert [(record.act, record.how) for record in ana.consent_records.all()] == [
            ("suppressed", "provider"),
            ("restored", "editor"),
        ]
        assert not is_suppressed(ANA)

    def test_what_was_mailed_is_not_mailed_again(self, ana):
        ahead = NOW + timedelta(days=1)
        Subscription.objects.update(mailed_through=ahead)
        suppress(ANA, "bounced", "", NOW)
        lift_it()
        ana.refresh_from_db()
        assert ana.mailed_through == ahead

    def test_who_complained_has_left_all_the_same(self, ana):
        suppress(ANA, "complained", "", NOW)
        lift_it()
        ana.refresh_from_db()
        assert ana.state == "left"

    def test_twice_does_no_harm(self, ana):
        suppress(ANA, "bounced", "", NOW)
        suppression = Suppression.objects.get()
        assert lift(suppression, NOW)
        assert not lift(suppression, NOW)
        assert ana.consent_records.count() == 2


class TestSigningUp:
    @pytest.mark.parametrize("reason", REASONS)
    @pytest.mark.parametrize("state", [None, "pending", "active", "left"])
    def test_nothing_shows_and_nothing_is_mailed(self, newsletter, sign_up, reason, state):
        if state:
            subscriber = SubscriberFactory(email=ANA)
            SubscriptionFactory(newsletter=newsletter, subscriber=subscriber, state=state)
        suppress(ANA, reason, "", NOW)
        answers = [sign_up(), sign_up("unknown@example.com")]
        assert answers[0].status_code == answers[1].status_code == 302
        assert answers[0].url == answers[1].url
        assert answers[0].content == answers[1].content
        assert answers[0].headers == answers[1].headers
        tasks.tick()
        assert [message.to for message in mail.outbox] == [["unknown@example.com"]]

    def test_a_stranger_does_not_end_what_was_stopped(self, ana, sign_up):
        suppress(ANA, "bounced", "", NOW)
        before = Subscription.objects.values().get()
        sign_up()
        assert Subscription.objects.values().get() == before

    def test_after_an_editor_has_lifted_it_one_may_sign_up(self, ana, sign_up, confirm):
        suppress(ANA, "complained", "", NOW)
        sign_up()
        lift_it()
        sign_up()
        (message,) = mail.outbox
        confirm(re.search(r"http://localhost/newsletter/confirm/\S+", message.body)[0])
        ana.refresh_from_db()
        assert ana.state == "active"

    def test_a_link_from_before_starts_nothing_until_it_is_lifted(self, ana, confirm):
        Subscription.objects.update(state="pending")
        suppress(ANA, "bounced", "", NOW)
        confirm(confirm_url(ana.pk))
        ana.refresh_from_db()
        assert ana.state == "suppressed"
        assert [record.act for record in ana.consent_records.all()] == ["confirmed", "suppressed"]
        assert not mail.outbox
        lift_it()
        ana.refresh_from_db()
        assert ana.state == "active"


class TestForgetting:
    def test_of_the_forgotten_a_hash_is_kept_and_no_more(self, ana, forget):
        forget(ana.subscriber)
        suppression = Suppression.objects.get()
        assert (suppression.reason, suppression.address) == ("erased", "")
        assert is_suppressed(ANA)
        assert "ana" not in str(Suppression.objects.values().get()).lower().replace("erased", "")

    @pytest.mark.parametrize("reason", REASONS)
    def test_why_an_address_was_suppressed_is_kept_without_it(self, ana, forget, reason):
        suppress(ANA, reason, "550 5.1.1 <ana@example.com>: no such user", NOW)
        forget(ana.subscriber)
        suppression = Suppression.objects.get()
        assert (suppression.reason, suppression.address, suppression.detail) == (reason, "", "")

    def test_who_was_forgotten_signs_up_like_anybody(self, ana, forget, sign_up, confirm):
        forget(ana.subscriber)
        sign_up()
        (message,) = mail.outbox
        assert is_suppressed(ANA), "It may have been a stranger who signed them up."
        confirm(re.search(r"http://localhost/newsletter/confirm/\S+", message.body)[0])
        assert Subscription.objects.get().state == "active"
        assert not is_suppressed(ANA)
        assert len(mail.outbox) == 2

    def test_who_had_complained_and_was_forgotten_gets_no_mail(self, ana, forget, sign_up):
        suppress(ANA, "complained", "", NOW)
        forget(ana.subscriber)
        sign_up()
        assert not mail.outbox
        assert suppressing.is_barred(ANA)

    def test_who_bounces_after_coming_back_is_suppressed_anew(self, ana, forget):
        forget(ana.subscriber)
        suppress(ANA, "bounced", "550 5.1.1", NOW)
        suppression = Suppression.objects.get()
        assert (suppression.reason, suppression.address) == ("bounced", ANA)
