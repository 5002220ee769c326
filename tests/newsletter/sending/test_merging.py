"""A merged mail says what Django's own message says, in bytes that no server has to change."""

import re
import smtplib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
from django.core.mail.message import sanitize_address
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from newsletter import tasks
from newsletter.digests.rendering import SLOTS, UnfilledSlot, render, slot_name
from newsletter.models import Batch, Cohort, Digest, Newsletter
from newsletter.sending import merging
from newsletter.sending.merging import Template, template_of
from newsletter.sending.messages import message_for, slots_for
from newsletter.sending.outcomes import Recipient

from . import states

MARK = "0123456789abcdef"
CREATED_AT = datetime(2026, 3, 2, 8, 1, tzinfo=UTC)
DATE = "Mon, 02 Mar 2026 08:02:00 -0000"
PIECES = [
    *("\n", "\r\n", "\r", ".", "..", "\n.", "\n.\n", " ", "  \n", "\t", "\t\n", "=", "=20", "=\n"),
    *("From ", "\nFrom me", "--", "\n--===============1==", "<b>&\"'</b>", "x" * 70, "x" * 1500),
    *("é" * 40, "הַגֶּשֶׁם", "\u202eabc", "🌧️", "👩🏽‍🌾", "\u2028"),
    *("\x85", "\x0b", "\x0c", "\x1c", "\x7f", "\0"),
    *("slot-greeting-00ff00ff00ff00ff-", "%(greeting)s", "%s", "\\", "[a](b)", "a b. c, d; e: f"),
]
ADDRESSES = [
    *("ana@example.com", "Ana.B+c_d-e@Sub.Example.COM", "o'b|c{}~!#$%&*/=?^`@example.com", "a@b.c"),
    *("ana@bücher.example", "üna@example.com", "ana@例え.テスト", "ana@localhost"),
    *("ana@[192.0.2.1]", '"a b"@example.com', "Ana <ana@example.com>", '"A, B" <ana@example.com>'),
    *("two@@example.com", "a@example.com\nBcc: b@example.com", "a@b.c\r", "a\0@example.com"),
    *("ü@x@y", "<@example.com>", "", "ana", "a b@example.com", ".a@example.com", "a@exa_mple.com"),
    *("ana.@example.com", "a..b@example.com", "ana@.example.com", "ana@example..com"),
    *("ana@example.com.", "ana@-a.com", "a@b.c, d@e.f", "a@b.c (comment)"),
    *(f"ana@{'x' * 64}.com", f"{'x' * 990}@example.com"),
]

characters = st.characters(exclude_categories=["Cs"])
one_line = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=100)
words = st.lists(st.sampled_from(PIECES) | st.text(characters, max_size=30), max_size=12).map(
    "".join
)
contents = st.lists(
    words | st.sampled_from([slot_name(slot, MARK) for slot in SLOTS]), min_size=1, max_size=8
).map("".join)
repeatable = hypothesis_settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def cohort_of(html="<p>Rain</p>", text="Rain", subject="Rain", **newsletter: str) -> Cohort:
    """Return a cohort that is in no database."""
    values = {"name": "The Letter", "slug": "letter", "sender_name": "Editor", **newsletter}
    values.setdefault("sender_email", "letter@news.example.org")
    digest = Digest(newsletter=Newsletter(**values), created_at=CREATED_AT)
    return Cohort(pk=1, digest=digest, subject=subject, html=html, text=text, slot_mark=MARK)


def merged(cohort: Cohort, recipient: Recipient) -> bytes:
    mail = Template(cohort).merge(recipient, slots_for(recipient))
    return b"".join(mail.dated(DATE))


def to(email: str = "ana@example.com", name: str = "Ana") -> Recipient:
    return Recipient(delivery_id=7, subscription_id=9, email=email, name=name)


def headers(content: bytes) -> list[bytes]:
    """Return the header fields but Date and the boundary, folded as they are."""
    head = content.partition(b"\r\n\r\n")[0]
    fields = re.split(rb"\r\n(?![ \t])", head)
    return [re.sub(rb"boundary=.*", b"", field) for field in fields if field[:5] != b"Date:"]


def parts(content: bytes) -> list[tuple[str, str, str]]:
    """Return the type, the character set and the words of each part."""
    message = message_from_bytes(content, policy=policy.default)
    leaves = list(message.iter_parts())
    assert not any(leaf.defects for leaf in (message, *leaves))
    return [
        (leaf.get_content_type(), leaf.get_content_charset(), leaf.get_content()) for leaf in leaves
    ]


def assert_same(cohort: Cohort, recipient: Recipient) -> bytes:
    """Assert that a merged mail says what Django's says; return it."""
    content = merged(cohort, recipient)
    expected = message_for(recipient, cohort).message().as_bytes(linesep="\r\n")
    assert headers(content) == headers(expected)
    assert parts(content) == parts(expected)
    assert message_from_bytes(content)["Date"] == DATE
    return content


def assert_same_address(email: str) -> None:
    """Assert that a mail to an address goes where Django's goes, or cannot be made either."""
    cohort = cohort_of()
    try:
        envelope = smtplib.quoteaddr(sanitize_address(email, "utf-8"))
        message_for(to(email), cohort).message()
    except Exception:
        with pytest.raises(ValueError):
            Template(cohort).merge(to(email), slots_for(to(email)))
    else:
        assert_same(cohort, to(email))
        mail = Template(cohort).merge(to(email), slots_for(to(email)))
        assert mail.recipient == envelope.encode()


