"""Rules of which rows, as the database reads them."""

import pytest

from newsletter.models import Batch, Delivery
from tests.factories import DeliveryFactory, DigestFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def numbers(newsletter) -> list[int]:
    """The numbers of thirty deliveries of a batch, in order."""
    digest = DigestFactory(newsletter=newsletter)
    batch = DeliveryFactory(digest=digest).batch
    others = DeliveryFactory.create_batch(29, digest=digest, batch=batch)
    return [batch.deliveries.get(pk__lt=others[0].pk).pk, *(other.pk for other in others)]


@pytest.mark.parametrize(
    "chosen",
    [
        slice(0),
        slice(1),
        slice(None),
        slice(3, 20),
        slice(None, None, 2),
    ],
)
def test_deliveries_are_found_by_their_numbers(numbers, chosen):
    found = Delivery.objects.numbered(numbers[chosen]).order_by("pk")
    assert list(found.values_list("pk", flat=True)) == numbers[chosen]


def test_deliveries_are_found_between_those_that_are_left_out(numbers):
    chosen = [*numbers[:10], *numbers[12:]]
    found = Delivery.objects.numbered(chosen).order_by("pk")
    assert list(found.values_list("pk", flat=True)) == chosen
    assert " IN " not in str(found.query)


def test_the_next_to_be_handed_over_come_in_order_and_so_many_at_most(numbers):
    Delivery.objects.filter(pk__in=numbers[:5]).update(state=Delivery.State.SENT)
    Delivery.objects.filter(pk=numbers[7]).update(state=Delivery.State.IN_DOUBT)
    deliveries = Batch.objects.get().deliveries
    part = deliveries.to_submit(numbers[5], 4).order_by("pk")
    assert [delivery.pk for delivery in part] == [numbers[n] for n in (6, 8, 9, 10)]
