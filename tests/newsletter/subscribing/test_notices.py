"""Mails about a subscription: sent once, to whom they are still true, and not too many."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone
from kombu.exceptions import OperationalError

from newsletter import tasks
from newsletter.models import ConsentRecord, Notice, Subscription
from newsletter.subscribing import changing, confirming, mails, notices
from newsletter.subscribing.joining import Wish, ask
from tests.factories import SubscriptionFactory
from tests.newsletter.sending import at_once
from tests.smtp import PASSWORD, Stage

from . import NOW, WISH, notice_for

MINUTE = timedelta(minutes=1)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


class TestOvertaken:
    @pytest.mark.parametrize(
        ("kind", "state", "is_sent"),
        [
            ("confirm", "pending", True),
            ("confirm", "active", False),
            ("confirm", "left", False),
            ("already", "active", True),
            ("already", "pending", False),
            ("already", "left", False),
            ("welcome", "active", True),
            ("welcome", "pending", False),
            ("welcome", "left", False),
        ],
    )
    def test_what_is_true_no_more_is_not_sent(self, newsletter, kind, state, is_sent):
        notice = notice_for(SubscriptionFactory(newsletter=newsletter, state=state), kind)
        tasks.tick()
        assert len(mail.outbox) == is_sent
        assert Notice.objects.filter(pk=notice.pk).exists() is is_sent

    def test_who_leaves_before_the_welcome_is_sent_gets_none(self, pending, do, monkeypatch):
        with monkeypatch.context() as patch:
            patch.setattr(tasks.send_notice, "delay", lambda *args: None)
            do(confirming.confirm, pending, "Yes", NOW)
        changing.leave(pending, ConsentRecord.How.LINK, "Leave", NOW)
        tasks.tick()
        assert mail.outbox == []

    def test_what_could_not_be_sent_for_days_is_given_up(self, pending):
        notice = notice_for(pending)
        late = NOW + notices.GIVE_UP_AFTER + timedelta(seconds=1)
        notices.send(notice.pk, late)
        assert mail.outbox == []
        notice.refresh_from_db()
        assert notice.given_up_at == late


class TestTryingAgain:
    def test_it_is_sent_once(self, pending):
        notice = notice_for(pending)
        for _ in range(3):
            notices.send(notice.pk, NOW)
            tasks.tick()
        assert len(mail.outbox) == 1
        notice.refresh_from_db()
        assert notice.sent_at == NOW

    def test_while_the_server_is_down_it_waits_and_a_later_tick_sends_it(
        self, newsletter, do, server, clock
    ):
        server.stop()
        do(ask, newsletter, WISH, NOW)
        notice = Notice.objects.get()
        assert notice.sent_at is None
        assert notice.not_before == NOW + MINUTE
        assert "refused" in notice.error

        server.start()
        tasks.tick()
        assert server.accepted == []
        clock.move_to(notice.not_before)
        tasks.tick()
        tasks.tick()
        assert server.counts == {"ana@example.com": 1}
        notice.refresh_from_db()
        assert notice.sent_at == NOW + MINUTE
        assert notice.error == ""

    @pytest.mark.parametrize(
        ("stage", "answer"),
        [
            (Stage.RECIPIENT, "451 4.7.1 Greylisted"),
            (Stage.END, "421 Bye"),
        ],
    )
    def test_what_the_server_refuses_for_now_is_tried_again(
        self, pending, server, clock, stage, answer
    ):
        server.answer(answer, at=stage)
        notice = notice_for(pending)
        notices.send(notice.pk, NOW)
        notice.refresh_from_db()
        assert answer.rpartition(" ")[2] in notice.error
        server.mend()
        clock.move_to(notice.not_before)
        tasks.tick()
        assert server.counts == {"ana@example.com": 1}

    def test_an_address_that_is_refused_for_a_day_is_given_up_with_the_servers_words(
        self, pending, server, clock
    ):
        server.answer("550 5.1.1 Unknown", at=Stage.RECIPIENT)
        notice = notice_for(pending)
        for hours in range(40):
            clock.move_to(NOW + timedelta(hours=hours))
            tasks.queue_notices()
        notice.refresh_from_db()
        assert NOW + timedelta(hours=20) <= notice.given_up_at <= NOW + timedelta(hours=24)
        assert "Unknown" in notice.error
        assert server.asked["ana@example.com"] == 7

    @pytest.mark.parametrize(
        "answer", ["550 5.1.1 User unknown in relay recipient table", "554 5.7.1 Relay denied"]
    )
    def test_a_relay_that_is_set_up_wrong_for_hours_loses_no_confirmation(
        self, pending, server, clock, answer
    ):
        server.answer(answer, at=Stage.RECIPIENT)
        notice_for(pending)
        for hours in range(10):
            clock.move_to(NOW + timedelta(hours=hours))
            tasks.queue_notices()
        server.mend()
        clock.move_to(NOW + timedelta(hours=13))
        tasks.queue_notices()
        assert server.counts == {"ana@example.com": 1}

    def test_a_login_that_is_refused_for_hours_loses_no_confirmation(
        self, pending, server, clock, settings
    ):
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "site", "old"
        server.refuses_logins = True
        notice_for(pending)
        for minutes in range(0, 600, 20):
            clock.move_to(NOW + timedelta(minutes=minutes))
            tasks.queue_notices()
        server.refuses_logins, settings.EMAIL_HOST_PASSWORD = False, PASSWORD
        clock.move_to(NOW + timedelta(hours=11))
        tasks.queue_notices()
        assert server.counts == {"ana@example.com": 1}

    def test_the_wait_doubles_up_to_an_hour(self, pending, server):
        server.stop()
        notice = notice_for(pending)
        waits = []
        for _ in range(9):
            now = notice.not_before
            notices.send(notice.pk, now)
            notice.refresh_from_db()
            waits.append((notice.not_before - now) / MINUTE)
        assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]

    def test_a_mail_that_cannot_be_made_waits_and_goes_out_once_mended(
        self, pending, monkeypatch, clock
    ):
        notice = notice_for(pending)
        with monkeypatch.context() as patch:
            patch.setattr(mails, "for_notice", _broken)
            tasks.tick()
        notice.refresh_from_db()
        assert "No such template" in notice.error
        clock.move_to(notice.not_before)
        tasks.tick()
        assert len(mail.outbox) == 1

    def test_what_the_broker_lost_is_found_by_a_tick(self, newsletter, do, monkeypatch):
        with monkeypatch.context() as patch:
            patch.setattr(tasks.send_notice, "delay", lambda *args: None)
            do(ask, newsletter, WISH, NOW)
        assert mail.outbox == []
        tasks.tick()
        assert len(mail.outbox) == 1

    def test_a_sign_up_is_taken_down_while_the_broker_is_gone(self, newsletter, do, monkeypatch):
        def gone(*args):
            raise OperationalError("Connection refused")

        with monkeypatch.context() as patch:
            patch.setattr(tasks.send_notice, "delay", gone)
            do(ask, newsletter, WISH, NOW)
        tasks.tick()
        assert len(mail.outbox) == 1


def _broken(*args):
    raise LookupError("No such template")


class TestTwoWorkers:
    @pytest.mark.django_db(transaction=True)
    def test_of_workers_at_once_one_sends_it(self, pending, server):
        notice = notice_for(pending)
        at_once(4, lambda: notices.send(notice.pk, NOW))
        assert server.counts == {"ana@example.com": 1}
        notice.refresh_from_db()
        assert notice.attempts == 1

    def test_what_another_is_sending_is_left_alone_for_the_time_of_a_lease(
        self, pending, monkeypatch, clock
    ):
        notice = notice_for(pending)
        with monkeypatch.context() as patch:
            patch.setattr(mails, "for_notice", _killed)
            with pytest.raises(SystemExit):
                notices.send(notice.pk, NOW)
        tasks.tick()
        assert mail.outbox == []
        clock.move_to(NOW + notices.LEASE)
        tasks.tick()
        assert len(mail.outbox) == 1


def _killed(*args):
    raise SystemExit


class TestHowMany:
    @pytest.fixture
    def ask_each(self, newsletter, do, clock):
        """Asks several times, with some time between."""

        def ask_each(step: timedelta, times: int) -> None:
            for _ in range(times):
                do(ask, newsletter, WISH, timezone.now())
                clock.shift(step)

        return ask_each

    def test_an_address_gets_at_most_three_of_a_kind_in_a_day(self, ask_each):
        ask_each(timedelta(hours=1), 10)
        assert len(mail.outbox) == 3

    def test_that_holds_for_people_who_are_subscribed_too(self, pending, ask_each):
        Subscription.objects.update(state="active")
        ask_each(timedelta(hours=1), 10)
        assert len(mail.outbox) == 3

    def test_however_the_address_is_written(self, newsletter, do):
        for email in ("ana@example.com", "ANA@example.com", "Ana@Example.com", "anA@example.COM"):
            do(ask, newsletter, Wish(email=email, cadence="daily"), NOW)
        assert len(mail.outbox) == 3

    def test_a_day_later_it_may_be_asked_again(self, ask_each, clock):
        ask_each(MINUTE, 4)
        assert len(mail.outbox) == 3
        clock.move_to(NOW + timedelta(days=1))
        ask_each(MINUTE, 1)
        assert len(mail.outbox) == 4

    def test_those_that_wait_count_too(self, newsletter, do, server, clock):
        server.stop()
        for _ in range(5):
            do(ask, newsletter, WISH, NOW)
        server.start()
        clock.shift(timedelta(hours=1))
        tasks.tick()
        assert server.counts == {"ana@example.com": 3}

    def test_one_kind_does_not_count_for_another(self, newsletter, do):
        for _ in range(3):
            do(ask, newsletter, WISH, NOW)
        do(confirming.confirm, Subscription.objects.get(), "Yes", NOW)
        assert [message.subject for message in mail.outbox[3:]] == ["Welcome to The Letter"]
