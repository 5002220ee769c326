"""A provider for tests: it does as it is told, merges, and counts or keeps what it accepted.

It speaks as six providers do, each below a path of its own. It may run as a process, which counts
only: ``python -m tests.provider PORT [--count-file FILE]``.
"""

import argparse
import json
import socket
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from .provider_calls import CALLS, Call, Received, Refused

HOST = "127.0.0.1"


class Deed(Enum):
    """What the provider does after it has accepted a call, instead of saying so."""

    CUT = auto()
    HANG = auto()
    GARBAGE = auto()


@dataclass(frozen=True)
class Fault:
    """What goes wrong: a status or a deed, and with which calls."""

    answer: int | Deed
    headers: dict[str, str]
    to: str | None
    number: int | None
    last: int | None = None

    def meets(self, addresses: list[str], number: int) -> bool:
        """Return whether it is this call's."""
        if self.last and number > self.last:
            return False
        return (self.to is None or self.to in addresses) and self.number in (None, number)


class Provider:
    """Listens at a port of this machine, a free one unless told, while it is entered as a context.

    Where it ``keeps_mails``, it merges them and keeps what each recipient would get.
    """

    def __init__(
        self, port: int = 0, keeps_mails: bool = True, count_file: Path | None = None
    ) -> None:
        self.port = port
        self.accepted: list[Received] = []  # With those whose sender was never told.
        self.asked: Counter[str] = Counter()  # How often each recipient was named.
        self.sizes: list[int] = []  # Of how many recipients each call was, in their order.
        self.connections = 0
        self.on_call: Callable[[list[str]], None] | None = None  # Called before the answer.
        self._counts: Counter[str] = Counter()
        self._keeps_mails = keeps_mails
        self._count_file = count_file
        self._faults: list[Fault] = []
        self._refused: set[str] = set()
        self._lock = threading.Lock()
        self._server: _Server | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        if self._server:
            self.stop()

    def start(self) -> None:
        """Listen, at the same port each time."""
        self._server = _Server(self)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=[0.02], daemon=True).start()

    def stop(self) -> None:
        """Be down, and hang up."""
        self._server.shutdown()
        self._server.hang_up()
        self._server = None

    def receive_mail_of(self, settings: Any, name: str) -> None:
        """Make the site send its mail here, as to the provider of a name."""
        settings.EMAIL_BACKEND = f"anymail.backends.{name}.EmailBackend"
        settings.ANYMAIL = anymail_settings(name, self.port)

    def answer(
        self,
        answer: int | Deed,
        *,
        to: str | None = None,
        number: int | None = None,
        headers: dict[str, str] | None = None,
        times: int | None = None,
    ) -> None:
        """Answer calls so: each, those that name an address, or the ``number``-th of all.

        Or so many ``times`` from now on. A status means that nothing was accepted, a deed that all
        was.
        """
        last = len(self.sizes) + times if times else None
        self._faults.append(Fault(answer, headers or {}, to, number, last))

    def refuse(self, *addresses: str) -> None:
        """Refuse some addresses, as the provider does that is spoken for."""
        self._refused.update(addresses)

    def mend(self) -> None:
        """Answer as a provider should, from now on."""
        self._faults.clear()
        self._refused.clear()
        self.on_call = None

    @property
    def counts(self) -> dict[str, int]:
        """How many mails were accepted for each recipient."""
        return dict(self._counts)

    def take(self, call: Call, body: bytes) -> "Answer | Deed":
        """Take a call, and return what to answer."""
        addresses = call.addresses(body)
        with self._lock:
            self.asked.update(addresses)
            self.sizes.append(len(addresses))
            number = len(self.sizes)
        if self.on_call:
            self.on_call(addresses)
        fault = next((fault for fault in self._faults if fault.meets(addresses, number)), None)
        if fault and isinstance(fault.answer, int):
            return Answer(fault.answer, {"message": "Told to say so"}, fault.headers)
        try:
            status, answer = self._accept(call, addresses, body)
        except Refused as error:
            return Answer(error.status, error.answer)
        return fault.answer if fault else Answer(status, answer)

    def _accept(self, call: Call, addresses: list[str], body: bytes) -> tuple[int, Any]:
        if len(addresses) > call.limit:
            raise Refused(*call.too_many)
        refused = self._refused.intersection(addresses)
        answer = call.answer(addresses, set(refused))
        mails = list(call.mails(body)) if self._keeps_mails else []
        with self._lock:
            self._counts.update(address for address in addresses if address not in refused)
            self.accepted += [mail for mail in mails if mail.recipient not in refused]
            if self._count_file:
                self._write_down(address for address in addresses if address not in refused)
        return answer

    def _write_down(self, addresses: Iterable[str]) -> None:
        with self._count_file.open("a") as file:
            file.writelines(f"{address}\n" for address in addresses)


@dataclass(frozen=True)
class Answer:
    """An answer over HTTP."""

    status: int
    json: Any
    headers: dict[str, str] | None = None

    @property
    def body(self) -> bytes:
        """What it says."""
        return b"" if self.json is None else json.dumps(self.json).encode()


def anymail_settings(name: str, port: int) -> dict[str, str]:
    """Return anymail's settings that make it call a provider at a port of this machine."""
    base = f"http://{HOST}:{port}/{name}/"
    return {key: value.replace("BASE", base) for key, value in CALLS[name].settings.items()}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.over = threading.Event()
        self._sockets: set[socket.socket] = set()
        super().__init__((HOST, provider.port), _Handler)

    def process_request(self, request: socket.socket, address: Any) -> None:
        self.provider.connections += 1
        self._sockets.add(request)
        super().process_request(request, address)

    def hang_up(self) -> None:
        """Close the listening socket and all connections."""
        self.over.set()
        self.server_close()
        for connection in self._sockets.copy():
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def handle_error(self, request: Any, address: Any) -> None:
        """Say nothing of a caller who is gone before it is answered."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, address)

    def shutdown_request(self, request: socket.socket) -> None:
        self._sockets.discard(request)
        super().shutdown_request(request)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # An answer goes out in one packet.

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answer = self.server.provider.take(CALLS[self.path.split("/")[1]], body)
        if answer is Deed.HANG:
            self.server.over.wait()
        if answer in (Deed.HANG, Deed.CUT):
            self.close_connection = True
        elif answer is Deed.GARBAGE:
            self._send(200, {}, b"<html>It works!")
        else:
            self._send(answer.status, answer.headers or {}, answer.body)

    def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        lines = {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}
        for name, value in lines.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


def main() -> None:
    """Run as a process, until it is told to end."""
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("--count-file", type=Path)
    options = parser.parse_args()
    provider = Provider(options.port, keeps_mails=False, count_file=options.count_file)
    with provider:
        threading.Event().wait()


if __name__ == "__main__":
    main()
