"""The log tells when a batch is begun and let go of, with what can be searched for."""

import pytest

from newsletter import tasks
from newsletter.sending import claims

pytestmark = pytest.mark.django_db


def lines(caplog) -> list[tuple[str, dict]]:
    """Return what was logged of batches: the words, and what was said beside them."""
    names = ("batch", "digest", "newsletter", "sent", "failed", "in_doubt", "skipped")
    return [
        (record.getMessage(), {n: getattr(record, n) for n in names if hasattr(record, n)})
        for record in caplog.records
        if record.name == claims.__name__
    ]


def test_a_batch_leaves_a_line_at_its_beginning_and_one_at_its_end(batch, server, caplog, clock):
    caplog.set_level("INFO", "newsletter")
    server.answer("550 5.1.1 no", to="ben@example.com")
    tasks.send_batch(batch.pk)
    ids = {"batch": batch.pk, "digest": batch.cohort.digest_id, "newsletter": "letter"}
    begin, end = lines(caplog)
    assert begin == (f"Batch {batch.pk} is begun, attempt 1", ids)
    assert f"Batch {batch.pk} is released, done: 2 sent, 1 failed, 0 skipped, 0 in doubt" in end[0]
    assert end[0].endswith(" a second")
    assert end[1] == ids | {"sent": 2, "failed": 1, "skipped": 0, "in_doubt": 0}


def test_the_second_attempt_tells_of_its_own_mails_alone(batch, server, caplog, clock, later):
    server.answer("451 later", to="ben@example.com")
    tasks.send_batch(batch.pk)
    server.mend()
    caplog.clear()
    caplog.set_level("INFO", "newsletter")
    later()
    texts = [text for text, _ in lines(caplog)]
    assert texts[0].endswith("is begun, attempt 2")
    assert "done: 1 sent, 0 failed" in texts[1]
