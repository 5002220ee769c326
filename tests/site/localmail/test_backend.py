import resource
import signal
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes

import pytest
from django.core.mail import EmailMessage, get_connection, send_mail

from localmail import store


def message(subject="Hello", body="Text", **fields):
    fields = {"from_email": "Gazette <from@example.org>", "to": ["a@example.org"]} | fields
    return EmailMessage(subject, body, **fields)


def only_file(mailbox):
    (path,) = mailbox.iterdir()
    return path


@pytest.fixture
def full_disk():
    """No file may grow beyond 1,000 bytes: the write fails half done, as on a full disk."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    signal.signal(signal.SIGXFSZ, handler)


def test_a_message_is_one_eml_file_in_a_folder_that_is_made_when_needed(mailbox):
    assert send_mail("Hello", "Text", "from@example.org", ["a@example.org"]) == 1

    assert only_file(mailbox).suffix == ".eml"
    assert store.ID.fullmatch(only_file(mailbox).stem)


def test_below_the_envelope_stand_the_bytes_that_would_have_been_sent(mailbox):
    sent = message(body="Grüße\n.\nFrom here", headers={"Message-ID": "<1@x>", "Date": "now"})
    sent.send()

    kept = only_file(mailbox).read_bytes()
    assert kept == (
        b"X-Envelope-From: from@example.org\r\nX-Envelope-To: a@example.org\r\n"
        + sent.message().as_bytes(linesep="\r\n")
    )
    assert kept.count(b"\n") == kept.count(b"\r\n")


def test_the_envelope_names_every_recipient_and_bcc_stands_nowhere_else(mailbox):
    message(to=["Ann <a@example.org>"], cc=["c@example.org"], bcc=["secret@example.org"]).send()

    content = only_file(mailbox).read_bytes()
    assert message_from_bytes(content).get_all("X-Envelope-To") == [
        "a@example.org",
        "c@example.org",
        "secret@example.org",
    ]
    assert content.count(b"secret@example.org") == 1


def test_a_line_break_in_a_recipient_adds_no_header_field(mailbox):
    message(bcc=["b@example.org\r\nX-Forged: yes"]).send()

    kept = message_from_bytes(only_file(mailbox).read_bytes())
    assert "X-Forged" not in kept
    assert kept.get_all("X-Envelope-To")[-1] == "b@example.org"


def test_a_message_without_recipients_is_not_kept(mailbox):
    assert get_connection().send_messages([message(to=[]), message()]) == 1
    assert len(store.message_ids(mailbox)) == 1


def test_ids_sort_in_the_order_of_sending(mailbox):
    get_connection().send_messages([message(f"No. {number}") for number in range(20)])

    kept = store.summaries(mailbox, store.message_ids(mailbox))
    assert [summary.subject for summary in kept] == [f"No. {n}" for n in reversed(range(20))]


def test_threads_writing_at_once_lose_nothing_and_readers_see_whole_messages_only(mailbox):
    def send(writer):
        messages = [message(f"{writer}/{number}", "x" * 20_000 + "END") for number in range(25)]
        return get_connection().send_messages(messages)

    with ThreadPoolExecutor(8) as pool:
        sending = [pool.submit(send, writer) for writer in range(8)]
        while not all(job.done() for job in sending):
            for message_id in store.message_ids(mailbox)[:5]:
                assert store.read_message(mailbox, message_id).text.rstrip().endswith("END")

    assert [job.result() for job in sending] == [25] * 8
    kept = store.summaries(mailbox, store.message_ids(mailbox))
    assert {summary.subject for summary in kept} == {
        f"{writer}/{number}" for writer in range(8) for number in range(25)
    }
    assert all(path.suffix == ".eml" for path in mailbox.iterdir())


def test_a_full_disk_raises_and_leaves_no_half_file(mailbox, full_disk):
    with pytest.raises(OSError, match="too large"):
        message(body="x" * 50_000).send()

    assert list(mailbox.iterdir()) == []


def test_a_folder_that_cannot_be_made_raises(mailbox):
    mailbox.write_text("a file is in the way")

    with pytest.raises(OSError, match="exists"):
        message().send()


def test_failing_silently_counts_only_what_was_kept(mailbox, full_disk):
    connection = get_connection(fail_silently=True)

    assert connection.send_messages([message(body="x" * 50_000), message()]) == 1
    assert len(list(mailbox.iterdir())) == 1
