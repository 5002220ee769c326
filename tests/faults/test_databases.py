"""The database goes away in mid-send, and comes back."""

from collections.abc import Iterator

import pytest
from django.db import connection

from . import LONG, READERS, points
from .cluster import Cluster
from .ledger import assert_none_lost_or_repeated, rest, settle, until

pytestmark = pytest.mark.faults

LOSSES = 20 if LONG else 2
RESTARTS = 10


def test_the_database_is_lost_and_comes_back(pipeline, fall_due, server):
    pipeline.start_worker()
    readers = fall_due(READERS)
    for mails in points(LOSSES):
        until(lambda mails=mails: len(server.accepted) >= mails, "so far")
        pipeline.database.lose()
        rest(lambda: len(server.accepted))
        pipeline.database.mend()
    settle()
    assert_none_lost_or_repeated(server.counts, readers)


@pytest.fixture
def cluster(transactional_db) -> Iterator[Cluster]:
    """A PostgreSQL of the test's own, which the test and the processes use."""
    if not (LONG and connection.vendor == "postgresql" and Cluster.can_be_made()):
        pytest.skip("In the long form, with PostgreSQL's own programs.")
    with Cluster() as cluster:
        yield cluster


def test_the_database_crashes_and_recovers(cluster, pipeline, fall_due, server):
    pipeline.start_worker()
    readers = fall_due(READERS)
    for mails in points(RESTARTS):
        until(lambda mails=mails: len(server.accepted) >= mails, "so far")
        cluster.crash()
    settle()
    assert_none_lost_or_repeated(server.counts, readers)
