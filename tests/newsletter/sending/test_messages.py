"""The mails as they come over the wire: their headers, their parts, and hostile words in them."""

import re
from datetime import timedelta
from email.utils import parseaddr
from urllib.parse import urlsplit

import pytest
from django.utils.html import escape
from lxml import html
from wagtail.rich_text import RichText

from newsletter import tasks
from newsletter.digests.rendering import UnfilledSlot, fill
from newsletter.models import Cohort, Delivery, Newsletter
from newsletter.subscribing import links
from tests.factories import AuthorFactory, PostFactory, SubscriberFactory, SubscriptionFactory
from tests.newsletter import counts
from tests.smtp import Received, Stage

from . import DUE, id_of, states, subscription_of

HEBREW = "הַגֶּשֶׁם יָרַד כָּל הַלַּיְלָה"
HOSTILE = [
    "<b>&\"'</b>",
    "]]></mj-text><mj-text>",
    "</title><script>alert(1)</script>",
    "🌧️ Rain & 👩🏽‍🌾",
    HEBREW,
    "{{ greeting }} {% now 'Y' %} %(greeting)s",
    "slot-greeting-0123456789abcdef- slot-leave_url-",
    "a @@ -- = % \\ ' \" , ; :",
]

LINES = "One\r\nBcc: eve@example.com\r\n\r\ntwo"

pytestmark = pytest.mark.django_db


@pytest.fixture
def send_one(newsletter, clock, server):
    """Sends what is due to one reader, and gives the mail."""

    def send_one(name: str = "Ana", email: str = "ana@example.com") -> Received:
        newsletter.save()
        SubscriptionFactory(
            newsletter=newsletter,
            subscriber=SubscriberFactory(email=email, name=name),
            mailed_through=DUE - timedelta(days=1),
        )
        tasks.tick()
        assert set(states().values()) == {"sent"}
        return server.accepted[-1]

    return send_one


def words_of(document: str) -> str:
    """Return what a reader sees of HTML, with single spaces."""
    tree = html.fromstring(document)
    for element in tree.xpath("//style | //title | //comment()"):
        element.drop_tree()
    return " ".join(tree.text_content().split())


def words(text: str) -> str:
    return " ".join(text.split())


