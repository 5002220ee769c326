"""Readers who cannot be sent to, or who go away in mid-send, do not disturb the mails of others."""

from collections.abc import Callable, Iterator

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from newsletter.models import Batch, Delivery, Subscriber, Subscription
from newsletter.subscribing.forgetting import forget
from tests.factories import DeliveryFactory, DigestFactory
from tests.newsletter.sending.webhooks import (
    SECRET,
    call,
    read_urls,
    sparkpost_event,
    use_provider,
)
from tests.smtp import MailServer, Received

from . import BATCH_SIZE
from .ledger import assert_none_lost_or_repeated

pytestmark = pytest.mark.faults

NO_SUCH_USER = {"bounce_class": "10", "raw_reason": "550 5.1.1 No such user"}

# Readers by what has become of their mails when something happens. All are of the first batch:
# others go before its second part, once the server has accepted the first.
SENT, ON_ITS_WAY, NEXT, LATER = (
    f"reader{n}@example.com" for n in (0, BATCH_SIZE // 2, BATCH_SIZE // 2 + 1, BATCH_SIZE - 1)
)


def meanwhile(server: MailServer, act: Callable[[], None]) -> None:
    """Have something happen while the server takes in the mail that is on its way then."""

    def look(mail: Received) -> None:
        if mail.recipient == ON_ITS_WAY:
            try:
                act()
            finally:
                connections.close_all()

    server.on_mail = look


def test_of_many_readers_one_whose_mail_cannot_be_made_fails_alone(fall_due, complete, server):
    poisoned = "two@@example.com"
    readers = fall_due(3 * BATCH_SIZE)
    Subscriber.objects.filter(email=LATER).update(email=poisoned)
    complete()
    assert_none_lost_or_repeated(server.counts, readers - {LATER} | {poisoned}, unsent=1)
    failed = Delivery.objects.get(state="failed")
    assert failed.subscription.subscriber.email == poisoned


def test_readers_are_forgotten_in_mid_send(fall_due, complete, server):
    readers = fall_due(2 * BATCH_SIZE)
    forgotten = {SENT, ON_ITS_WAY, NEXT, LATER}

    def forget_them() -> None:
        for subscriber in Subscriber.objects.filter(email__in=forgotten):
            forget(subscriber, timezone.now())

    meanwhile(server, forget_them)
    complete()
    assert LATER not in server.counts
    assert set(server.counts.values()) == {1}
    assert set(server.counts) - forgotten == readers - forgotten
    rest = Delivery.objects.values_list("subscription__subscriber__email", "state")
    assert dict(rest) == dict.fromkeys(readers - forgotten, "sent")
    assert set(Batch.objects.values_list("state", flat=True)) == {Batch.State.DONE}


@pytest.fixture
def bounce(complete, server, settings, monkeypatch) -> Iterator[Callable[[Delivery], int]]:
    """Has the provider tell that a mail came back."""
    use_provider(settings, monkeypatch, "sparkpost://key", secret=SECRET)
    server.receive_mail_of(settings)
    yield lambda delivery: call(
        Client(), "sparkpost", [sparkpost_event("bounce", delivery, **NO_SUCH_USER)]
    )
    settings.MAIL_EVENTS_FROM = ""
    read_urls()


def test_addresses_bounce_in_mid_send(fall_due, complete, server, bounce, newsletter):
    """Those of mails just handed over, and one by a mail of an earlier digest."""
    readers = fall_due(2 * BATCH_SIZE)
    earlier = DeliveryFactory(
        digest=DigestFactory(newsletter=newsletter, state="sent"),
        subscription=Subscription.objects.get(subscriber__email=LATER),
        state="sent",
    )

    def bounce_them() -> None:
        here = Delivery.objects.exclude(pk=earlier.pk)
        for delivery in here.filter(subscription__subscriber__email__in=[SENT, ON_ITS_WAY]):
            assert bounce(delivery) == 200
        assert bounce(earlier) == 200

    meanwhile(server, bounce_them)
    complete()
    earlier.digest.delete()
    assert_none_lost_or_repeated(server.counts, readers, unsent=1)
    bounced = Delivery.objects.filter(fate="bounced", state="sent").order_by("pk")
    assert [d.subscription.subscriber.email for d in bounced] == [SENT, ON_ITS_WAY]
    skipped = Delivery.objects.get(state="skipped")
    assert skipped.subscription.subscriber.email == LATER
    assert list(Batch.objects.order_by("pk").values_list("bounced", flat=True)) == [2, 0]
