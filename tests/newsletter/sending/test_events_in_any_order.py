"""Events may come twice, late, in any order, and before our own record: the end is the same.

Hypothesis makes up what happened to a few mails, and in what order it became known. What has to be
known in the end is worked out from what happened alone.
"""

from collections import Counter
from dataclasses import dataclass
from itertools import groupby

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from newsletter.models import Batch, Delivery, Suppression
from newsletter.querysets import COUNTS
from newsletter.sending.outcomes import Outcome, Result
from newsletter.sending.recording import record
from tests.newsletter import counts

from . import NOW, delivery_to, subscription_of
from .webhooks import SECRET, call, read_urls, sparkpost_event, use_provider

pytestmark = pytest.mark.django_db

READERS = ("ana", "ben", "cleo")
# What SparkPost may tell of a mail, by names of ours.
TOLD = {
    "accepted": ("injection", {}),
    "delayed": ("delay", {"raw_reason": "450 4.7.1 Later"}),
    "full": ("bounce", {"bounce_class": "22", "raw_reason": "552 5.2.2 Full"}),
    "delivered": ("delivery", {}),
    "bounced": ("bounce", {"bounce_class": "10", "raw_reason": "550 5.1.1 Unknown"}),
    "dropped": ("policy_rejection", {"bounce_class": "25", "raw_reason": "554 Policy"}),
    "invalid": ("policy_rejection", {"bounce_class": "10", "raw_reason": "550 5.1.3 Bad"}),
    "complained": ("spam_complaint", {}),
    "left": ("list_unsubscribe", {}),
    "opened": ("open", {}),
}
HANDED_ON = {"delivered", "bounced", "complained"}
TAKEN = {"accepted", "delayed", "full", "left"}


@dataclass(frozen=True)
class Story:
    """What happened to a mail: what the provider tells, and what our worker knows."""

    told: frozenset[str]
    outcome: Outcome | None  # None: the worker died before it wrote anything down.

    @property
    def state(self) -> str:
        """The state that the delivery must have in the end."""
        if self.told & HANDED_ON:
            return "sent"
        if self.told & {"dropped", "invalid"}:
            return "failed"
        if self.told & TAKEN or self.outcome is Outcome.ACCEPTED:
            return "sent"
        return "in_doubt" if self.outcome is Outcome.IN_DOUBT else "submitting"

    @property
    def fate(self) -> str:
        """The worst that it met."""
        if "complained" in self.told:
            return "complained"
        if self.told & {"bounced", "invalid"}:
            return "bounced"
        return "delivered" if "delivered" in self.told else ""

    @property
    def subscription(self) -> str:
        """The state that its subscription must have."""
        if self.told & {"complained", "left"}:
            return "left"
        return "suppressed" if self.fate == "bounced" else "active"


stories = st.builds(
    Story,
    told=st.frozensets(st.sampled_from(sorted(TOLD)), max_size=5),
    outcome=st.sampled_from([Outcome.ACCEPTED, Outcome.IN_DOUBT, None]),
)


@st.composite
def becoming_known(draw) -> tuple[dict[str, Story], list[tuple[str, str]]]:
    """Draw what happened to each reader's mail, and in what order it becomes known."""
    happened = {reader: draw(stories) for reader in READERS}
    news = [(reader, it) for reader, story in happened.items() for it in sorted(story.told)]
    again = draw(st.lists(st.sampled_from(news), max_size=4)) if news else []
    ours = [(reader, "outcome") for reader, story in happened.items() if story.outcome]
    return happened, draw(st.permutations(news + again + ours))


def event(reader: str, told: str) -> dict:
    """Return the event that tells something of a reader's mail."""
    kind, data = TOLD[told]
    return sparkpost_event(kind, delivery_to(reader), **data)


def write_down(reader: str, outcome: Outcome) -> None:
    """Record what became of a mail, as a worker does after a checkpoint."""
    with transaction.atomic():
        batch = Batch.objects.select_for_update().get()
        changes = record(batch, [Result(delivery_to(reader).pk, outcome)], NOW)
        Batch.objects.filter(pk=batch.pk).add_counts(changes)


def true_counts() -> dict[str, int]:
    """Count the rows, as the batch should."""
    counted = Counter(size=Delivery.objects.count())
    counted.update(Delivery.objects.values_list("state", flat=True))
    counted.update(Delivery.objects.values_list("fate", flat=True))
    return {name: counted[name] for name in COUNTS}


@pytest.fixture
def tell(settings, monkeypatch, client):
    use_provider(settings, monkeypatch, "sparkpost://key", secret=SECRET)
    yield lambda *told: call(client, "sparkpost", list(told))
    settings.MAIL_EVENTS_FROM = ""
    read_urls()


def test_what_is_known_in_the_end_does_not_depend_on_the_order(tell, batch):
    Delivery.objects.update(state=Delivery.State.SUBMITTING)

    @hypothesis_settings(
        max_examples=60,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(becoming_known())
    def check(drawn) -> None:
        with transaction.atomic():
            tell_all(*drawn)
            transaction.set_rollback(True)

    def tell_all(happened, news) -> None:
        for is_ours, part in groupby(news, lambda it: it[1] == "outcome"):
            if is_ours:
                for reader, _ in part:
                    write_down(reader, happened[reader].outcome)
            else:
                events = [event(reader, it) for reader, it in part]
                assert tell(*events) == 200
        for reader, story in happened.items():
            delivery = delivery_to(reader)
            assert (delivery.state, delivery.fate) == (story.state, story.fate)
            assert subscription_of(reader).state == story.subscription
        assert Batch.objects.values(*COUNTS).get() == true_counts()
        suppressed = {s.address.partition("@")[0]: s.reason for s in Suppression.objects.all()}
        fates = {reader: story.fate for reader, story in happened.items()}
        assert suppressed == {r: it for r, it in fates.items() if it not in ("", "delivered")}

    check()
    assert counts(Delivery.objects) == {"submitting": 3}