class TestHeaders:
    def test_leaving_is_one_click_away_in_mail_programs(self, post, send_one, client):
        mail = send_one()
        (line,) = mail.header_lines("List-Unsubscribe")
        url = re.fullmatch(rb"List-Unsubscribe: <(http://localhost/newsletter/\S+)>", line)[1]
        assert mail.header_lines("List-Unsubscribe-Post") == [
            b"List-Unsubscribe-Post: List-Unsubscribe=One-Click"
        ]
        path = urlsplit(url.decode()).path
        assert client.get(path).status_code == 200
        assert subscription_of("ana").state == "active"
        assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
        assert subscription_of("ana").state == "left"

    @pytest.mark.parametrize(
        "name", ["The Letter", 'Letters, "Notes" & <Asides>', "Über alles", HEBREW]
    )
    def test_the_list_is_named_so_that_mail_programs_find_its_id(
        self, post, newsletter, send_one, name
    ):
        newsletter.name = name
        mail = send_one()
        line = b"".join(mail.header_lines("List-Id"))
        assert line.endswith(b" <letter.news.example.org>")
        assert parseaddr(mail.message["List-Id"]) == (name, "letter.news.example.org")

    def test_the_message_id_is_that_of_the_delivery_at_each_attempt(
        self, plan, server, later, clock
    ):
        plan("ana", "ben")
        server.answer("451 later", at=Stage.END, to="ana@example.com")
        tasks.tick()
        server.mend()
        later()
        first, ben, second = server.offered
        assert first.recipient == second.recipient == "ana@example.com"
        ids = [mail.message["Message-ID"] for mail in (first, ben, second)]
        assert ids[0] == ids[2] == id_of("ana")
        assert ids[1] == id_of("ben") != ids[0]
        assert re.fullmatch(r"<[a-z0-9-]+@news\.example\.org>", ids[0])

    @pytest.mark.parametrize("name", ['Zoë "Z" <Ødegård>, Editor', HEBREW.split()[0]])
    def test_the_sender_is_named_whatever_the_name_holds(self, post, newsletter, send_one, name):
        newsletter.sender_name = name
        newsletter.reply_to = "answers@example.org"
        mail = send_one()
        (sender,) = mail.message["From"].addresses
        assert (sender.display_name, sender.addr_spec) == (name, "letter@news.example.org")
        assert b"".join(mail.header_lines("From")).isascii()
        (answers,) = mail.message["Reply-To"].addresses
        assert answers.addr_spec == "answers@example.org"

    def test_without_an_address_for_answers_they_go_to_the_sender(self, post, send_one):
        assert send_one().message["Reply-To"] is None

    def test_a_sender_may_have_a_domain_beyond_ascii(self, post, newsletter, send_one):
        newsletter.sender_email = "brief@bücher.example"
        newsletter.full_clean()
        mail = send_one()
        (sender,) = mail.message["From"].addresses
        assert sender.addr_spec == "brief@xn--bcher-kva.example"
        assert mail.message["Message-ID"].endswith("@xn--bcher-kva.example>")
        assert b"".join(mail.header_lines("List-Id")).endswith(b".xn--bcher-kva.example>")

    def test_a_reader_may_have_a_domain_beyond_ascii(self, post, send_one):
        mail = send_one(email="ana@bücher.example")
        assert mail.recipient == "ana@xn--bcher-kva.example"

    def test_a_mail_names_its_reader_alone(self, plan, server):
        plan("ana", "ben")
        tasks.tick()
        for mail in server.accepted:
            assert mail.message["To"] == mail.recipient
            assert mail.message["Cc"] is mail.message["Bcc"] is None
        assert b"ben@example.com" not in server.accepted[0].content

    def test_a_mail_has_a_date_and_no_line_too_long_for_smtp(self, post, send_one):
        mail = send_one()
        assert mail.message["Date"].startswith("Mon, 02 Mar 2026 08:02:00")
        assert max(len(line) for line in mail.content.split(b"\r\n")) <= 998


class TestParts:
    def test_a_mail_says_the_same_in_html_and_in_plain_text(self, post, newsletter, send_one):
        newsletter.reason = "You get this because you signed up at the fair."
        mail = send_one()
        assert mail.message.get_content_type() == "multipart/alternative"
        types = [part.get_content_type() for part in mail.message.iter_parts()]
        assert types == ["text/plain", "text/html"]
        for shown in (words(mail.text), words_of(mail.html)):
            assert "Hello Ana," in shown
            assert "Rain" in shown
            assert "What it is about." in shown
            assert "You get this because you signed up at the fair." in shown
            assert "1 Quiet Street" in shown
            assert "Saltmarrow" in shown

    def test_both_parts_link_to_the_post_the_choice_and_the_way_out(self, post, send_one):
        mail = send_one()
        number = subscription_of("ana").pk
        urls = {link for _, _, link, _ in html.fromstring(mail.html).iterlinks()}
        for url in (post.full_url, links.leave_url(number), links.preferences_url(number)):
            assert url in urls
            assert url in mail.text.split()

    def test_each_reader_gets_their_own_links_and_name(self, post, subscribe, server):
        subscribe("ana", "ben")
        tasks.tick()
        one, other = server.accepted
        assert one.message["Subject"] == other.message["Subject"]
        assert links.leave_url(subscription_of("ana").pk) in one.text
        assert links.leave_url(subscription_of("ben").pk) in other.text
        assert links.leave_url(subscription_of("ana").pk) not in other.text + other.html

    def test_no_slot_is_left(self, post, send_one):
        mail = send_one()
        cohort = Cohort.objects.get()
        for slot in ("greeting", "leave_url", "preferences_url"):
            assert f"slot-{slot}" in cohort.html
        assert "slot-" not in mail.text + mail.html + mail.message["Subject"]

    def test_a_slot_without_a_value_is_an_error(self, post, send_one):
        send_one()
        with pytest.raises(UnfilledSlot):
            fill(Cohort.objects.get(), {"greeting": "Hello,", "leave_url": "https://example.org"})

    def test_a_reader_without_a_name_is_greeted(self, post, send_one):
        mail = send_one(name="")
        assert "Hello,\n" in mail.text
        assert "Hello," in words_of(mail.html)

    @pytest.mark.parametrize("form", Newsletter.Form.values)
    def test_the_html_of_ten_long_posts_stays_under_100_kb(
        self, section, newsletter, send_one, form
    ):
        newsletter.post_form = form
        for number in range(10):
            PostFactory(
                parent=section,
                title=f"{number}: {'A long title ' * 10}",
                standfirst="What it is all about, " * 15,
                authors=[AuthorFactory(name=f"A Writer {number}-{n}") for n in range(3)],
                body=[("paragraph", RichText("<p>It rained and rained again.</p>" * 10))] * 5,
                first_published_at=DUE - timedelta(hours=number + 1),
            )
        mail = send_one()
        assert len(mail.html.encode()) < 100_000
        for number in range(10):
            assert f"{number}: A long title" in words_of(mail.html)
        assert links.leave_url(subscription_of("ana").pk) in mail.html


