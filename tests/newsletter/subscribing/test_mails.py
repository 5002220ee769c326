"""The mails about a subscription: what they say, and to whom."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core import mail

from newsletter import tasks
from newsletter.models import Notice, Subscription
from newsletter.subscribing import confirming, links, notices
from newsletter.subscribing.joining import ask
from tests.factories import NewsletterFactory, SubscriptionFactory

from . import NOW, WISH, notice_for

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_who_asks_gets_a_question_that_a_link_answers(newsletter, do, client):
    do(ask, newsletter, WISH, NOW)
    (message,) = mail.outbox
    assert message.to == ["ana@example.com"]
    assert message.subject == "Please confirm: The Letter"
    assert message.from_email == "The Letter <letter@news.example.org>"
    url = re.search(r"http://localhost/newsletter/confirm/\S+", message.body)[0]
    assert url in message.alternatives[0].content
    assert client.get(urlsplit(url).path).status_code == 200
    assert Subscription.objects.get().state == "pending"
    client.post(urlsplit(url).path)
    assert Subscription.objects.get().state == "active"


def test_who_confirms_is_welcomed(pending, do):
    do(confirming.confirm, pending, "Yes", NOW)
    (message,) = mail.outbox
    assert message.subject == "Welcome to The Letter"
    assert "daily" in message.body
    for way in ("preferences", "leave"):
        link = rf"http://localhost/newsletter/{way}/\S+?(?=[\s\"])"
        assert re.search(link, message.body)[0] in message.alternatives[0].content


def test_who_confirms_twice_is_welcomed_once(pending, do):
    do(confirming.confirm, pending, "Yes", NOW)
    do(confirming.confirm, pending, "Yes", NOW)
    assert len(mail.outbox) == 1


def test_who_asks_again_is_told_of_the_subscription_there_is(newsletter, pending, do):
    Subscription.objects.update(state="active")
    do(ask, newsletter, WISH, NOW)
    (message,) = mail.outbox
    assert message.subject == "You already get The Letter"
    assert "/newsletter/preferences/" in message.body
    assert "/newsletter/confirm/" not in message.body


@pytest.mark.parametrize("kind", Notice.Kind.values)
def test_each_says_who_sends_it_and_that_a_machine_does(newsletter, server, kind):
    newsletter.sender_name, newsletter.reply_to = "Zoë, Editor", "answers@example.org"
    newsletter.save()
    state = "pending" if kind == Notice.Kind.CONFIRM else "active"
    notice = notice_for(SubscriptionFactory(newsletter=newsletter, state=state), kind)
    notices.send(notice.pk, NOW)
    (received,) = server.accepted
    message = received.message
    assert message["From"].addresses[0].display_name == "Zoë, Editor"
    assert message["Reply-To"] == "answers@example.org"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Id"] == "The Letter <letter.news.example.org>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    (line,) = received.header_lines("List-Unsubscribe")
    assert links.leave_url(notice.subscription_id).encode() in line
    assert re.fullmatch(
        rf"<notice-{notice.pk}-[0-9a-f]+@news\.example\.org>", message["Message-ID"]
    )
    for part in (received.text, received.html):
        assert "1 Quiet Street" in part
        assert "{{" not in part


@pytest.mark.parametrize("kind", Notice.Kind.values)
def test_no_name_breaks_them(section, server, kind):
    name = "<b>&\"'</b> ]]></mj-text> 🌧️ הַגֶּשֶׁם"
    newsletter = NewsletterFactory(name=name, section=section)
    state = "pending" if kind == Notice.Kind.CONFIRM else "active"
    notice = notice_for(SubscriptionFactory(newsletter=newsletter, state=state), kind)
    notices.send(notice.pk, NOW)
    (received,) = server.accepted
    assert name in received.message["Subject"]
    assert name in received.text
    assert "<b>&" not in received.html
    assert "<mj-" not in received.html


def test_nothing_else_is_mailed_to_an_address_that_is_not_confirmed(newsletter, do):
    do(ask, newsletter, WISH, NOW)
    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        tasks.tick()
    assert len(mail.outbox) == 1
