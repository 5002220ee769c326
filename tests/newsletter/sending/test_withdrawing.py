"""Who leaves gets nothing more, and what is withdrawn is not mailed, from that moment on."""

from datetime import timedelta

import pytest
from django.db import connections
from django.test import Client
from wagtail.models import PageViewRestriction

from newsletter import tasks
from newsletter.models import Batch, ConsentRecord, Delivery, Digest, Subscription
from newsletter.sending import batches
from newsletter.subscribing import changing, links
from tests.factories import PostFactory, SectionFactory
from tests.smtp import Received

from . import DUE, NOW, delivery_to, states, subscription_of

pytestmark = pytest.mark.django_db


class TestLeaving:
    def test_who_leaves_after_the_planning_gets_nothing(self, plan, server):
        digest = plan("ana", "ben", "cleo")
        changing.leave(subscription_of("ben"), ConsentRecord.How.LINK, "Leave", NOW)
        tasks.tick()
        assert states() == {"ana": "sent", "ben": "skipped", "cleo": "sent"}
        assert delivery_to("ben").error == Delivery.SkipReason.UNSUBSCRIBED
        assert server.asked["ben@example.com"] == 0
        digest.refresh_from_db()
        assert digest.state == Digest.State.SENT

    def test_who_leaves_and_asks_again_gets_nothing_before_confirming(self, batch, server):
        Subscription.objects.update(state=Subscription.State.PENDING)
        tasks.tick()
        assert set(states().values()) == {"skipped"}
        assert server.accepted == []

    def test_who_leaves_between_two_attempts_gets_nothing(self, batch, server, later):
        server.answer("451 later", to="ben@example.com")
        tasks.tick()
        changing.leave(subscription_of("ben"), ConsentRecord.How.LINK, "Leave", NOW)
        server.mend()
        later()
        assert states() == {"ana": "sent", "ben": "skipped", "cleo": "sent"}
        assert "ben@example.com" not in server.counts

    @pytest.mark.django_db(transaction=True)
    def test_who_leaves_while_the_batch_is_being_sent_gets_nothing_from_the_next_part_on(
        self, batch, server, settings
    ):
        settings.NEWSLETTER_CHECKPOINT = 1
        leave = links.leave_url(subscription_of("cleo").pk)

        def press(mail: Received) -> None:
            try:
                Client().post(leave, {"List-Unsubscribe": "One-Click"})
            finally:
                connections.close_all()

        server.on_mail = press
        tasks.tick()
        assert states() == {"ana": "sent", "ben": "sent", "cleo": "skipped"}
        assert server.asked["cleo@example.com"] == 0
        assert Batch.objects.get().state == Batch.State.DONE

    def test_nothing_is_sent_where_everyone_has_left(self, batch, server):
        for name in states():
            changing.leave(subscription_of(name), ConsentRecord.How.LINK, "Leave", NOW)
        tasks.tick()
        assert set(states().values()) == {"skipped"}
        assert server.accepted == []
        assert Digest.objects.get().state == Digest.State.SENT


def unpublish(post):
    post.unpublish()


def make_private(post):
    PageViewRestriction.objects.create(page=post, restriction_type=PageViewRestriction.LOGIN)


def withhold(post):
    post.in_digests = False
    post.save()


def delete(post):
    post.delete()


def move_out_of_the_section(post):
    elsewhere = SectionFactory(slug="elsewhere", parent=post.get_parent().get_parent())
    post.move(elsewhere, pos="last-child")


WITHDRAWALS = [unpublish, make_private, withhold, delete, move_out_of_the_section]


class TestWithdrawnPosts:
    @pytest.fixture
    def other(self, section, clock):
        return PostFactory(parent=section, title="Sun", first_published_at=DUE - timedelta(hours=4))

    @pytest.mark.parametrize("withdraw", WITHDRAWALS)
    def test_a_post_that_was_withdrawn_after_the_planning_is_not_mailed(
        self, other, post, plan, server, withdraw
    ):
        plan("ana")
        withdraw(post)
        tasks.tick()
        (mail,) = server.accepted
        assert mail.message["Subject"] == "Sun"
        for part in (mail.text, mail.html):
            assert "Sun" in part
            assert "Rain" not in part

    @pytest.mark.parametrize("withdraw", [unpublish, move_out_of_the_section])
    def test_where_every_post_was_withdrawn_nothing_is_mailed(self, post, plan, server, withdraw):
        digest = plan("ana", "ben")
        withdraw(post)
        tasks.tick()
        assert server.accepted == []
        assert states() == {"ana": "skipped", "ben": "skipped"}
        assert delivery_to("ana").error == Delivery.SkipReason.WITHDRAWN
        digest.refresh_from_db()
        assert digest.state == Digest.State.SENT

    def test_where_the_section_was_made_private_nothing_is_mailed(self, plan, section, server):
        plan("ana")
        make_private(section)
        tasks.tick()
        assert server.accepted == []
        assert states() == {"ana": "skipped"}

    def test_what_was_withdrawn_while_batches_are_being_sent_is_not_in_the_next(
        self, other, post, plan, server, settings
    ):
        settings.NEWSLETTER_BATCH_SIZE = 1
        plan("ana", "ben")
        first, second = Batch.objects.order_by("pk")
        batches.send(first.pk)
        unpublish(post)
        batches.send(second.pk)
        texts = [mail.text for mail in server.accepted]
        assert ["Rain" in text for text in texts] == [True, False]
        assert ["Sun" in text for text in texts] == [True, True]
