"""What the mail provider tells of mails, by its webhook, and what becomes of mails and readers."""

import logging
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, connection
from django.urls import reverse
from django.utils import timezone

from newsletter.models import Batch, ConsentRecord, Delivery, Subscriber, Subscription, Suppression
from newsletter.sending import batches, events, transports
from newsletter.sending.outcomes import Outcome, Result
from newsletter.subscribing import suppressing
from tests.factories import NewsletterFactory, SubscriptionFactory

from . import NOW, delivery_to, states, subscription_of
from .webhooks import (
    KEY,
    SECRET,
    WHEN,
    call,
    mailgun_call,
    read_urls,
    sparkpost_event,
    use_provider,
)

pytestmark = pytest.mark.django_db
NO_SUCH_USER = {"bounce_class": "10", "raw_reason": "550 5.1.1 No such user"}
MAILBOX_FULL = {"bounce_class": "22", "raw_reason": "552 5.2.2 Mailbox full"}


@pytest.fixture
def provider(settings, monkeypatch):
    """Has the site use a provider: its URL, and the secret or key that it calls with."""
    yield lambda *args, **keys: use_provider(settings, monkeypatch, *args, **keys)
    settings.MAIL_EVENTS_FROM = ""
    read_urls()


@pytest.fixture
def tell(provider, client):
    """Has SparkPost call with some events, and returns the answer's status."""
    provider("sparkpost://key", secret=SECRET)
    return lambda *told: call(client, "sparkpost", list(told))


def put(state: str) -> None:
    """Have all deliveries in a state, as if a worker had brought them there."""
    Delivery.objects.update(state=state)
    counted = {"sent": 0, "failed": 0, "skipped": 0, "in_doubt": 0}
    Batch.objects.update(**counted | {state: 3} if state in counted else counted)


def kept(**wanted: int) -> bool:
    """Return whether the batch counts so many."""
    return Batch.objects.filter(**wanted).exists()


class TestWhoMayTell:
    def test_without_a_secret_or_key_there_is_no_such_address(self, client, batch):
        assert call(client, "sparkpost", [sparkpost_event("delivery", delivery_to("ana"))]) == 404
        assert client.get("/mail/sparkpost/tracking/").status_code == 404

    @pytest.mark.parametrize("secret", ["", "provider:guessed", ":", "None"])
    def test_without_the_right_secret_nothing_is_believed(self, tell, client, batch, secret):
        told = [sparkpost_event("bounce", delivery_to("ana"), **NO_SUCH_USER)]
        assert call(client, "sparkpost", told, secret) == 400
        assert states()["ana"] == "pending"
        assert not Suppression.objects.exists()
        assert call(client, "sparkpost", told) == 200
        assert states()["ana"] == "sent"

    def test_what_the_provider_did_not_sign_is_not_believed(self, provider, client, batch):
        provider("mailgun://key@news.example.org", key=KEY)
        delivery = delivery_to("ana")
        forged = mailgun_call("delivered", delivery, key="key")
        unsigned = {"event-data": forged["event-data"]}
        for told in (forged, unsigned, {}):
            assert call(client, "mailgun", told, "") == 400
        assert states()["ana"] == "pending"
        assert call(client, "mailgun", mailgun_call("delivered", delivery), "") == 200
        assert states()["ana"] == "sent"

    def test_nobody_else_may_tell_and_no_mail_is_taken_in(self, tell, client):
        for path in ("mailgun/tracking/", "sparkpost/inbound/", "amazon_ses/tracking/"):
            assert client.get(f"/mail/{path}").status_code == 404
        assert client.head("/mail/sparkpost/tracking/").status_code == 200


