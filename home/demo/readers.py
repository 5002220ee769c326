"""The demo's subscribers, and the digest that they have got already."""

import random
from datetime import datetime, timedelta
from typing import Any

from newsletter.digests import planning
from newsletter.models import (
    Batch,
    Cadence,
    ConsentRecord,
    Newsletter,
    Subscriber,
    Subscription,
    TopicSet,
)
from newsletter.sending import batches

SUBSCRIBERS = 200
GIVEN = """
    Ada Amir Anwen Asha Bram Carys Chidi Clara Dafydd Dara Edie Elif Emeka Esme Farah Finn Greta
    Hana Hugo Idris Ines Isla Jonah Kaya Kofi Lena Leo Lowri Maeve Malik Mina Nia Noah Olive Omar
    Pia Priya Rafi Rosa Ruben Sana Seren Tariq Theo Uma Vera Wren Yara Yusuf Zoe
    """.split()  # noqa: SIM905
FAMILY = "Abara Bell Castell Dhillon Eaton Farrow Gill Hughes".split()  # noqa: SIM905


def load(newsletter: Newsletter, topics: list[Any], now: datetime) -> None:
    """Subscribe a crowd with mixed cadences, topics and states, unless there is one."""
    if Subscription.objects.filter(newsletter=newsletter).exists():
        return
    chance = random.Random("the readers of the demo")
    for number in range(SUBSCRIBERS):
        name = f"{GIVEN[number % len(GIVEN)]} {FAMILY[number // len(GIVEN) % len(FAMILY)]}"
        _subscribe(name, newsletter, topics, now, chance)


def send_latest_weekly(newsletter: Newsletter, now: datetime) -> None:
    """Plan and send the weekly digest that was due last, unless that was done."""
    until = newsletter.window_start(Cadence.WEEKLY, now)
    digest = planning.plan(newsletter, Cadence.WEEKLY, until, until)
    for batch_id in Batch.objects.filter(cohort__digest=digest).values_list("pk", flat=True):
        batches.send(batch_id)
    batches.finish_digests(now)


def _subscribe(
    name: str,
    newsletter: Newsletter,
    topics: list[Any],
    now: datetime,
    chance: random.Random,
) -> None:
    cadence = chance.choice([Cadence.DAILY, Cadence.WEEKLY, Cadence.WEEKLY])
    state = chance.choices(["active", "pending", "left"], [90, 5, 5])[0]
    chosen = chance.sample(topics, chance.randint(1, 3)) if chance.random() < 0.4 else []
    asked = now - timedelta(days=2 if state == "pending" else chance.randint(8, 300))
    window = newsletter.window_start(cadence, now)
    if cadence == Cadence.WEEKLY:
        window -= timedelta(days=7)
    subscriber = Subscriber.objects.create(
        email=f"{name.lower().replace(' ', '.')}@example.com",
        name=name if chance.random() < 0.8 else "",
        created_at=asked,
    )
    subscription = Subscription.objects.create(
        subscriber=subscriber,
        newsletter=newsletter,
        state=state,
        cadence=cadence,
        topic_set=TopicSet.of(chosen),
        mailed_through=None if state == "pending" else window,
        asked_at=asked,
        confirmed_at=None if state == "pending" else asked,
        left_at=now - timedelta(days=1) if state == "left" else None,
    )
    subscription.consent_records.create(
        act=ConsentRecord.Act.ASKED, how=ConsentRecord.How.IMPORTED, at=asked
    )
