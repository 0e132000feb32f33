"""Connections of a broker for playing: packets in and out over TCP, each connection in a thread of its own.

What a packet means is the broker's (`mqtt_broker`).
"""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import Any, Final

from hub.plugin.systems.mqtt_packets import Malformed, length_in

_LARGEST: Final = 1 << 20

Take = Callable[["Link", int, int, bytes], bool]
"""(connection, kind of packet, its flags, its body) → whether the connection goes on; raises Malformed."""


class Links:
    """Listens on a port of 127.0.0.1 from `__init__` to `close`. `left` is told of each connection that ends."""

    def __init__(self, take: Take, left: Callable[["Link"], None], tls: ssl.SSLContext | None) -> None:
        self.take, self.left, self.tls = take, left, tls
        self.open: Final[set[Link]] = set()
        self._server: Final = _Server(self)
        self._thread: Final = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        self.port: Final[int] = self._server.server_address[1]

    def hang_up(self) -> None:
        """Every connection breaks."""
        for link in tuple(self.open):
            link.hang_up()

    def close(self) -> None:
        """Listens no more; returns when all threads have ended."""
        self._server.shutdown()
        self.hang_up()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingTCPServer):
    daemon_threads = False  # joined by server_close

    def __init__(self, links: Links) -> None:
        self.links: Final = links
        super().__init__(("127.0.0.1", 0), Link)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that broke is no news for a broker."""


class Link(BaseRequestHandler):
    """One connection."""

    server: _Server
    request: socket.socket

    def setup(self) -> None:
        """From now on it can be broken off. Small packets go at once."""
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.server.links.open.add(self)

    def handle(self) -> None:
        """Reads packets until one side leaves."""
        links = self.server.links
        try:
            if links.tls:
                self.request = links.tls.wrap_socket(self.request, server_side=True)
            for kind, flags, body in self._packets():
                if not links.take(self, kind, flags, body):
                    return
        except (OSError, Malformed):
            return

    def finish(self) -> None:
        """It has ended."""
        self.server.links.open.discard(self)
        self.server.links.left(self)
        self.request.close()

    def send(self, content: bytes) -> None:
        """Sends; where the connection has gone, that is for the session to remember."""
        try:
            self.request.sendall(content)
        except OSError:
            self.hang_up()

    def hang_up(self) -> None:
        """Breaks the connection from this side."""
        try:
            self.request.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # the other side was quicker

    def _packets(self) -> Iterator[tuple[int, int, bytes]]:
        """(kind, flags, body) of each packet; ends with the connection."""
        while head := self.request.recv(1):
            size = self._length()
            if size > _LARGEST:
                raise Malformed
            yield head[0] >> 4, head[0] & 0x0F, self._exactly(size)

    def _length(self) -> int:
        told = b""
        while True:
            told += self._exactly(1)
            size = length_in(told)
            if size is not None:
                return size

    def _exactly(self, size: int) -> bytes:
        pieces = bytearray()
        while len(pieces) < size:
            piece = self.request.recv(size - len(pieces))
            if not piece:
                raise OSError
            pieces += piece
        return bytes(pieces)
