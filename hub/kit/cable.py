"""The cable between an adapter and a system that it stays connected to, in the kit's hand: it can be cut, or fall silent.

As `wire` is for answers over HTTP, for protocols of any kind over TCP: bytes are handed on as they come, and nothing of
them is understood.
"""

import select
import socket
import threading
from typing import Final

_PIECE: Final = 1 << 16
_LOOK_S: Final = 0.05
"""How often a cable that lies still looks whether it has ended."""


class Cable:
    """In front of one address of this machine, from `__init__` to `close`."""

    def __init__(self, host: str, port: int) -> None:
        self.target: Final = (host, port)
        self.connections = 0
        """How many were made so far."""
        self.silent = False
        """While it is, connections are taken and nothing passes."""
        self._ended: Final = threading.Event()
        self._lines: Final[list[_Line]] = []
        self._lock: Final = threading.Lock()
        self._listening: Final = socket.create_server(("127.0.0.1", 0))
        self._listening.settimeout(_LOOK_S)
        self.port: Final[int] = self._listening.getsockname()[1]
        self._thread: Final = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def cut(self) -> None:
        """Every connection breaks; new ones may be made."""
        with self._lock:
            lines = tuple(self._lines)
        for line in lines:
            line.end()

    def close(self) -> None:
        """Ends; returns when its threads have."""
        self._ended.set()
        self._thread.join()
        self.cut()
        self._listening.close()

    def _serve(self) -> None:
        while not self._ended.is_set():
            try:
                near, _ = self._listening.accept()
            except OSError:
                continue
            self.connections += 1
            try:
                far = socket.create_connection(self.target, timeout=5.0)
            except OSError:
                near.close()
                continue
            line = _Line(self, near, far)
            with self._lock:
                self._lines[:] = [*(one for one in self._lines if not one.ended.is_set()), line]
            line.thread.start()


class _Line:
    """One connection, handed on both ways in a thread of its own."""

    def __init__(self, cable: Cable, near: socket.socket, far: socket.socket) -> None:
        self._cable, self._near, self._far = cable, near, far
        self.ended: Final = threading.Event()
        self.thread: Final = threading.Thread(target=self._run, daemon=True)

    def end(self) -> None:
        """Breaks it on both sides."""
        self.ended.set()
        self.thread.join()

    def _run(self) -> None:
        others = {self._near: self._far, self._far: self._near}
        for link in others:
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            while not self.ended.is_set():
                ready, _, _ = select.select(list(others), (), (), _LOOK_S)
                if self._cable.silent:
                    self.ended.wait(_LOOK_S)
                    continue
                for link in ready:
                    piece = link.recv(_PIECE)
                    if not piece:
                        return
                    others[link].sendall(piece)
        except OSError:
            return  # one side has gone
        finally:
            self.ended.set()
            self._near.close()
            self._far.close()
