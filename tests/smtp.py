"""A mail server for tests: it does as it is told, and keeps what it accepted."""

import asyncio
import logging
import socket
import ssl
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from enum import Enum, auto
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

logging.getLogger("mail.log").setLevel(logging.WARNING)

HOST = "127.0.0.1"
PASSWORD = "the right one"


class Stage(Enum):
    """How far the handing over of a mail has come."""

    SENDER = auto()
    RECIPIENT = auto()
    CONTENT = auto()  # The server has said that it is ready, and reads none of it.
    END = auto()  # It has taken the whole mail, and not answered yet.


class Deed(Enum):
    """What the server does instead of answering."""

    CUT = auto()
    HANG = auto()


@dataclass(frozen=True)
class Fault:
    """What goes wrong: at which stage, and with which mails."""

    stage: Stage
    answer: str | Deed
    to: str | None
    number: int | None

    def meets(self, stage: Stage, to: str, number: int) -> bool:
        """Return whether it is this mail's, at this stage."""
        return self.stage is stage and self.to in (None, to) and self.number in (None, number)


@dataclass(frozen=True)
class Received:
    """A mail as it came over the wire."""

    recipient: str
    content: bytes

    @property
    def message(self) -> EmailMessage:
        """The mail, parsed."""
        return message_from_bytes(self.content, policy=policy.default)

    @property
    def text(self) -> str:
        """Its plain-text part, with line ends as Python has them."""
        return self.message.get_body(("plain",)).get_content().replace("\r\n", "\n")

    @property
    def html(self) -> str:
        """Its HTML part."""
        return self.message.get_body(("html",)).get_content()

    def header_lines(self, name: str) -> list[bytes]:
        """Return the lines of a header as they came, folded ones as several."""
        lines = self.content.partition(b"\r\n\r\n")[0].split(b"\r\n")
        prefix = f"{name}:".encode()
        start = next(number for number, line in enumerate(lines) if line.startswith(prefix))
        end = start + 1
        while end < len(lines) and lines[end][:1] in (b" ", b"\t"):
            end += 1
        return lines[start:end]


class MailServer:
    """Listens at a free port of this machine while it is entered as a context."""

    def __init__(self) -> None:
        self.port = 0
        self.offers_pipelining = True  # RFC 2920.
        self.awaits_content_for_nobody = False  # After a refusal, as section 3.1 of it allows.
        self.refuses_logins = False
        self.mails_a_session = 0  # It takes so many, and then says ``words_when_full``.
        self.words_when_full: str | Deed = "421 4.7.0 Too many messages in this session"
        self.tls: ssl.SSLContext | None = None  # With it, STARTTLS must come before all else.
        self.greeted = 0  # How often somebody came.
        self.asked: Counter[str] = Counter()  # How often each recipient was named.
        self.offered: list[Received] = []  # Every mail that came whole, accepted or not.
        self.accepted: list[Received] = []  # With those whose sender was never told.
        self.on_mail: Callable[[Received], None] | None = None  # Called before the answer.
        self._faults: list[Fault] = []
        self._mails = 0
        self._controller: _Controller | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        if self._controller:
            self.stop()

    def start(self) -> None:
        """Listen, at the same port each time."""
        listener = socket.create_server((HOST, self.port))
        # asyncio sets it only on sockets that name their protocol; without it each answer to
        # pipelined commands waits 40 ms for the client's acknowledgement.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port = listener.getsockname()[1]
        self._controller = _Controller(self, listener)
        self._controller.start()

    def stop(self) -> None:
        """Be down."""
        self._controller.stop()
        self._controller = None

    def receive_mail_of(self, settings: Any) -> None:
        """Make the site send its mail here."""
        settings.EMAIL_BACKEND = "newsletter.sending.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = HOST, self.port
        settings.EMAIL_TIMEOUT = 20

    def answer(
        self,
        answer: str | Deed,
        *,
        at: Stage = Stage.RECIPIENT,
        to: str | None = None,
        number: int | None = None,
    ) -> None:
        """Answer so at a stage: for each mail, those to an address, or the ``number``-th of all."""
        self._faults.append(Fault(at, answer, to, number))

    def mend(self) -> None:
        """Answer as a server should, from now on."""
        self._faults.clear()
        self.on_mail = None

    @property
    def counts(self) -> dict[str, int]:
        """How many mails were accepted for each recipient."""
        return dict(Counter(mail.recipient for mail in self.accepted))

    def answer_at(self, stage: Stage, to: str = "") -> str | Deed | None:
        """Return what to answer other than yes, if anything."""
        for fault in self._faults:
            if fault.meets(stage, to, self._mails):
                return fault.answer
        return None

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, host: str, lines: list[str]
    ) -> list[str]:
        self.greeted += 1
        session.host_name = host
        return [*lines[:-1], *(["250-PIPELINING"] if self.offers_pipelining else []), lines[-1]]

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self._mails += 1
        session.mails = getattr(session, "mails", 0) + 1
        is_full = 0 < self.mails_a_session < session.mails
        fault = self.words_when_full if is_full else self.answer_at(Stage.SENDER)
        answer = await _carried_out(fault, server)
        if answer.startswith("2"):
            envelope.mail_from = address
        return answer

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.asked[address] += 1
        answer = await _carried_out(self.answer_at(Stage.RECIPIENT, address), server)
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        mail = Received(envelope.rcpt_tos[0], envelope.content)
        self.offered.append(mail)
        if self.on_mail:
            await asyncio.get_running_loop().run_in_executor(None, self.on_mail, mail)
        answer = self.answer_at(Stage.END, mail.recipient)
        if not isinstance(answer, str):
            self.accepted.append(mail)
        return await _carried_out(answer, server)


