from datetime import UTC, datetime
from email.message import EmailMessage
from itertools import chain

import pytest
from django.core.mail import EmailMultiAlternatives
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from localmail import store

ONE_CLICK = b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"

header_lines = st.sampled_from(
    [
        b"Subject: =?utf-7?q?+2AA-?=",
        b"Subject: \xff\xfe =?nonsense?x?y?=",
        b"From: <<@@>, ;;\xe4 (",
        b"To: undisclosed:;, \x00 <a@b>",
        b"Date: Mon, 99 Foo 0000 99:99:99 +9999",
        b"Date: Fri, 31 Dec 9999 23:00:00 -0500",
        b"Content-Type: multipart/mixed; boundary=b",
        b"Content-Type: multipart/mixed",
        b"Content-Type: message/rfc822",
        b"Content-Type: message/delivery-status",
        b"Content-Type: text/html; charset=unicode_escape",
        b"Content-Type: text/plain; charset=rot13; name*=utf-8''%ff",
        b"Content-Type: ;;;=",
        b"Content-Transfer-Encoding: base64",
        b"Content-Transfer-Encoding: x-uuencode",
        b"Content-Disposition: attachment; filename*0*=x'y'%; filename=\xe9",
        b"List-Unsubscribe: <https://\xff\x00>",
        b"no colon here",
    ]
)
body_lines = st.sampled_from([b"--b", b"--b--", b"", b"begin 644 x", b"\\ud800", b"=E4=", b"\xe4"])
broken_mail = st.lists(header_lines | body_lines | st.binary(max_size=30), max_size=14).map(
    b"\r\n".join
)


def can_be_sent_to_a_browser(text):
    return not any("\ud800" <= character <= "\udfff" for character in text)


def test_a_folder_that_does_not_exist_is_an_empty_mailbox(mailbox):
    assert store.message_ids(mailbox) == []
    assert store.delete_all(mailbox) == 0


def test_other_files_in_the_folder_are_not_messages(mailbox, keep):
    message_id = keep(b"Subject: Hello\r\n\r\n")
    (mailbox / "notes.eml").write_bytes(b"Subject: Notes\r\n\r\n")
    (mailbox / f".{message_id}.unfinished").write_bytes(b"Subj")

    assert store.message_ids(mailbox) == [message_id]


def test_a_message_sent_by_django_reads_back_as_it_was_meant(mailbox):
    mail = EmailMultiAlternatives(
        "Grüße – ✓",
        "Text: ä\nhttps://example.org/",
        "Zoë <zoe@example.org>",
        ["Ünal <u@example.org>"],
        bcc=["b@example.org"],
        headers={"Date": "Tue, 03 Feb 2026 09:30:00 +0100", "X-Word": "naïve"},
    )
    mail.attach_alternative("<p>HTML: ä</p>", "text/html")
    mail.attach("März.csv", "a,b", "text/csv")
    mail.send()

    (message_id,) = store.message_ids(mailbox)
    message = store.read_message(mailbox, message_id)
    assert message.subject == "Grüße – ✓"
    assert message.sender == "Zoë <zoe@example.org>"
    assert message.to == "Ünal <u@example.org>"
    assert message.envelope_to == ("u@example.org", "b@example.org")
    assert message.date == datetime(2026, 2, 3, 8, 30, tzinfo=UTC)
    assert message.text == "Text: ä\nhttps://example.org/"
    assert message.html == "<p>HTML: ä</p>"
    assert ("X-Word", "naïve") in message.headers
    assert message.source.startswith("X-Envelope-From: zoe@example.org\nX-Envelope-To:")
    assert message.size == (mailbox / f"{message_id}.eml").stat().st_size
    (attachment,) = message.attachments
    assert (attachment.name, attachment.content_type, attachment.size) == (
        "März.csv",
        "text/csv",
        3,
    )


def test_headers_keep_their_order_and_their_repetitions(mailbox, keep):
    message = store.read_message(
        mailbox, keep(b"Received: one\r\nSubject: s\r\nReceived: two\r\n\tlines\r\n\r\n")
    )

    assert message.headers == (("Received", "one"), ("Subject", "s"), ("Received", "two\tlines"))


def test_an_attached_message_is_an_attachment_and_not_the_text(mailbox, keep):
    inner = EmailMessage()
    inner.set_content("inner text")
    outer = EmailMessage()
    outer["Subject"] = "Fwd"
    outer.set_content("outer text")
    outer.add_attachment(inner)
    outer.add_attachment("second text", filename="notes.txt")

    message = store.read_message(mailbox, keep(outer.as_bytes()))
    assert message.text == "outer text\n"
    assert [(a.name, a.content_type) for a in message.attachments] == [
        ("", "message/rfc822"),
        ("notes.txt", "text/plain"),
    ]
    assert message.attachments[0].size == len(inner.as_bytes())


