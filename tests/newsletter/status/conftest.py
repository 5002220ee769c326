"""A digest that is being sent, at a time that stands still."""

from collections.abc import Callable, Iterator

import pytest
import time_machine

from newsletter import ticks
from newsletter.models import Batch, Digest
from tests.factories import (
    BatchFactory,
    CohortFactory,
    DigestFactory,
)

from . import DUE, NOW


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """A clock that stands still half an hour after the digest was due, just after a tick."""
    with time_machine.travel(NOW, tick=False) as traveller:
        ticks.record(NOW)
        yield traveller


@pytest.fixture
def digest(newsletter) -> Digest:
    """A digest that is being sent."""
    return DigestFactory(newsletter=newsletter, until=DUE)


@pytest.fixture
def add(digest) -> Callable[..., Batch]:
    """Adds a batch of 500 mails to a digest, the one above if no other is given."""

    def add(of: Digest | None = None, **values: object) -> Batch:
        values = {"size": 500, "not_before": NOW, **values}
        return BatchFactory(cohort=CohortFactory(digest=of or digest), **values)

    return add