class TestMails:
    def test_a_mail_that_arrived_counts_as_delivered(self, tell, batch):
        put("sent")
        tell(sparkpost_event("injection", delivery_to("ana")))
        tell(sparkpost_event("delivery", delivery_to("ana")))
        assert delivery_to("ana").fate == "delivered"
        assert kept(sent=3, delivered=1)

    @pytest.mark.parametrize("state", ["pending", "submitting", "in_doubt"])
    @pytest.mark.parametrize("kind", ["injection", "delay", "delivery"])
    def test_what_the_provider_has_was_sent(self, tell, batch, state, kind):
        put(state)
        tell(sparkpost_event(kind, delivery_to("ana")))
        delivery = delivery_to("ana")
        assert delivery.state == "sent"
        assert delivery.sent_at == datetime.fromtimestamp(WHEN, UTC)
        assert states()["ben"] == state
        assert kept(sent=1, in_doubt=2 if state == "in_doubt" else 0)

    def test_a_mail_that_came_back_was_sent(self, tell, batch):
        put("in_doubt")
        tell(sparkpost_event("bounce", delivery_to("ana"), **NO_SUCH_USER))
        delivery = delivery_to("ana")
        assert (delivery.state, delivery.fate) == ("sent", "bounced")
        assert delivery.error == "550 5.1.1 No such user"
        assert kept(sent=1, in_doubt=2, bounced=1)

    @pytest.mark.parametrize("state", ["sent", "submitting", "in_doubt"])
    def test_a_mail_that_the_provider_did_not_send_failed(self, tell, batch, state):
        put(state)
        refused = {"bounce_class": "25", "raw_reason": "554 5.7.1 Policy"}
        tell(sparkpost_event("policy_rejection", delivery_to("ana"), **refused))
        delivery = delivery_to("ana")
        assert (delivery.state, delivery.fate) == ("failed", "")
        # The provider had taken it: so it is not sent again with what failed.
        assert (delivery.error, delivery.sent_at) == ("554 5.7.1 Policy", NOW)
        assert kept(failed=1)
        assert not Suppression.objects.exists()

    def test_a_fate_only_gets_worse(self, tell, batch):
        ana = delivery_to("ana")
        for kind, fate in [
            ("delivery", "delivered"),
            ("bounce", "bounced"),
            ("delivery", "bounced"),
            ("spam_complaint", "complained"),
            ("bounce", "complained"),
        ]:
            tell(sparkpost_event(kind, ana, bounce_class="10"))
            assert delivery_to("ana").fate == fate
        assert kept(sent=1, delivered=0, bounced=0, complained=1)

    def test_an_event_may_come_before_our_own_record(self, tell, batch, monkeypatch):
        class Transport:
            checkpoint = 50

            def submit(self, recipients, cohort):
                tell(*(sparkpost_event("delivery", d) for d in Delivery.objects.all()))
                return [Result(it.delivery_id, Outcome.IN_DOUBT, "timed out") for it in recipients]

            __enter__ = lambda self: self  # noqa: E731
            __exit__ = lambda self, *error: None  # noqa: E731

        monkeypatch.setattr(transports, "open_transport", Transport)
        batches.send(batch.pk)
        assert set(states().values()) == {"sent"}
        assert kept(sent=3, in_doubt=0, delivered=3, state="done")

    @pytest.mark.parametrize("kind", ["open", "click", "initial_open", "relay_delivery"])
    def test_what_readers_do_with_a_mail_is_not_followed(self, tell, batch, kind):
        before = Delivery.objects.values().get(pk=delivery_to("ana").pk)
        assert tell(sparkpost_event(kind, delivery_to("ana"))) == 200
        assert Delivery.objects.values().get(pk=before["id"]) == before


class TestReaders:
    @pytest.fixture
    def other(self, section, batch):
        """Another subscription of Ana's."""
        newsletter = NewsletterFactory(section=section)
        ana = Subscriber.objects.at("ana@example.com").get()
        return SubscriptionFactory(newsletter=newsletter, subscriber=ana)

    def test_an_address_that_does_not_exist_is_suppressed(self, tell, other):
        other.state = "left"
        other.save()
        tell(sparkpost_event("bounce", delivery_to("ana"), **NO_SUCH_USER))
        suppression = Suppression.objects.get()
        assert (suppression.address, suppression.reason) == ("ana@example.com", "bounced")
        assert suppression.detail == "550 5.1.1 No such user"
        assert set(
            Subscription.objects.filter(subscriber=other.subscriber).values_list("state")
        ) == {
            ("suppressed",),
            ("left",),
        }
        record = ConsentRecord.objects.get()
        assert (record.act, record.how) == ("suppressed", "provider")
        assert subscription_of("ben").state == "active"

    @pytest.mark.parametrize("data", [MAILBOX_FULL, {"bounce_class": "24"}, {"bounce_class": "52"}])
    def test_a_passing_trouble_is_only_noted(self, tell, batch, data):
        tell(sparkpost_event("bounce", delivery_to("ana"), **data))
        delivery = delivery_to("ana")
        assert (delivery.state, delivery.fate) == ("sent", "")
        assert delivery.error
        assert subscription_of("ana").state == "active"
        assert not Suppression.objects.exists()

    def test_who_complains_has_left_everything(self, tell, other):
        tell(sparkpost_event("spam_complaint", delivery_to("ana")))
        assert Suppression.objects.get().reason == "complained"
        for subscription in Subscription.objects.filter(subscriber=other.subscriber):
            assert subscription.state == "left"
            record = subscription.consent_records.get()
            assert (record.act, record.how) == ("left", "provider")

    def test_who_leaves_by_the_provider_leaves_this_newsletter(self, tell, other):
        tell(sparkpost_event("list_unsubscribe", delivery_to("ana")))
        other.refresh_from_db()
        assert (delivery_to("ana").subscription.state, other.state) == ("left", "active")
        assert ConsentRecord.objects.get().how == "provider"

    def test_who_has_confirmed_since_does_not_leave_by_it(self, tell, batch):
        Subscription.objects.update(confirmed_at=NOW + timedelta(hours=1))
        tell(sparkpost_event("list_unsubscribe", delivery_to("ana")))
        assert subscription_of("ana").state == "active"

    def test_an_event_that_comes_again_undoes_nothing_that_an_editor_did(self, tell, batch):
        bounce = sparkpost_event("bounce", delivery_to("ana"), **NO_SUCH_USER)
        tell(bounce)
        suppressing.lift(Suppression.objects.get(), timezone.now())
        tell(bounce)
        assert subscription_of("ana").state == "active"
        assert not Suppression.objects.exists()

    def test_a_refusal_for_good_suppresses_too(self, batch):
        ana, ben, cleo = (delivery_to(name) for name in ("ana", "ben", "cleo"))
        results = [
            Result(ana.pk, Outcome.REFUSED, "550 5.1.1 <ana@example.com>: no such user"),
            Result(ben.pk, Outcome.REFUSED, "554 5.7.1 We take none of your mail"),
            Result(cleo.pk, Outcome.ACCEPTED),
            Result(99999, Outcome.REFUSED, "550 5.1.1 forgotten meanwhile"),
        ]
        for _ in range(2):
            events.refused(results, NOW)
        assert states() == {"ana": "failed", "ben": "pending", "cleo": "pending"}
        assert kept(failed=1, bounced=1)
        assert [suppression.address for suppression in Suppression.objects.all()] == [
            "ana@example.com"
        ]


