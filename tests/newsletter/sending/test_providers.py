"""Sending in few calls of a provider that merges: what readers get, and what goes wrong."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.mail import get_connection
from lxml import html
from wagtail.rich_text import RichText

from newsletter import tasks
from newsletter.digests import rendering
from newsletter.models import Batch, Cohort, Delivery, Digest, Newsletter
from newsletter.sending import providers, transports
from newsletter.sending.messages import message_for, message_id, reference
from newsletter.sending.outcomes import Recipient
from tests.factories import PostFactory, SubscriberFactory, SubscriptionFactory
from tests.newsletter import counts
from tests.provider import Provider
from tests.provider_calls import CALLS, Received

from . import DUE, addresses, delivery_to, states

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:django-anymail has dropped official support for SendGrid"),
]

NAMES = list(CALLS)
HOSTILE = [
    "<b>&\"'</b>",
    "</title><script>alert(1)</script>",
    "{{ x }} {{{leave_url}}} {% now 'Y' %} {# no #} }}",
    "{{params.leave_url}} {{var:leave_url}} [[var:leave_url]]",
    "%recipient.leave_url% %recipient_email% %unsubscribe_url%",
    "slot-leave_url-0123456789abcdef- \\ % 🌧️",
    "",
]
CODE = "{{ greeting }} {{{leave_url}}} {% now 'Y' %} {# no #} a{b{c}}} [[var:x]] %recipient.x%"
EACH_ONCE = {"ana@example.com": 1, "ben@example.com": 1, "cleo@example.com": 1}


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider() as provider:
        yield provider


@pytest.fixture(autouse=True)
def hooked(monkeypatch):
    """Gives batches the way to the provider."""

    @contextmanager
    def open_transport() -> Iterator[transports.Transport]:
        yield providers.provider_of(get_connection())

    monkeypatch.setattr(transports, "open_transport", open_transport)


@pytest.fixture(params=NAMES)
def name(request, provider, settings) -> str:
    """Each provider in turn, to which the site's mail goes."""
    provider.receive_mail_of(settings, request.param)
    return request.param


@pytest.fixture
def mailgun(provider, settings) -> None:
    """Has the site's mail go to a provider that refuses a call as a whole."""
    provider.receive_mail_of(settings, "mailgun")


@pytest.fixture
def subscribe_named(newsletter, clock) -> Callable[..., None]:
    """Subscribes a reader for each name."""

    def subscribe_named(*names: str) -> None:
        for name in names:
            SubscriptionFactory(
                newsletter=newsletter,
                subscriber=SubscriberFactory(name=name),
                mailed_through=DUE - timedelta(days=1),
            )

    return subscribe_named


def due_to_each() -> dict[str, tuple[Delivery, object]]:
    """Return each delivery, and the ordinary message of it, by the reader's address."""
    due = {}
    for delivery in Delivery.objects.select_related("subscription__subscriber", "batch__cohort"):
        reader = delivery.subscription.subscriber
        recipient = Recipient(delivery.pk, delivery.subscription_id, reader.email, reader.name)
        due[reader.email] = (delivery, message_for(recipient, delivery.batch.cohort))
    return due


