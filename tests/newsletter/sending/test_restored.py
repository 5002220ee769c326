"""A database that was restored from an older backup asks before it sends."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from newsletter import tasks
from newsletter.models import Batch, Digest, SendLog
from newsletter.sending import controls, restored
from tests.factories import PostFactory
from tests.newsletter import send_alerts

from . import DUE, states

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def send_log_file(settings, tmp_path):
    settings.NEWSLETTER_SEND_LOG_FILE = tmp_path / "send-log.json"
    return settings.NEWSLETTER_SEND_LOG_FILE


@pytest.fixture
def run(django_capture_on_commit_callbacks) -> Callable[[Callable[[], object]], None]:
    """Runs something, and then what waits for the end of its transaction."""

    def run(work: Callable[[], object] = tasks.tick) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            work()

    return run


@pytest.fixture
def restore(admin_client, post, subscribe, run, server) -> Callable[[], None]:
    """Sends a digest after a backup was made, and returns what restores the backup."""
    subscribe("ana", "ben")
    run(lambda: restored.check(DUE) or SendLog.objects.get_or_create(pk=1))
    backup = transaction.savepoint()
    run()
    return lambda: transaction.savepoint_rollback(backup)


def received(server) -> list:
    """Return the emails that readers received: those but the alerts."""
    return [email for email in server.accepted if email.recipient != "admin@example.com"]


def digest_url(name: str) -> str:
    return reverse(f"newsletter_digests:{name}", args=[Digest.objects.get().pk])


@pytest.mark.parametrize("lost", ["nothing", "file", "cache"])
def test_a_digest_that_was_sent_before_the_restore_is_held(
    restore, run, server, clock, send_log_file, lost
):
    assert [email.recipient for email in received(server)] == ["ana@example.com", "ben@example.com"]
    restore()
    assert not Digest.objects.exists()
    if lost == "file":
        send_log_file.unlink()
    elif lost == "cache":
        cache.clear()
    clock.shift(timedelta(hours=2))
    run()
    digest = Digest.objects.get()
    assert (digest.state, digest.may_repeat) == ("held", True)
    assert len(received(server)) == 2
    run()
    assert len(received(server)) == 2


def test_an_editor_marks_it_as_sent(restore, run, server, clock, admin_client, section):
    restore()
    run()
    page = admin_client.get(digest_url("inspect")).content.decode()
    assert "The database was restored from a backup" in page
    assert digest_url("mark_sent") in page
    assert digest_url("leave_to_next") not in page
    admin_client.post(digest_url("mark_sent"))
    PostFactory(parent=section, title="Sun", first_published_at=DUE + timedelta(hours=5))
    clock.shift(DAY)
    run()
    run()
    assert len(received(server)) == 4
    assert "Sun" in received(server)[-1].text
    assert "Rain" not in received(server)[-1].text


def test_a_held_digest_may_be_sent_after_all(restore, run, server, clock, admin_client):
    restore()
    run()
    admin_client.post(digest_url("release"))
    run()
    assert len(received(server)) == 4
    clock.shift(DAY)
    run()
    assert not Digest.objects.filter(state="held").exists()


def test_the_next_digest_is_held_as_long_as_nobody_has_decided(restore, run, server, clock):
    restore()
    clock.shift(3 * DAY)
    run()
    assert Digest.objects.get().may_repeat
    assert len(received(server)) == 2


def test_a_digest_that_was_being_sent_is_paused(plan, run, server, clock):
    plan("ana", "ben")
    SendLog.objects.get_or_create(pk=1)
    backup = transaction.savepoint()
    run()
    transaction.savepoint_rollback(backup)
    assert states() == {"ana": "pending", "ben": "pending"}
    run(lambda: tasks.send_batch(Batch.objects.get().pk))
    digest = Digest.objects.get()
    assert digest.paused_at
    assert digest.pause_text == "The database was restored from a backup."
    assert len(received(server)) == 2


def test_what_was_not_sent_before_the_restore_is_sent_unasked(post, subscribe, run, server, clock):
    """A backup that is newer than the last email holds nothing back, nor does another database."""
    subscribe("ana")
    run()
    PostFactory(parent=post.get_parent(), title="Sun", first_published_at=DUE + DAY / 2)
    clock.shift(DAY)
    backup = transaction.savepoint()
    restored.check(DUE)
    transaction.savepoint_rollback(backup)
    run()
    assert len(received(server)) == 2
    SendLog.objects.all().delete()
    restored.check(DUE)
    assert not SendLog.objects.exclude(unknown={}).exists()


@pytest.mark.parametrize("text", ["", "nonsense", "[]", "null", '{"claims": 1}', '["x", "y", 5]'])
def test_a_copy_that_cannot_be_read_holds_nothing_back(
    post, subscribe, run, server, send_log_file, text
):
    send_log_file.write_text(text)
    subscribe("ana")
    run()
    assert len(received(server)) == 1


def test_a_copy_that_cannot_be_written_stops_nothing(
    post, subscribe, run, server, settings, caplog
):
    settings.NEWSLETTER_SEND_LOG_FILE = settings.NEWSLETTER_SEND_LOG_FILE / "no" / "such"
    subscribe("ana")
    run()
    assert len(received(server)) == 1
    assert "could not be copied" in caplog.text


def test_mark_sent_does_nothing_twice(restore, run, clock):
    restore()
    run()
    digest = Digest.objects.get()
    assert controls.mark_sent(digest, DUE)
    assert not controls.mark_sent(digest, DUE)


def test_editors_are_told_by_email(restore, run, admin_user):
    restore()
    run()
    (alert,) = send_alerts(timezone.now())
    assert alert.to == [admin_user.email]
    assert "On hold: the database was restored from a backup" in alert.body