@pytest.mark.parametrize(
    ("charset", "content", "text"),
    [
        (b"iso-8859-1", b"Gr\xfc\xdfe", "Grüße"),
        (b"windows-1252", b"\x93quoted\x94", "“quoted”"),
        (b"shift_jis", "日本".encode("shift_jis"), "日本"),
        (b"utf-8", b"Gr\xfc\xdfe", "Gr��e"),
        (b"no-such-charset", "Grüße".encode(), "Grüße"),
        (b"unicode_escape", b"\\ud800", "?"),
        (b"rot13", b"plain", "plain"),
    ],
)
def test_text_is_decoded_by_its_charset_and_shown_all_the_same_when_that_fails(
    mailbox, keep, charset, content, text
):
    head = b"Content-Type: text/plain; charset=" + charset
    message = store.read_message(mailbox, keep(head + b"\r\n\r\n" + content))

    assert message.text == text


def test_raw_utf8_in_a_header_is_shown_and_other_bytes_are_marked(mailbox, keep):
    message_id = keep("Subject: Grüße\r\nFrom: ".encode() + b"J\xf6rg <j@example.org>\r\n\r\n")

    summary = store.read_summary(mailbox, message_id)
    assert summary.subject == "Grüße"
    assert "j@example.org" in summary.sender
    assert "�" in summary.sender


def test_a_multipart_message_without_parts_shows_its_body_as_text(mailbox, keep):
    message_id = keep(b"Content-Type: multipart/mixed; boundary=x\r\n\r\nno boundary at all")

    assert store.read_message(mailbox, message_id).text == "no boundary at all"


@pytest.mark.parametrize("date", [b"", b"Date: soon\r\n", b"Date: 31 Dec 9999 23:00 -0500\r\n"])
def test_without_a_date_that_can_be_read_the_time_of_keeping_counts(mailbox, keep, date):
    before = datetime.now(UTC)
    summary = store.read_summary(mailbox, keep(date + b"Subject: s\r\n\r\n"))

    assert abs(summary.date - before).total_seconds() < 60


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(content=broken_mail)
def test_no_message_is_too_broken_to_be_shown(mailbox, keep, content):
    message_id = keep(content)

    summary = store.read_summary(mailbox, message_id)
    message = store.read_message(mailbox, message_id)
    texts = [message.subject, message.sender, message.to, message.source, summary.subject]
    texts += [*chain(*message.headers), *(attachment.name for attachment in message.attachments)]
    texts += [message.text or "", message.html or ""]
    assert all(map(can_be_sent_to_a_browser, texts))
    assert message.size == len(content)


@pytest.mark.parametrize(
    "message_id",
    ["../secret", "secret", "", "..", "/etc/passwd", "20260101T000000000000Z-00000000\n"],
)
def test_what_is_no_id_reads_nothing(mailbox, message_id):
    mailbox.mkdir()
    (mailbox.parent / "secret.eml").write_bytes(b"Subject: Secret\r\n\r\n")
    (mailbox / "secret.eml").write_bytes(b"Subject: Secret\r\n\r\n")

    with pytest.raises(store.MessageNotFound):
        store.read_message(mailbox, message_id)


def test_a_message_deleted_meanwhile_is_left_out(mailbox, keep):
    ids = [keep(b"Subject: one\r\n\r\n"), keep(b"Subject: two\r\n\r\n")]
    (mailbox / f"{ids[0]}.eml").unlink()

    assert [summary.subject for summary in store.summaries(mailbox, ids)] == ["two"]


def test_search_finds_substrings_of_subject_and_recipients_in_any_case(mailbox, keep):
    in_subject = keep(b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\r\nword")
    in_to = keep(b"Subject: x\r\nTo: Max GR\xc3\x9cSSER <m@example.org>\r\n\r\n")
    in_envelope = keep("X-Envelope-To: grüss@example.org\r\nSubject: x\r\n\r\n".encode())
    keep("Subject: x\r\n\r\nGrüße in the body".encode())

    assert store.search(mailbox, "GRÜSS") == [in_envelope, in_to, in_subject]


def test_delete_all_deletes_the_messages_and_nothing_else(mailbox, keep):
    keep(b"Subject: one\r\n\r\n")
    (mailbox / "notes.txt").write_text("mine")

    assert store.delete_all(mailbox) == 1
    assert [path.name for path in mailbox.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize(
    ("fields", "url"),
    [
        (ONE_CLICK + b"List-Unsubscribe: <mailto:l@x>,\r\n <https://x/?t=1>\r\n", "https://x/?t=1"),
        (ONE_CLICK + b"List-Unsubscribe: <http://x/\r\n 2>\r\n", "http://x/2"),
        (ONE_CLICK + b"List-Unsubscribe: <mailto:l@x>\r\n", None),
        (ONE_CLICK + b"List-Unsubscribe: <javascript:alert(1)>\r\n", None),
        (ONE_CLICK + b"List-Unsubscribe: =?utf-8?q?=3Chttps=3A//x/=3E?=\r\n", None),
        (ONE_CLICK, None),
        (b"List-Unsubscribe: <https://x/>\r\n", None),
        (b"List-Unsubscribe: <https://x/>\r\nList-Unsubscribe-Post: yes\r\n", None),
    ],
)
def test_one_click_is_offered_where_both_fields_allow_it(mailbox, keep, fields, url):
    assert store.read_message(mailbox, keep(fields + b"\r\n")).one_click_url == url
