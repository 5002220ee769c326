"""Sessions with a mail server (RFC 5321, section 3): opened, spoken through, kept for a while.

Each thread keeps the one it used last for its next batch.
"""

import smtplib
import socket
import threading
import time
from collections.abc import Iterable
from typing import NamedTuple

from django.core.mail.backends.smtp import EmailBackend

from .outcomes import Halt, Outcome, outcome_of

# A session that was silent for longer is not used again: servers close them after some minutes.
IDLE_SECONDS = 30

_kept = threading.local()


class ClosingDown(smtplib.SMTPException):
    """The server answered 421: it closes the connection (RFC 5321, section 3.8)."""


class Reply(NamedTuple):
    """What a server answers: a code, and words for people (RFC 5321, section 4.2)."""

    code: int
    words: bytes

    def __str__(self) -> str:
        return f"{self.code} {self.words.decode('utf-8', 'replace')}"

    @property
    def kind(self) -> int:
        """The first digit: 2 for done, 3 for go on, 4 for not now, 5 for no."""
        return self.code // 100


class Session:
    """A connection by which the server has let us in, greeted and ready for mails.

    Raises OSError or SMTPException where there is none to be had.
    """

    def __init__(self, backend: EmailBackend) -> None:
        self.is_idle = True  # No answer is waited for.
        self.has_served = False  # It may have died since, without our knowing.
        self.has_accepted = False  # Any email: it may be one that takes so many and no more.
        self.must_reset = False  # A mail was begun, and is not over (section 4.1.1.5).
        self._backend = backend
        self._used_at = 0.0
        backend.open()
        self._client: smtplib.SMTP = backend.connection
        try:
            self._client.ehlo_or_helo_if_needed()
        except BaseException:
            self.drop()
            raise
        self.pipelining = self._client.has_extn("pipelining")
        # The end of a mail must not wait until its beginning was confirmed (RFC 896).
        self._client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, pieces: Iterable[bytes]) -> None:
        """Send pieces as one. Raises OSError where that takes too long.

        Where the server has closed the connection, what it said before is still there to be read,
        and reading tells the rest.
        """
        self.is_idle = False
        if self._client.sock is None:
            return
        try:
            self._client.sock.sendall(b"".join(pieces))
        except ConnectionError:
            return

    def reply(self) -> Reply:
        """Read the next answer.

        Raises ClosingDown, or another SMTPException where there is none or it makes no sense.
        """
        if self._client.sock is None:
            raise smtplib.SMTPServerDisconnected("The connection was closed")
        reply = Reply(*self._client.getreply())
        if reply.code == 421:
            raise ClosingDown(str(reply))
        if not 200 <= reply.code < 600:
            raise smtplib.SMTPException(f"The server's answer makes no sense: {reply}")
        return reply

    def rest(self) -> None:
        """Tell that all answers were read."""
        self.is_idle = self.has_served = True

    def serves(self, backend: EmailBackend) -> bool:
        """Return whether it is what a backend would open, and may be used still."""
        is_fresh = time.monotonic() - self._used_at < IDLE_SECONDS
        return is_fresh and _settings_of(self._backend) == _settings_of(backend)

    def keep(self) -> None:
        """Let this thread use it again, where nothing is under way in it; else drop it."""
        if self.is_idle:
            self._used_at = time.monotonic()
            _kept.session = self
        else:
            self.drop()

    def anew(self) -> "Session":
        """Return a new session with the same server; this one is over."""
        self.drop()
        return Session(self._backend)

    def drop(self) -> None:
        """Close the connection, whatever is under way in it."""
        self.is_idle = False
        self._client.close()
        self._backend.connection = None

    def leave(self) -> None:
        """Take leave of the server, without waiting for its answer."""
        self.send([b"QUIT\r\n"])
        self.drop()


def take(backend: EmailBackend) -> Session:
    """Return the session that this thread keeps, where it serves, or else a new one.

    Raises OSError or SMTPException where none can be opened.
    """
    session = vars(_kept).pop("session", None)
    if session is not None:
        if session.serves(backend):
            return session
        session.leave()
    return Session(backend)


def halt_of(error: OSError | smtplib.SMTPException) -> Halt:
    """Return why nothing can be handed over, where a session could not be opened."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return Halt(f"The mail server does not let us in: {error}", outcome_of(error))
    return Halt(f"No connection to the mail server: {error}", Outcome.UNAVAILABLE)


def _settings_of(backend: EmailBackend) -> tuple[object, ...]:
    return (
        backend.host,
        backend.port,
        backend.username,
        backend.password,
        backend.use_tls,
        backend.use_ssl,
        backend.timeout,
        backend.ssl_keyfile,
        backend.ssl_certfile,
    )
