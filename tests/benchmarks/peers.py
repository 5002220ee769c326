"""What others' code does with the same mails: each peer is a function that returns seconds.

Run as a process of its own (``processes.answer``): it reads a request as JSON from the standard
input, which names the peer and its arguments, and writes the seconds to the standard output.
"""

import json
import smtplib
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.core.mail import EmailMessage

    from newsletter.models import Batch

HOST = "127.0.0.1"
SENDER = "letter@news.example.org"
LIST = 500


def django_loop(
    port: int,
    mails: int,
    subject: str,
    html: str,
    text: str,
    headers: Mapping[str, str],
    slots: Sequence[str],
) -> float:
    """Send as Django's documentation says: lists of messages, through one connection.

    ``slots`` are what stands for a reader's own words in the rest.
    """
    from django.conf import settings
    from django.core.mail import EmailMultiAlternatives
    from django.core.mail.backends.smtp import EmailBackend

    settings.configure(USE_TZ=True)

    def filled(words: str, number: int) -> str:
        for slot in slots:
            words = words.replace(slot, f"https://www.example.org/{number}/{number:064}/")
        return words

    def message(number: int) -> EmailMultiAlternatives:
        own = {name: filled(value, number) for name, value in headers.items()}
        to = [f"reader{number}@example.com"]
        message = EmailMultiAlternatives(subject, filled(text, number), SENDER, to, headers=own)
        message.attach_alternative(filled(html, number), "text/html")
        return message

    began = time.monotonic()
    with EmailBackend(host=HOST, port=port) as connection:
        for first in range(0, mails, LIST):
            numbers = range(first, min(first + LIST, mails))
            connection.send_messages([message(number) for number in numbers])
    return time.monotonic() - began


def stock_smtplib(port: int, mails: int, connections: int, content: str, reader: str) -> float:
    """Send a message that was built before by smtplib, with each reader's address put in."""
    pieces = content.encode("latin-1").split(reader.encode("ascii"))

    def send(first: int) -> None:
        with smtplib.SMTP(HOST, port) as client:
            for number in range(first, mails, connections):
                address = f"reader{number}@example.com"
                client.sendmail(SENDER, [address], address.encode("ascii").join(pieces))

    began = time.monotonic()
    with ThreadPoolExecutor(connections) as threads:
        list(threads.map(send, range(connections)))
    return time.monotonic() - began


def anymail_alone() -> float:
    """Make the calls that the site makes for the batches in the database, ready but for anymail."""
    import django

    django.setup()
    from django.core.mail import get_connection

    from newsletter.models import Batch

    batches = Batch.objects.select_related("cohort__digest__newsletter").order_by("pk")
    seconds = 0.0
    with get_connection() as connection:
        for batch in batches:
            messages = _messages_for(batch)
            began = time.monotonic()
            connection.send_messages(messages)
            seconds += time.monotonic() - began
    return seconds


def _messages_for(batch: "Batch") -> list["EmailMessage"]:
    """Return the messages that the site hands to anymail for a batch, caught on their way."""
    from anymail.exceptions import AnymailCancelSend
    from anymail.signals import pre_send

    from newsletter.sending.outcomes import Recipient
    from newsletter.sending.transports import open_transport

    messages = []

    def catch(message: "EmailMessage", **kwargs: object) -> None:
        messages.append(message)
        raise AnymailCancelSend

    pre_send.connect(catch)
    recipients = [Recipient(*row[:-1]) for row in batch.deliveries.recipients()]
    with open_transport() as transport:
        transport.submit(recipients, batch.cohort)
    pre_send.disconnect(catch)
    return messages


PEERS = {peer.__name__: peer for peer in (django_loop, stock_smtplib, anymail_alone)}


def main() -> None:
    """Answer one request."""
    request = json.load(sys.stdin)
    json.dump(PEERS[request.pop("peer")](**request), sys.stdout)


if __name__ == "__main__":
    main()
