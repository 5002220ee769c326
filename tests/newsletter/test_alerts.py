"""Editors are told by mail of a digest that needs them."""

import smtplib
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core import mail
from django.core.cache import cache
from django.core.mail.backends.locmem import EmailBackend
from django.urls import reverse
from django.utils import timezone
from wagtail.users.models import UserProfile

from newsletter.alerts import Cause, tell_editors, tell_of_what_waits
from newsletter.models import Digest, Newsletter
from tests.factories import BatchFactory, CohortFactory, DigestFactory

MAY_DECIDE = ["access_admin", "change_digest"]
NOW = timezone.now()


@pytest.fixture(autouse=True)
def at_once(django_capture_on_commit_callbacks):
    """What waits for the end of a transaction is done at the end of the block."""
    return django_capture_on_commit_callbacks


@pytest.fixture
def digest(newsletter):
    return DigestFactory(newsletter=newsletter, until=datetime(2026, 3, 2, 8, tzinfo=UTC))


@pytest.fixture
def tell(at_once, digest):
    """Tell the editors of the digest."""

    def now(cause: Cause) -> None:
        with at_once(execute=True):
            tell_editors(digest, cause)

    return now


@pytest.fixture
def look_round(at_once):
    """Do what the tick does."""

    def now(moment: datetime = NOW) -> None:
        with at_once(execute=True):
            tell_of_what_waits(moment)

    return now


def person(name: str, *codenames: str, **values):
    user = get_user_model().objects.create_user(name, f"{name}@example.org", "secret", **values)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return user


@pytest.fixture
def editor(db):
    return person("ana", *MAY_DECIDE)


class ServerThatIsDown(EmailBackend):
    """A mail server that cannot be reached."""

    def open(self):
        raise ConnectionRefusedError("Nobody listens.")


class ServerThatRefusesAna(EmailBackend):
    """A mail server that takes mail to everybody but ana."""

    def send_messages(self, messages):
        for message in messages:
            if message.to == ["ana@example.org"]:
                raise smtplib.SMTPRecipientsRefused({"ana@example.org": (550, b"No")})
        return super().send_messages(messages)


def use(settings, backend: type) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.{backend.__name__}"


def recipients() -> set[str]:
    return {address for message in mail.outbox for address in message.to}


def test_a_mail_goes_to_each_who_may_decide_and_log_in(tell, editor):
    group = Group.objects.create(name="Readers' friends")
    group.permissions.set(Permission.objects.filter(codename__in=MAY_DECIDE))
    person("bo").groups.add(group)
    get_user_model().objects.create_superuser("root", "root@example.org", "secret")
    tell(Cause.HELD)
    assert recipients() == {"ana@example.org", "bo@example.org", "root@example.org"}
    assert all(len(message.to) == 1 for message in mail.outbox)


def test_others_are_not_told(tell, editor):
    person("looker", "access_admin", "view_digest")
    person("outsider", "change_digest")
    person("gone", *MAY_DECIDE, is_active=False)
    get_user_model().objects.create_superuser("nowhere", "", "secret")
    tell(Cause.HELD)
    assert recipients() == {"ana@example.org"}


def test_who_has_the_permission_twice_is_told_once(tell, editor):
    for name in ("Readers' friends", "Night shift"):
        group = Group.objects.create(name=name)
        group.permissions.set(Permission.objects.filter(codename__in=MAY_DECIDE))
        editor.groups.add(group)
    tell(Cause.HELD)
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    ("cause", "subject", "words"),
    [
        (Cause.HELD, "is late and waits for you", "It was due at 2 Mar 2026, 8 a.m. (UTC)"),
        (Cause.CREDENTIALS, "does not let the site in", "535 Wrong password & <key>"),
        (Cause.RATES, "came back or were called spam", "535 Wrong password & <key>"),
        (Cause.IN_DOUBT, "may not have been sent", "1,234 mails were handed to the mail server"),
    ],
)
def test_the_mail_says_what_is_the_matter_and_where_to_decide(
    tell, editor, digest, cause, subject, words
):
    BatchFactory(cohort=CohortFactory(digest=digest), size=2000, in_doubt=1234)
    Digest.objects.update(pause_reason="535 Wrong password & <key>")
    tell(cause)
    (message,) = mail.outbox
    assert message.subject.startswith("The Letter, daily, 2026-03-02 08:00 ")
    assert message.subject.endswith(subject)
    assert words in message.body
    url = f"http://localhost{reverse('newsletter_digests:inspect', args=[digest.pk])}"
    assert url in message.body.splitlines()
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"


