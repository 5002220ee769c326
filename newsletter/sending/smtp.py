"""Django's SMTP backend, and two things that sending needs to know or have of it.

When a connection breaks, it matters whether the content of a mail had begun to be handed over: if
not, the mail was certainly not accepted. And a server that refuses to take the content (RFC 5321,
section 4.1.1.4) has to be told that this mail is over before the next is begun.
"""

import smtplib
from typing import Any

from django.core.mail.backends import smtp


class _Client:
    content_begun = False

    def mail(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        self.content_begun = False
        return super().mail(*args, **kwargs)

    def data(self, msg: str | bytes) -> tuple[int, bytes]:
        self.content_begun = True
        try:
            return super().data(msg)
        except smtplib.SMTPDataError:
            self._rset()
            raise


class PlainClient(_Client, smtplib.SMTP):
    """A client that begins in the clear; STARTTLS may follow."""


class TLSClient(_Client, smtplib.SMTP_SSL):
    """A client that speaks TLS from the start."""


class EmailBackend(smtp.EmailBackend):
    """Django's backend with such a client."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return TLSClient if self.use_ssl else PlainClient

    @property
    def content_begun(self) -> bool:
        """Whether content of the latest mail was handed over, in whole or in part."""
        return self.connection is None or self.connection.content_begun