class TestTrouble:
    def test_an_event_with_another_recipient_is_passed_over(self, tell, batch, caplog):
        told = sparkpost_event("bounce", delivery_to("ana"), **NO_SUCH_USER)
        told["msys"]["message_event"]["raw_rcpt_to"] = "mallory@example.com"
        assert tell(told) == 200
        assert states()["ana"] == "pending"
        assert "another recipient" in caplog.text

    def test_capitals_and_foreign_letters_make_no_other_recipient(self, tell, batch):
        Subscriber.objects.filter(email="ana@example.com").update(email="Ana@bücher.example")
        told = sparkpost_event(
            "delivery", delivery_to("Ana"), raw_rcpt_to="ana@xn--bcher-kva.example"
        )
        tell(told)
        assert delivery_to("Ana").fate == "delivered"

    def test_what_is_about_other_mails_or_the_forgotten_is_passed_over(self, tell, batch, caplog):
        told = sparkpost_event("bounce", delivery_to("ana"), **NO_SUCH_USER)
        Subscriber.objects.filter(email="ana@example.com").delete()
        strange = [
            None,
            {},
            {"delivery": "x"},
            {"delivery": "9" * 40},
            {"delivery": None},
            "delivery",
        ]
        others = [sparkpost_event("bounce", rcpt_meta=it, **NO_SUCH_USER) for it in strange]
        assert tell(told, *others, {"msys": {}}) == 200
        assert not Suppression.objects.exists()
        assert not [record for record in caplog.records if record.levelno >= logging.WARNING]

    def test_an_event_that_makes_no_sense_does_not_cost_the_others(self, tell, batch, caplog):
        ana, ben = delivery_to("ana"), delivery_to("ben")
        nonsense = sparkpost_event("delivery", ana, raw_rcpt_to=5)
        words = {"bounce_class": "10", "raw_reason": "550 5.1.1 \x00\udcff"}
        assert tell(nonsense, sparkpost_event("bounce", ben, **words)) == 200
        assert states() == {"ana": "pending", "ben": "sent", "cleo": "pending"}
        assert "could not be dealt with" in caplog.text

    def test_while_the_database_is_away_the_provider_is_told_to_call_again(
        self, tell, client, batch
    ):
        client.raise_request_exception = False
        told = [sparkpost_event("delivery", delivery_to(name)) for name in ("ana", "ben")]

        def away(execute, sql, *args):
            if sql.startswith("UPDATE"):
                raise OperationalError("the server closed the connection")
            return execute(sql, *args)

        with connection.execute_wrapper(away):
            assert tell(*told) == 500
        assert states()["ana"] == "pending"
        assert tell(*told) == 200
        assert states() == {"ana": "sent", "ben": "sent", "cleo": "pending"}

    def test_the_forgotten_are_suppressed_without_their_address(self, tell, admin_client, batch):
        tell(sparkpost_event("bounce", delivery_to("ana"), **NO_SUCH_USER))
        ana = Subscriber.objects.at("ana@example.com").get()
        admin_client.post(reverse("newsletter_subscribers:delete", args=[ana.pk]))
        suppression = Suppression.objects.get()
        assert (suppression.address, suppression.detail) == ("", "")
        assert suppression.reason == "bounced"
        assert suppressing.is_suppressed("Ana@example.com")
