"""Web processes that hear of the same reader at the same moment do not get in each other's way."""

import pytest
from django.db import connection
from django.test import Client

from newsletter.models import Batch, Delivery, Subscriber, Subscription, Suppression
from newsletter.sending import events
from newsletter.sending.outcomes import Outcome, Result
from newsletter.subscribing import suppressing
from tests.factories import DeliveryFactory, DigestFactory, SubscriptionFactory

from . import NOW, at_once
from .webhooks import SECRET, call, read_urls, sparkpost_event, use_provider

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 5


@pytest.fixture
def tell(settings, monkeypatch):
    use_provider(settings, monkeypatch, "sparkpost://key", secret=SECRET)
    yield lambda *told: call(Client(), "sparkpost", list(told))
    settings.MAIL_EVENTS_FROM = ""
    read_urls()


@pytest.fixture
def mails(newsletter) -> list[Delivery]:
    """Mails of three digests to one reader, which are being handed over."""
    ana = SubscriptionFactory(newsletter=newsletter, subscriber__email="ana@example.com")
    digests = DigestFactory.create_batch(3, newsletter=newsletter)
    return [DeliveryFactory(digest=d, subscription=ana, state="submitting") for d in digests]


@pytest.mark.parametrize("round", range(ROUNDS))
def test_all_that_is_heard_at_once_is_taken_in(tell, mails, round):
    one, two, three = mails
    refusal = Result(three.pk, Outcome.REFUSED, "550 5.1.1 No such user")
    jobs = [
        lambda: tell(sparkpost_event("bounce", one, bounce_class="10")),
        lambda: tell(sparkpost_event("delivery", one), sparkpost_event("spam_complaint", two)),
        lambda: tell(sparkpost_event("spam_complaint", two), sparkpost_event("delivery", two)),
        lambda: events.refused([refusal], NOW),
    ]
    at_once(len(jobs), lambda: jobs.pop()())
    assert list(Delivery.objects.order_by("pk").values_list("state", "fate")) == [
        ("sent", "bounced"),
        ("sent", "complained"),
        ("failed", "bounced"),
    ]
    assert list(Batch.objects.order_by("pk").values_list("sent", "failed", "bounced")) == [
        (1, 0, 1),
        (1, 0, 0),
        (0, 1, 1),
    ]
    assert Suppression.objects.get().reason == "complained"
    assert Subscription.objects.get().state == "left"


@pytest.mark.skipif(connection.vendor == "sqlite", reason="One writes at a time there.")
@pytest.mark.parametrize("round", range(ROUNDS))
def test_somebody_may_be_forgotten_while_events_come(tell, mails, round, admin_client):
    ana = Subscriber.objects.get()
    told = [sparkpost_event("bounce", mail, bounce_class="10") for mail in mails]
    jobs = [
        lambda: tell(*told),
        lambda: tell(*reversed(told)),
        lambda: admin_client.post(f"/admin/newsletter/subscribers/delete/{ana.pk}/"),
    ]
    at_once(len(jobs), lambda: jobs.pop()())
    assert not Delivery.objects.exists()
    suppression = Suppression.objects.get()
    assert suppression.address == ""
    assert suppressing.is_suppressed("ana@example.com")