class TestHostileWords:
    def test_readers_names_are_escaped_in_html_and_as_they_are_in_text(
        self, post, newsletter, clock, server
    ):
        for name in HOSTILE:
            SubscriptionFactory(newsletter=newsletter, subscriber=SubscriberFactory(name=name))
        tasks.tick()
        assert set(counts(Delivery.objects.all())) == {"sent"}
        for mail, name in zip(server.accepted, HOSTILE, strict=True):
            greeting = f"Hello {name},"
            assert greeting in mail.text
            assert escape(greeting) in mail.html
            assert greeting in words_of(mail.html)
            assert "<script" not in mail.html

    def test_titles_stay_titles(self, section, send_one, clock):
        for title in [*HOSTILE, LINES]:
            PostFactory(parent=section, title=title, first_published_at=DUE - timedelta(hours=1))
        mail = send_one()
        for title in [*HOSTILE, LINES]:
            assert words(title) in words(mail.text)
            assert words(title) in words_of(mail.html)
        assert "<script" not in mail.html
        assert "<mj-" not in mail.html
        assert words_of(mail.html).count("Hello Ana,") == 1

    @pytest.mark.parametrize("title", [HOSTILE[0], HOSTILE[3], HEBREW, LINES])
    def test_a_title_is_one_line_of_the_subject(self, section, send_one, clock, title):
        PostFactory(parent=section, title=title, first_published_at=DUE - timedelta(hours=1))
        mail = send_one()
        assert mail.message["Subject"].strip() == words(title)
        assert mail.message["Bcc"] is None
        assert mail.message.is_multipart()

    def test_a_title_that_is_very_long_is_shortened_in_the_subject(self, section, send_one, clock):
        PostFactory(parent=section, title="Wörd " * 50, first_published_at=DUE)
        subject = send_one().message["Subject"].strip()
        assert subject.startswith("Wörd Wörd")
        assert len(subject) <= 150
        assert subject.endswith("…")

    def test_the_newsletter_s_own_words_are_escaped(self, post, newsletter, send_one):
        newsletter.name = "<b>&\"'</b> ]]></mj-text>"
        newsletter.reason = " ".join(HOSTILE)
        newsletter.postal_address = "\n".join(HOSTILE)
        mail = send_one()
        for shown in (words(mail.text), words_of(mail.html)):
            assert newsletter.name in shown
            assert words(newsletter.reason) in shown
            assert all(line in shown for line in HOSTILE)
        assert "<script" not in mail.html

    def test_a_body_that_looks_like_a_slot_reaches_readers_as_it_is(
        self, section, newsletter, send_one, clock
    ):
        newsletter.post_form = Newsletter.Form.FULL
        text = "slot-greeting-00ff00ff00ff00ff- and {{ leave_url }}"
        body = [("paragraph", RichText(f"<p>{text}</p>"))]
        PostFactory(parent=section, body=body, first_published_at=DUE - timedelta(hours=1))
        mail = send_one()
        assert text in words(mail.text)
        assert text in words_of(mail.html)
