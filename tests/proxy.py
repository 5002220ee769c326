"""A TCP proxy in front of a server of this machine: it delays, cuts and refuses as it is told.

As a process, to be a round trip of 10 ms away from a server at port 2525:
``python -m tests.proxy 2526 2525 --delay-ms 5``.
"""

import argparse
import asyncio
import selectors
import signal
import socket
import struct
import threading
from collections import deque
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, Self

HOST = "127.0.0.1"
# To linger for no time: a connection that is closed so is reset, and what waits in it is dropped.
NO_LINGER = struct.pack("ii", 1, 0)


class Proxy:
    """Passes bytes on between a port of its own and a server's, while it is entered as a context.

    ``delay`` is how many seconds each byte is held up in each direction, so a round trip takes
    twice that; it may be set at any time. Bytes follow each other as fast as they came in: the
    server is far away, but the way to it is wide.
    """

    def __init__(self, target_port: int, port: int = 0, delay: float = 0) -> None:
        self.target_port = target_port
        self.delay = delay
        self.ends: set[_End] = set()
        # Python rounds the time-outs of epoll up to whole milliseconds, but not those of select.
        self.loop = asyncio.SelectorEventLoop(selectors.SelectSelector())
        self._held = _hold(port)
        self.port: int = self._held.getsockname()[1]
        self._server: asyncio.Server | None = None
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self.mend()
        return self

    def __exit__(self, *error: object) -> None:
        self.refuse()
        self.cut()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()
        self._held.close()

    def cut(self) -> None:
        """Break the connections that there are, in both directions."""
        self._run(self._cut())

    def refuse(self) -> None:
        """Refuse new connections, as a machine does where nobody listens."""
        self._run(self._refuse())

    def mend(self) -> None:
        """Let new connections in again."""
        self._run(self._mend())

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self.loop).result()

    async def _cut(self) -> None:
        ends = set(self.ends)
        for end in ends:
            end.cut()
        while self.ends & ends:
            await asyncio.sleep(0)

    async def _refuse(self) -> None:
        if self._server:
            self._server.close()
            self._server = None

    async def _mend(self) -> None:
        if not self._server:
            self._server = await self.loop.create_server(
                lambda: _End(self), HOST, self.port, reuse_port=True, backlog=1000
            )


class _End(asyncio.Protocol):
    """One end of a connection through the proxy: what comes in here goes out at the other end."""

    def __init__(self, proxy: Proxy, other: "_End | None" = None) -> None:
        self.proxy = proxy
        self.other = other or _End(proxy, self)
        self.is_ours = other is not None
        self.transport: asyncio.Transport | None = None
        self.has_ended = False
        # What is to go out here, with the moments that it is to; None is the end of it.
        self.waiting: deque[tuple[float, bytes | None]] = deque()

    def connection_made(self, transport: asyncio.Transport) -> None:
        self.transport = transport
        self.proxy.ends.add(self)
        if not self.is_ours:
            transport.pause_reading()
            self.reaching = self.proxy.loop.create_task(self._reach_server())

    async def _reach_server(self) -> None:
        try:
            await self.proxy.loop.create_connection(
                lambda: self.other, HOST, self.proxy.target_port
            )
        except OSError:
            self.cut()
        if self.transport:
            self.transport.resume_reading()
        else:
            self.other.cut()

    def data_received(self, data: bytes) -> None:
        self.other.send(data)

    def eof_received(self) -> bool:
        self.other.send(None)
        return True

    def send(self, data: bytes | None) -> None:
        """Have bytes, or with None the end of them, go out here when their time has come."""
        if self.proxy.delay or self.waiting:
            self.waiting.append((self.proxy.loop.time() + self.proxy.delay, data))
            if len(self.waiting) == 1:
                self._wait()
        else:
            self._write(data)

    def _wait(self) -> None:
        self.proxy.loop.call_at(self.waiting[0][0], self._send_due)

    def _send_due(self) -> None:
        while self.waiting and self.waiting[0][0] <= self.proxy.loop.time():
            self._write(self.waiting.popleft()[1])
        if self.waiting:
            self._wait()

    def _write(self, data: bytes | None) -> None:
        if not self.transport or self.transport.is_closing():
            return
        if data is not None:
            self.transport.write(data)
            return
        self.has_ended = True
        with suppress(OSError):  # Whoever was there has closed the connection altogether.
            self.transport.write_eof()
        if self.other.has_ended:
            self.close()
            self.other.close()

    def pause_writing(self) -> None:
        if self.other.transport:
            self.other.transport.pause_reading()

    def resume_writing(self) -> None:
        if self.other.transport:
            self.other.transport.resume_reading()

    def close(self) -> None:
        """Close the connection at this end, when what waits to be written is."""
        if self.transport:
            self.transport.close()

    def cut(self) -> None:
        """Reset the connection at this end; the other follows."""
        if self.transport:
            connection = self.transport.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
            self.transport.abort()

    def connection_lost(self, error: Exception | None) -> None:
        self.proxy.ends.discard(self)
        self.transport = None
        if error or not self.has_ended:
            self.other.cut()


def _hold(port: int) -> socket.socket:
    """Take a port, 0 for any free one, without listening: nobody else gets it while we refuse."""
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    holder.bind((HOST, port))
    return holder


def main() -> None:
    """Be a proxy until the process is told to stop."""
    parser = argparse.ArgumentParser(description="Pass bytes on between two ports of this machine.")
    parser.add_argument("listen_port", type=int)
    parser.add_argument("target_port", type=int)
    parser.add_argument(
        "--delay-ms", type=float, default=0, help="in each direction; a round trip takes twice that"
    )
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with Proxy(options.target_port, options.listen_port, options.delay_ms / 1000):
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