async def _carried_out(answer: str | Deed | None, server: SMTP) -> str:
    """Return the line to answer with, or do what is to be done instead.

    aiosmtpd hangs up, with no answer, when a handler is cancelled. A server that says 421 hangs up
    after it (RFC 5321, section 3.8).
    """
    if answer is Deed.CUT:
        raise asyncio.CancelledError
    if answer is Deed.HANG:
        await asyncio.Event().wait()
    if answer and answer.startswith("421"):
        await server.push(answer)
        raise asyncio.CancelledError
    return answer or "250 OK"


class _Protocol(SMTP):
    """SMTP that may fail while a mail's content is on its way."""

    async def smtp_DATA(self, arg: str) -> None:
        if not self.envelope.rcpt_tos:
            await self._content_for_nobody(arg)
            return
        answer = self.event_handler.answer_at(Stage.CONTENT, self.envelope.rcpt_tos[0])
        if answer is None:
            await super().smtp_DATA(arg)
            return
        if isinstance(answer, Deed):
            await self.push("354 Go on")
        await self.push(await _carried_out(answer, self))

    async def _content_for_nobody(self, arg: str) -> None:
        if not (self.event_handler.awaits_content_for_nobody and self.envelope.mail_from):
            await super().smtp_DATA(arg)
            return
        await self.push("354 Go on")
        nothing = await self._reader.readuntil(b"\r\n")
        assert nothing == b".\r\n"
        self._set_post_data_state()
        await self.push("554 5.5.1 No valid recipients")


def _authenticate(server: SMTP, *args: Any) -> AuthResult:
    is_right = args[-1].password == PASSWORD.encode() and not server.event_handler.refuses_logins
    return AuthResult(success=is_right, handled=False)


class _Controller(Controller):
    """Runs a server in a thread, at a socket that listens already."""

    def __init__(self, handler: MailServer, listener: socket.socket) -> None:
        super().__init__(
            handler,
            hostname=HOST,
            port=handler.port,
            server_hostname="mail.example.org",
            authenticator=_authenticate,
            auth_require_tls=False,
            tls_context=handler.tls,
            require_starttls=handler.tls is not None,
        )
        self.listener = listener

    def factory(self) -> SMTP:
        return _Protocol(self.handler, **self.SMTP_kwargs)

    def _create_server(self) -> Awaitable[asyncio.AbstractServer]:
        return self.loop.create_server(self._factory_invoker, sock=self.listener)
