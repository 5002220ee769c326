"""Editors are told by email of what needs them, whatever the mail server does."""

import smtplib
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.urls import reverse
from wagtail.users.models import UserProfile

from core import tasks as core_tasks
from core.models import OutgoingEmail
from newsletter import tasks, ticks, watchdog
from newsletter.alerts import Cause, tell_editors
from newsletter.models import Digest, Newsletter
from tests.factories import BatchFactory, CohortFactory, DigestFactory

MAY_DECIDE = ["access_admin", "change_digest"]
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def clock(db):
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def pass_time(clock):
    """Let time pass, with what beat does each minute, or at longer steps."""

    def pass_time(span: timedelta, step: timedelta = MINUTE) -> None:
        for _ in range(span // step):
            clock.shift(step)
            tasks.tick()
            core_tasks.send_outgoing_emails()

    return pass_time


@pytest.fixture
def hold(newsletter):
    """Makes digests that are on hold."""

    def hold(number: int = 1) -> list[Digest]:
        return [
            DigestFactory(newsletter=newsletter, state="held", until=START - n * DAY)
            for n in range(1, number + 1)
        ]

    return hold


@pytest.fixture
def pause(newsletter):
    """Makes a digest that is paused, with emails that wait."""

    def pause(reason: str) -> Digest:
        digest = DigestFactory(newsletter=newsletter, paused_at=START, pause_reason=reason)
        BatchFactory(cohort=CohortFactory(digest=digest), size=5)
        return digest

    return pause


def person(name: str, *codenames: str, **values):
    user = get_user_model().objects.create_user(name, f"{name}@example.org", "secret", **values)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return user


@pytest.fixture(autouse=True)
def editor(db):
    return person("ana", *MAY_DECIDE)


class ServerThatRefusesLogins(EmailBackend):
    """A mail server whose password was changed."""

    def open(self):
        raise smtplib.SMTPAuthenticationError(535, b"5.7.8 Wrong password")


class OtherServer(EmailBackend):
    """A mail server that works, at another address."""

    def __init__(self, host: str, **kwargs):
        super().__init__(**kwargs)
        assert host == "other.example.net"

    def send_messages(self, messages):
        for message in messages:
            message.extra_headers["X-Route"] = "second"
        return super().send_messages(messages)


def break_mail(settings) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.{ServerThatRefusesLogins.__name__}"


def mend_mail(settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def recipients() -> list[str]:
    return sorted(address for message in mail.outbox for address in message.to)


class TestRecipients:
    def test_each_active_user_who_may_decide_gets_one_email(self, hold, pass_time):
        group = Group.objects.create(name="Night shift")
        group.permissions.set(Permission.objects.filter(codename__in=MAY_DECIDE))
        person("bo", *MAY_DECIDE).groups.add(group)
        get_user_model().objects.create_superuser("root", "root@example.org", "secret")
        hold()
        pass_time(5 * MINUTE)
        assert recipients() == ["ana@example.org", "bo@example.org", "root@example.org"]

    def test_other_users_are_not_alerted(self, hold, pass_time):
        person("looker", "access_admin", "view_digest")
        person("outsider", "change_digest")
        person("gone", *MAY_DECIDE, is_active=False)
        get_user_model().objects.create_superuser("nowhere", "", "secret")
        hold()
        pass_time(5 * MINUTE)
        assert recipients() == ["ana@example.org"]

    def test_user_who_may_no_longer_decide_is_not_alerted(self, hold, pass_time, editor):
        hold()
        pass_time(MINUTE)
        editor.user_permissions.clear()
        pass_time(5 * MINUTE)
        assert not mail.outbox
        assert OutgoingEmail.objects.get().state == OutgoingEmail.State.CANCELLED

    def test_without_recipients_an_error_is_logged(self, hold, pass_time, editor, caplog):
        editor.delete()
        hold()
        pass_time(MINUTE)
        assert "Nobody can be alerted" in caplog.text


class TestFrequency:
    def test_many_digests_on_hold_make_one_email(self, hold, pass_time):
        hold(118)
        pass_time(50 * MINUTE, step=10 * MINUTE)
        (message,) = mail.outbox
        assert message.subject == "118 problems need attention"
        assert message.body.count("On hold") == 20
        assert "And 98 more." in message.body

    def test_later_problems_wait_for_the_next_hour(self, hold, pass_time, newsletter):
        hold()
        pass_time(10 * MINUTE)
        DigestFactory(newsletter=newsletter, state="held")
        pass_time(40 * MINUTE, step=10 * MINUTE)
        assert len(mail.outbox) == 1
        pass_time(20 * MINUTE, step=5 * MINUTE)
        assert len(mail.outbox) == 2
        assert mail.outbox[1].subject == "2 problems need attention"

    def test_problem_solved_within_the_hour_is_not_emailed(self, hold, pass_time, newsletter):
        hold()
        pass_time(10 * MINUTE)
        another = DigestFactory(newsletter=newsletter, state="held")
        pass_time(10 * MINUTE)
        Digest.objects.filter(pk=another.pk).update(state="cancelled")
        pass_time(2 * HOUR, step=10 * MINUTE)
        assert len(mail.outbox) == 1

    def test_only_persistent_problems_are_repeated_after_a_day(self, hold, pass_time):
        first, second = hold(2)
        pass_time(23 * HOUR, step=HOUR)
        assert len(mail.outbox) == 1
        Digest.objects.filter(pk=first.pk).update(state="cancelled")
        pass_time(4 * HOUR, step=30 * MINUTE)
        assert len(mail.outbox) == 2
        assert mail.outbox[1].subject == f"Needs attention: {second}"

    def test_finished_problem_is_reported_once(self, newsletter, pass_time):
        digest = DigestFactory(newsletter=newsletter, state="sent", finished_at=START)
        BatchFactory(cohort=CohortFactory(digest=digest), state="done", size=100, failed=60)
        pass_time(3 * DAY, step=4 * HOUR)
        (message,) = mail.outbox
        assert "60 failed and 0 were skipped" in message.body

    def test_each_email_lists_all_persistent_problems(self, hold, pass_time, newsletter):
        hold()
        pass_time(10 * MINUTE)
        DigestFactory(newsletter=newsletter, state="held")
        pass_time(80 * MINUTE, step=10 * MINUTE)
        assert mail.outbox[1].body.count("On hold") == 2


class TestTheMailServer:
    def test_an_alert_is_sent_once_logins_work_again(self, pause, settings, pass_time):
        break_mail(settings)
        pause("535 Wrong password")
        pass_time(80 * HOUR, step=2 * HOUR)
        email = OutgoingEmail.objects.get()
        assert (email.state, email.error_code) == ("queued", "535")
        assert "Wrong password" in email.error
        mend_mail(settings)
        pass_time(HOUR, step=30 * MINUTE)
        (message,) = mail.outbox
        assert "535 Wrong password" in message.body
        email.refresh_from_db()
        assert (email.state, email.error) == ("sent", "")
        assert email.subject == message.subject

    def test_the_second_route_is_used_where_the_first_fails(self, hold, settings, pass_time):
        break_mail(settings)
        backend = f"{__name__}.{OtherServer.__name__}"
        settings.ALERT_EMAIL = {"backend": backend, "host": "other.example.net"}
        hold()
        pass_time(5 * MINUTE)
        (message,) = mail.outbox
        assert message.extra_headers["X-Route"] == "second"

    def test_the_second_route_is_not_used_where_the_first_works(self, hold, settings, pass_time):
        settings.ALERT_EMAIL = {"backend": "no.such.Backend"}
        hold()
        pass_time(5 * MINUTE)
        assert len(mail.outbox) == 1

    def test_problems_solved_during_an_outage_are_not_emailed(self, hold, settings, pass_time):
        break_mail(settings)
        hold()
        pass_time(HOUR, step=10 * MINUTE)
        Digest.objects.update(state="cancelled")
        mend_mail(settings)
        pass_time(HOUR, step=10 * MINUTE)
        assert not mail.outbox


class TestContent:
    def test_the_email_names_the_digest_and_links_to_it_in_both_parts(self, hold, pass_time):
        (digest,) = hold()
        pass_time(5 * MINUTE)
        (message,) = mail.outbox
        assert message.subject == "Needs attention: The Letter, daily, 2026-03-01 09:00"
        url = f"http://localhost{reverse('newsletter_digests:inspect', args=[digest.pk])}"
        assert url in message.body.splitlines()
        assert url in message.alternatives[0][0]
        assert message.extra_headers["Auto-Submitted"] == "auto-generated"

    def test_each_is_addressed_by_name(self, hold, pass_time, editor):
        editor.first_name = "Ana"
        editor.save()
        UserProfile.objects.create(user=editor, preferred_language="en")
        hold()
        pass_time(5 * MINUTE)
        assert "Hello Ana,\n" in mail.outbox[0].body

    def test_server_reply_is_quoted_verbatim(self, pause, pass_time):
        pause("535 password & <key>")
        pass_time(5 * MINUTE)
        assert "535 password & <key>" in mail.outbox[0].body
        assert "535 password &amp; &lt;key&gt;" in mail.outbox[0].alternatives[0][0]

    def test_times_are_those_of_the_newsletters_zone(self, pause, pass_time):
        Newsletter.objects.update(time_zone="America/New_York")
        pause("No")
        pass_time(5 * MINUTE)
        assert "Paused since 2 Mar 2026, 4 a.m. (America/New_York): No" in mail.outbox[0].body


class TestEvents:
    @pytest.fixture
    def tell(self, django_capture_on_commit_callbacks):
        def tell(digest: Digest, cause: Cause) -> None:
            with django_capture_on_commit_callbacks(execute=True):
                tell_editors(digest, cause)
                tell_editors(digest, cause)

        return tell

    def test_event_is_reported_once(self, tell, newsletter, pass_time):
        tell(DigestFactory(newsletter=newsletter, state="sent"), Cause.SKIPPED)
        pass_time(2 * DAY, step=4 * HOUR)
        (message,) = mail.outbox
        assert "Was not sent to some readers: its posts were withdrawn" in message.body

    def test_deleted_digest_raises_nothing(
        self, newsletter, django_capture_on_commit_callbacks, caplog
    ):
        digest = DigestFactory(newsletter=newsletter)
        with django_capture_on_commit_callbacks(execute=True):
            tell_editors(digest, Cause.SKIPPED)
            Digest.objects.all().delete()
        assert "could not be alerted" in caplog.text


class TestTheWatchdog:
    def test_it_alerts_when_ticks_stop(self, clock):
        ticks.record(START)
        clock.shift(10 * MINUTE)
        watchdog.check(START + 10 * MINUTE)
        assert not OutgoingEmail.objects.exists()
        for minutes in (16, 17, 18, 19, 20):
            watchdog.check(START + minutes * MINUTE)
        (message,) = mail.outbox
        assert "the “beat” and “worker”" in message.body

    def test_it_leaves_other_problems_to_the_tick(self, hold, pass_time):
        tasks.tick()
        hold()
        watchdog.check(START + MINUTE)
        assert not OutgoingEmail.objects.exists()
