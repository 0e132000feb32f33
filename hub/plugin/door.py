"""The hub's side of a push, as small as possible: for plugins' tests and for trying a plugin out.

It listens on 127.0.0.1, hands requests to one adapter's `receive`, keeps what came in, and answers what
the adapter says. Nothing is stored: the real door is the hub's.
"""

import threading
from dataclasses import replace
from http.server import ThreadingHTTPServer
from typing import Final

from hub.errors import PeerRefused
from hub.plugin.adapter import Body, PeerReply, PeerRequest, Receives
from hub.plugin.peer_handler import PeerHandler

PREFIX: Final = "/in/source"


class Door:
    """Open from `__init__` to `close`. `bodies` came in; `refused` holds the code of each refusal."""

    def __init__(self, adapter: Receives, *, failing: int = 0, key: str = "") -> None:
        """Storing fails `failing` times first: the adapter's `failed` goes out and nothing is kept. `key` is the one
        that the hub gave to the source: whoever shows it is known."""
        self._adapter: Final = adapter
        self._key: Final = key
        self.bodies: Final[list[Body]] = []
        self.refused: Final[list[str]] = []
        self._failing = failing
        self._server: Final = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._thread: Final = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        self.url: Final = f"http://127.0.0.1:{self._server.server_port}{PREFIX}"

    def take(self, request: PeerRequest) -> PeerReply:
        """Asks the adapter and keeps what it lets in."""
        try:
            received = self._adapter.receive(request)
        except PeerRefused as error:
            self.refused.append(error.code)
            return PeerReply(error.status, error.body, error.headers)
        if self._failing > 0:
            self._failing -= 1
            return received.failed
        self.bodies.extend(received.bodies)
        received.stored()
        return received.reply

    def knows(self, shown: str) -> bool:
        """Whether the header `authorization` shows the source's key."""
        return bool(self._key) and shown == f"Bearer {self._key}"

    def close(self) -> None:
        """Stops listening; returns when its threads have ended."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _handler_of(door: Door) -> type[PeerHandler]:
    class Handler(PeerHandler):
        """One request to the door."""

        timeout = 10

        def _serve(self) -> None:
            asked = self.asked()
            known = door.knows(asked.headers.get("authorization", ""))
            reply = door.take(replace(asked, path=asked.path.removeprefix(PREFIX), known=known))
            self.say(replace(reply, headers={**reply.headers, "content-length": str(len(reply.body))}))

        do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815  http.server's names

    return Handler
