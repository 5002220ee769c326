"""Outgoing emails are sent once, or tried again until they are accepted or given up."""

import smtplib
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend

from core.models import OutgoingEmail
from core.outbox import kinds, sending

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

pytestmark = pytest.mark.django_db


def build(email: OutgoingEmail, now: datetime) -> EmailMessage | None:
    if email.data.get("is_solved"):
        return None
    if email.data.get("is_broken"):
        raise ValueError("No such template")
    return EmailMessage("Hello", "Hello", to=[email.recipient])


@pytest.fixture
def kind(monkeypatch) -> kinds.Kind:
    kind = kinds.Kind("test", "Test", build)
    monkeypatch.setitem(kinds._kinds, kind.name, kind)
    return kind


@pytest.fixture
def queue(kind):
    """Queues an email without a worker being told."""

    def queue(name: str = "ana", key: str = "", **data) -> OutgoingEmail:
        return sending.enqueue(kind, f"{name}@example.org", NOW, data=data, key=key)

    return queue


class ServerThatRefusesAna(EmailBackend):
    def send_messages(self, messages):
        if messages[0].to == ["ana@example.org"]:
            raise smtplib.SMTPRecipientsRefused({"ana@example.org": (550, b"No")})
        return super().send_messages(messages)


class ServerThatIsDown(EmailBackend):
    def open(self):
        raise ConnectionRefusedError("Nobody listens.")


def use(settings, backend: type) -> None:
    settings.EMAIL_BACKEND = f"{backend.__module__}.{backend.__name__}"


def states() -> list[str]:
    return list(OutgoingEmail.objects.order_by("pk").values_list("state", flat=True))


def test_it_is_sent_at_once_and_once(queue, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        email = queue()
    sending.send_due(NOW + HOUR)
    assert [message.to for message in mail.outbox] == [["ana@example.org"]]
    email.refresh_from_db()
    assert (email.state, email.subject, email.attempts) == ("sent", "Hello", 1)


def test_of_a_key_one_is_queued_at_a_time(queue):
    assert queue(key="a") == queue(key="a") != queue(key="b")
    sending.send_due(NOW)
    queue(key="a")
    assert states() == ["sent", "sent", "queued"]


def test_what_is_no_longer_needed_is_cancelled(queue):
    queue(is_solved=True)
    sending.send_due(NOW)
    assert states() == ["cancelled"]
    assert not mail.outbox


def test_it_is_tried_again_at_growing_distances_and_given_up_after_days(queue, settings):
    use(settings, ServerThatIsDown)
    email = queue()
    attempts = []
    for minutes in range(3 * 24 * 60 + 60):
        before = email.attempts
        sending.send_due(NOW + minutes * MINUTE)
        email.refresh_from_db()
        if email.attempts > before:
            attempts.append(minutes)
    assert attempts[:7] == [0, 1, 3, 8, 18, 33, 63]
    assert (email.state, email.error_code) == ("failed", "ConnectionRefusedError")
    assert 3 * 24 * 60 < attempts[-1] < 3 * 24 * 60 + 31


def test_a_server_that_is_down_is_asked_once_for_all(queue, settings):
    use(settings, ServerThatIsDown)
    first, second = queue("ana"), queue("ben")
    sending.send_due(NOW)
    first.refresh_from_db(), second.refresh_from_db()
    assert (first.attempts, second.attempts) == (1, 0)


@pytest.mark.parametrize("is_broken", [True, False])
def test_one_that_cannot_be_sent_delays_no_other(queue, settings, is_broken):
    use(settings, ServerThatRefusesAna)
    queue("ana", is_broken=is_broken)
    queue("ben")
    sending.send_due(NOW)
    assert states() == ["queued", "sent"]


def test_one_whose_worker_died_is_sent_by_another(queue):
    email = queue()
    OutgoingEmail.objects.filter(pk=email.pk).update(next_attempt_at=NOW + sending.LEASE)
    sending.send_due(NOW + 4 * MINUTE)
    assert states() == ["queued"]
    sending.send_due(NOW + 5 * MINUTE)
    assert states() == ["sent"]


def test_those_finished_long_ago_are_deleted(queue):
    queue(), queue(is_solved=True)
    sending.send_due(NOW)
    queue()
    sending.prune(NOW + 89 * DAY)
    assert len(states()) == 3
    sending.prune(NOW + 91 * DAY)
    assert states() == ["queued"]


def test_administrators_find_them_in_a_list(queue, admin_client, member_of):
    queue("ana", is_broken=True)
    sending.send_due(NOW)
    answer = admin_client.get("/admin/outgoing-emails/").content.decode()
    assert "ana@example.org" in answer and "No such template" in answer
    pk = OutgoingEmail.objects.get().pk
    assert admin_client.get(f"/admin/outgoing-emails/inspect/{pk}/").status_code == 200
    assert member_of("Editor").get("/admin/outgoing-emails/").status_code == 302
