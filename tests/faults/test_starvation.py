"""A digest that takes long, by a mail server far away, delays nothing that people wait for."""

import time
from datetime import timedelta
from itertools import pairwise

import pytest
from django.utils import timezone

from newsletter import tasks
from newsletter.models import Tick
from newsletter.subscribing import joining
from tests.smtp import Received

from . import LONG
from .ledger import settle, states, until

pytestmark = pytest.mark.faults

READERS, IN_A_BATCH, SIGN_UPS = (8_000, 1_000, 60) if LONG else (700, 300, 8)
ROUND_TRIP = 0.04
# Seconds; the short form may run on a busy machine. A thread sends a batch in 12.
MAX_WAIT = 5 if LONG else 9


@pytest.fixture
def far_away(server) -> dict[str, float]:
    """Makes the mail server slow; returns when each address got its mail."""
    arrivals: dict[str, float] = {}

    def on_mail(mail: Received) -> None:
        arrivals[mail.recipient] = time.monotonic()
        time.sleep(ROUND_TRIP)

    server.on_mail = on_mail
    return arrivals


@pytest.fixture
def sign_up(newsletter, pipeline, monkeypatch):
    """Signs somebody up as the form does; the processes under test do the rest."""
    monkeypatch.setattr(
        tasks.send_notice, "delay", lambda pk: pipeline.broker.tell("send_notice", pk)
    )

    def sign_up(address: str) -> float:
        joining.ask(newsletter, joining.Wish(address, "daily"), timezone.now())
        return time.monotonic()

    return sign_up


def test_confirmations_and_ticks_do_not_wait_for_a_digest(pipeline, fall_due, far_away, sign_up):
    pipeline.send_in_batches_of(IN_A_BATCH)
    pipeline.env["FAULTS_LOCK_TIMEOUT"] = "20"  # As the site has it.
    pipeline.start_worker(queues=("default",))
    pipeline.start_worker(queues=("mail", "digests"))
    fall_due(READERS)
    until(lambda: far_away, "begun")
    began, signed_up = timezone.now(), {}
    for number in range(SIGN_UPS):
        address = f"newcomer{number}@example.org"
        signed_up[address] = sign_up(address)
        until(lambda address=address: address in far_away, f"confirmed by {address}")
    ended = timezone.now()
    assert states()["pending"], "The digest was over too soon to prove anything."
    waits = [far_away[address] - since for address, since in signed_up.items()]
    print(f"Confirmations took {sorted(waits)} seconds.")  # noqa: T201
    assert sorted(waits)[int(len(waits) * 0.99)] < MAX_WAIT
    assert longest_time_between_ticks(began, ended) < timedelta(seconds=MAX_WAIT)
    if LONG:
        settle()


def longest_time_between_ticks(began, ended) -> timedelta:
    ticks = Tick.objects.filter(at__gt=began, at__lt=ended).order_by("at")
    moments = [began, *ticks.values_list("at", flat=True), ended]
    print(f"There were {len(moments) - 2} ticks in {ended - began}.")  # noqa: T201
    return max(later - earlier for earlier, later in pairwise(moments))