def test_times_are_those_of_the_newsletters_zone(tell, editor):
    Newsletter.objects.update(time_zone="America/New_York")
    tell(Cause.HELD)
    assert "It was due at 2 Mar 2026, 3 a.m. (America/New_York)" in mail.outbox[0].body


def test_each_is_addressed_by_name(tell, editor):
    editor.first_name = "Ana"
    editor.save()
    UserProfile.objects.create(user=editor, preferred_language="en")
    tell(Cause.HELD)
    assert mail.outbox[0].body.startswith("Hello Ana,\n")


def test_of_each_cause_the_editors_are_told_once(tell, editor):
    for cause in (Cause.HELD, Cause.HELD, Cause.IN_DOUBT, Cause.HELD, Cause.IN_DOUBT):
        tell(cause)
    assert len(mail.outbox) == 2


def test_another_digest_is_told_of_by_itself(tell, at_once, editor, newsletter):
    tell(Cause.HELD)
    with at_once(execute=True):
        tell_editors(DigestFactory(newsletter=newsletter), Cause.HELD)
    assert len(mail.outbox) == 2


def test_a_mail_server_that_is_down_stops_nothing_and_is_logged(tell, editor, settings, caplog):
    use(settings, ServerThatIsDown)
    tell(Cause.HELD)
    assert "No editor was told" in caplog.text


def test_who_could_not_be_told_is_told_later(tell, editor, settings, caplog):
    use(settings, ServerThatIsDown)
    tell(Cause.HELD)
    use(settings, EmailBackend)
    tell(Cause.HELD)
    assert not mail.outbox
    cache.clear()
    tell(Cause.HELD)
    assert recipients() == {"ana@example.org"}


def test_an_address_that_is_refused_costs_the_others_nothing(tell, editor, settings, caplog):
    person("bo", *MAY_DECIDE)
    use(settings, ServerThatRefusesAna)
    tell(Cause.HELD)
    tell(Cause.HELD)
    assert recipients() == {"bo@example.org"}
    assert len(mail.outbox) == 1
    assert "could not be told" in caplog.text


def test_where_there_is_no_editor_it_is_logged_once(tell, digest, caplog):
    tell(Cause.HELD)
    tell(Cause.HELD)
    assert caplog.text.count("There is no editor to be told") == 1


def test_a_digest_that_is_gone_stops_nothing(tell, editor, digest, caplog):
    Digest.objects.all().delete()
    tell(Cause.HELD)
    assert not mail.outbox
    assert "could not be told" in caplog.text


def test_nothing_is_told_of_what_is_rolled_back(at_once, editor, digest):
    with at_once(execute=False) as waiting:
        tell_editors(digest, Cause.HELD)
    assert len(waiting) == 1
    assert not mail.outbox


def test_the_tick_tells_of_digests_that_are_held(look_round, editor, digest):
    look_round()
    assert not mail.outbox
    Digest.objects.update(state="held")
    look_round()
    look_round()
    (message,) = mail.outbox
    assert message.subject.endswith("is late and waits for you")


def test_the_tick_tells_of_doubts_that_nothing_has_settled_for_a_while(look_round, editor, digest):
    BatchFactory(cohort=CohortFactory(digest=digest), size=5, in_doubt=1, not_before=NOW)
    look_round(NOW + timedelta(minutes=29))
    assert not mail.outbox
    look_round(NOW + timedelta(minutes=31))
    look_round(NOW + timedelta(minutes=32))
    (message,) = mail.outbox
    assert "1 mail was handed to the mail server" in message.body