def assert_each_got_their_mail(accepted: list[Received], name: str) -> None:
    """Assert that readers got what ordinary messages would have been, each their own alone."""
    due = due_to_each()
    assert {mail.recipient for mail in accepted} == due.keys()
    assert len(accepted) == len(due)
    for mail in accepted:
        _delivery, message = due[mail.recipient]
        assert mail.seen == [mail.recipient]
        assert mail.subject == message.subject
        assert mail.text == message.body
        assert mail.html == message.alternatives[0].content
        headers = {key.lower(): value for key, value in mail.headers.items()}
        assert headers["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
        if name != "sparkpost":
            assert headers["list-unsubscribe"] == message.extra_headers["List-Unsubscribe"]
        if name != "mailjet":
            assert headers["list-id"] == message.extra_headers["List-Id"]


class TestMerging:
    def test_each_reader_gets_their_own_mail_of_one_call(self, plan, provider, name):
        digest = plan("ana", "ben", "cleo")
        tasks.tick()
        assert provider.sizes == [3]
        assert_each_got_their_mail(provider.accepted, name)
        assert states() == {"ana": "sent", "ben": "sent", "cleo": "sent"}
        digest.refresh_from_db()
        assert digest.state == Digest.State.SENT

    def test_a_reader_alone_gets_the_same(self, plan, provider, name):
        plan("ana")
        tasks.tick()
        assert provider.sizes == [1]
        assert_each_got_their_mail(provider.accepted, name)

    @pytest.mark.parametrize("readers", [["ana"], ["ana", "ben"]])
    def test_events_can_tell_which_delivery_a_mail_is(self, plan, provider, name, readers):
        plan(*readers)
        tasks.tick()
        due = due_to_each()
        for mail in provider.accepted:
            delivery = due[mail.recipient][0]
            assert mail.metadata["delivery"] == reference(delivery.pk, delivery.digest)

    @pytest.mark.parametrize("name", ["sendgrid", "postmark"], indirect=True)
    def test_the_message_id_is_that_of_the_delivery_where_the_provider_keeps_it(
        self, plan, provider, name
    ):
        plan("ana", "ben")
        tasks.tick()
        for mail in provider.accepted:
            delivery = due_to_each()[mail.recipient][0]
            assert mail.headers["Message-ID"] == message_id(delivery.pk, delivery.digest)

    def test_readers_names_are_escaped_in_html_and_as_they_are_in_text(
        self, post, provider, name, subscribe_named
    ):
        subscribe_named(*HOSTILE)
        tasks.tick()
        assert counts(Delivery.objects.all()) == {"sent": len(HOSTILE)}
        assert_each_got_their_mail(provider.accepted, name)
        for mail in provider.accepted:
            assert "<script" not in mail.html
        shown = {html.fromstring(mail.html).text_content() for mail in provider.accepted}
        for greeting in HOSTILE[:-1]:
            assert any(f"Hello {greeting}," in words for words in shown)

    def test_a_post_about_templates_reaches_readers_as_it_is(
        self, section, newsletter, provider, name, subscribe
    ):
        newsletter.post_form = Newsletter.Form.FULL
        newsletter.save()
        body = [("paragraph", RichText(f"<p>{CODE}</p>"))]
        first = DUE - timedelta(hours=1)
        PostFactory(parent=section, title=CODE, body=body, first_published_at=first)
        subscribe("ana", "ben")
        tasks.tick()
        assert states() == {"ana": "sent", "ben": "sent"}
        assert CODE in " ".join(provider.accepted[0].text.split())
        assert CODE in html.fromstring(provider.accepted[0].html).text_content()
        assert_each_got_their_mail(provider.accepted, name)

    def test_answers_go_where_ordinary_messages_say(self, plan, newsletter, provider, mailgun):
        newsletter.reply_to = "answers@example.org"
        newsletter.save()
        plan("ana")
        tasks.tick()
        assert provider.accepted[0].headers["Reply-To"] == "answers@example.org"

    def test_a_call_names_no_more_readers_than_the_provider_takes(self, plan, provider, settings):
        provider.receive_mail_of(settings, "mailjet")
        plan(*addresses(60))
        tasks.tick()
        assert provider.sizes == [50, 10]
        assert counts(Delivery.objects.all()) == {"sent": 60}

    def test_content_with_a_slot_that_nothing_fills_is_not_sent(self, plan, provider, name):
        plan("ana", "ben")
        batch = Batch.objects.get()
        cohort = rendering.render(batch.cohort)
        Cohort.objects.filter(pk=cohort.pk).update(html=f"slot-shoe_size-{cohort.slot_mark}-")
        tasks.tick()
        assert states() == {"ana": "failed", "ben": "failed"}
        assert "not filled" in delivery_to("ana").error
        assert provider.sizes == []


class TestAddresses:
    @pytest.mark.parametrize(
        ("address", "written"),
        [
            ("Ana.O'Hara+news@Example.COM", "Ana.O'Hara+news@example.com"),
            ('"ana b"@example.com', '"ana b"@example.com'),
            ("ana@bücher.example", "ana@xn--bcher-kva.example"),
            ("ana@BÜCHER.example", "ana@xn--bcher-kva.example"),
        ],
    )
    def test_an_odd_address_gets_its_mail(self, plan, provider, name, address, written):
        plan(address, "ben")
        tasks.tick()
        assert list(states().values()) == ["sent", "sent"]
        mails = {mail.recipient: mail for mail in provider.accepted}
        assert mails.keys() == {written, "ben@example.com"}
        assert mails[written].seen == [written]
        assert due_to_each()[written][1].body == mails[written].text

    @pytest.mark.parametrize(
        "address",
        [
            "two@@example.com",
            "a@example.com\nBcc: b@example.com",
            "a@example.com, b@example.com",
            "Eve <eve@example.com>",
            "ü@x@y",
            "<@example.com>",
            f"eve@{'ü' * 70}.example",
        ],
    )
    def test_an_address_that_no_mail_can_have_fails_alone_before_the_call(
        self, plan, provider, mailgun, address
    ):
        plan("ana", "cleo", address)
        tasks.tick()
        assert list(states().values()) == ["sent", "sent", "failed"]
        assert "could not be made" in Delivery.objects.get(state="failed").error
        assert provider.sizes == [2]
        assert provider.counts == {"ana@example.com": 1, "cleo@example.com": 1}