def assert_unchangeable(content: bytes) -> None:
    """Assert that nothing in a mail invites a server to change it."""
    assert content.isascii()
    assert content.endswith(b"\r\n")
    lines = content.split(b"\r\n")
    assert not any(b"\r" in line or b"\n" in line for line in lines)
    assert max(len(line) for line in lines) <= 998
    body = content.partition(b"\r\n\r\n")[2].split(b"\r\n")
    assert max(len(line) for line in body) <= 76
    assert not any(line.startswith(b".") or line.endswith((b" ", b"\t")) for line in body)


class TestTheSameAsDjango:
    @repeatable
    @given(html=contents, text=contents, name=words)
    @example(html="", text="", name="")
    @example(html=".", text=".\n.", name=".")
    @example(html=" ", text="\n ", name=" ")
    @example(html=slot_name("greeting", MARK), text=slot_name("greeting", MARK), name='"<Ana>"')
    def test_whatever_the_content_and_the_reader_s_name_hold(self, html, text, name):
        content = assert_same(cohort_of(html=html, text=text), to(name=name))
        assert_unchangeable(content)

    @repeatable
    @given(subject=one_line, sender_name=one_line, name=one_line, reply_to=st.booleans())
    @example(subject="A long subject " * 10, sender_name="E", name="n", reply_to=True)
    @example(subject="Wörd " * 30, sender_name='Zoë "Z" <Ødegård>', name="", reply_to=False)
    def test_whatever_the_headers_hold(self, subject, sender_name, name, reply_to):
        cohort = cohort_of(
            subject=subject,
            sender_name=sender_name,
            name=name,
            reply_to="answers@example.org" if reply_to else "",
        )
        assert_same(cohort, to())

    @pytest.mark.parametrize("email", ADDRESSES)
    def test_addresses_of_every_kind(self, email):
        assert_same_address(email)

    @repeatable
    @given(email=st.emails() | one_line | words)
    def test_whatever_the_reader_s_address(self, email):
        assert_same_address(email)

    def test_a_sender_beyond_ascii_has_an_envelope_in_ascii(self):
        cohort = cohort_of(sender_name="Zoë", sender_email="brief@bücher.example")
        mail = Template(cohort).merge(to(), slots_for(to()))
        assert mail.sender == b"<brief@xn--bcher-kva.example>"
        assert_same(cohort, to())

    def test_links_to_a_site_with_a_name_beyond_ascii(self, settings):
        settings.BASE_URL = "https://bücher.example"
        content = assert_same(cohort_of(text=slot_name("leave_url", MARK)), to())
        assert "https://bücher.example/newsletter/leave/" in parts(content)[0][2]

    def test_a_link_that_is_very_long(self, settings):
        settings.BASE_URL = f"https://{'x' * 1200}.example"
        assert_same(cohort_of(text=slot_name("leave_url", MARK)), to())


class TestSlots:
    def test_a_value_is_escaped_in_html_and_as_it_is_in_text(self):
        slot = slot_name("greeting", MARK)
        content = merged(cohort_of(html=f"<p>{slot}</p>", text=slot), to(name="<Ana> & Co"))
        (_, _, text), (_, _, html) = parts(content)
        assert text == "Hello <Ana> & Co,"
        assert html == "<p>Hello &lt;Ana&gt; &amp; Co,</p>"

    def test_one_template_serves_many_readers(self):
        template = Template(cohort_of(text=slot_name("greeting", MARK)))
        mails = [template.merge(to(name=name), slots_for(to(name=name))) for name in ("Ana", "Ben")]
        assert [parts(b"".join(mail.dated(DATE)))[0][2] for mail in mails] == [
            "Hello Ana,",
            "Hello Ben,",
        ]

    @pytest.mark.parametrize("part", ["html", "text"])
    def test_a_slot_that_nothing_fills_is_an_error(self, part):
        cohort = cohort_of(**{part: f"Dear {slot_name('nickname', MARK)}"})
        with pytest.raises(UnfilledSlot):
            Template(cohort)

    @pytest.mark.django_db
    def test_a_batch_with_such_a_slot_waits_and_says_why(self, plan, server, later):
        plan("ana", "ben")
        cohort = render(Cohort.objects.get())
        text = cohort.text
        cohort.text += slot_name("nickname", cohort.slot_mark)
        cohort.save()
        tasks.tick()
        assert set(states().values()) == {"pending"}
        assert "not filled" in Batch.objects.get().error
        Cohort.objects.update(text=text)
        later()
        assert set(states().values()) == {"sent"}


class TestKeptTemplates:
    def test_a_template_is_built_once_for_the_batches_of_a_cohort(self):
        first = template_of(cohort_of())
        assert template_of(cohort_of()) is first
        with ThreadPoolExecutor(4) as pool:
            assert set(pool.map(lambda _: template_of(cohort_of()), range(8))) == {first}

    @pytest.mark.parametrize(
        "change", [{"sender_name": "Other"}, {"reply_to": "a@example.org"}, {"name": "Other"}]
    )
    def test_it_is_built_anew_when_the_newsletter_s_headers_change(self, change):
        assert template_of(cohort_of(**change)) is not template_of(cohort_of())

    def test_it_is_built_anew_when_the_cohort_was_rendered_anew(self):
        cohort = cohort_of()
        first = template_of(cohort)
        cohort.slot_mark = "fedcba9876543210"
        assert template_of(cohort) is not first

    def test_no_more_are_kept_than_a_few(self):
        first = template_of(cohort_of())
        for number in range(merging.MOST_TEMPLATES):
            template_of(cohort_of(name=f"Letter {number}"))
        assert template_of(cohort_of()) is not first
