"""A department's system that speaks HTTP, to play with: the part that all such simulators share.

It listens on 127.0.0.1 on a port of its own, talks (`simulator_talking`), and stops within 5 s with no thread or
socket left. What the system says, and in which words, is its simulator's; nothing of any one protocol may live here.
"""

import http.client
import socket
import threading
from collections.abc import Callable, Mapping
from http.server import ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import urlsplit

from hub.plugin.adapter import PeerReply, PeerRequest
from hub.plugin.peer_handler import PeerHandler
from hub.plugin.simulator import SimulatorSetup
from hub.plugin.simulator_talking import Talker

_TICK_S: Final = 0.02
"""How often the server looks whether it has ended, real seconds."""
_PATIENCE_S: Final = 10.0
"""How long a push waits for the hub's answer, real seconds."""


class Hangup(Exception):  # noqa: N818  nothing went wrong: it is what the scenario asks for
    """Raised by `answer` to break the connection without an answer."""


class HttpSimulator(Talker):
    """Subclass it: `answer` (requests to the system), `config`, and `speak` (one utterance's time has come).

    A system that is read keeps what `speak` is given and serves it; one that pushes calls `deliver`.
    """

    def __init__(self, setup: SimulatorSetup) -> None:
        super().__init__(setup)
        self.url = ""
        """`http://127.0.0.1:<port>`, once started."""
        self._hub_url = setup.hub_url
        self._server: _Server | None = None

    # --- what a subclass says

    def answer(self, request: PeerRequest) -> PeerReply:
        """The system's answer to one request; may raise Hangup. Runs in a thread per connection."""
        raise NotImplementedError

    # --- what `hub.plugin.Simulator` promises

    def start(self) -> Mapping[str, object]:
        """Listens and starts to talk; returns the configuration for the adapter."""
        self._server = _Server(self)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.run_beside(self._server.serve)
        return super().start()

    def push_to(self, hub_url: str) -> None:
        """From now on, pushes go to this `/in/<source>` prefix."""
        with self.changed:
            self._hub_url = hub_url
            self.changed.notify_all()

    def stop(self) -> None:
        """Stops and gives everything back; may be called twice."""
        self.stopping.set()
        with self.changed:
            self.changed.notify_all()
        server, self._server = self._server, None
        if server is not None:
            server.end()
        super().stop()

    # --- what a subclass may use

    def send(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> PeerReply | None:
        """The hub's answer to one request under its `/in/<source>` prefix; None where it gave none.

        Waits until there is a prefix to push to; None also when the simulator is stopped meanwhile.
        """
        with self.changed:
            self.changed.wait_for(lambda: self._hub_url or self.stopping.is_set())
            prefix = urlsplit(self._hub_url)
        if self.stopping.is_set() or not prefix.hostname:
            return None
        link = http.client.HTTPConnection(prefix.hostname, prefix.port or 80, timeout=_PATIENCE_S)
        try:
            link.request(method, prefix.path.rstrip("/") + path, body=body, headers=dict(headers or {}))
            reply = link.getresponse()
            named = {name.lower(): value for name, value in reply.getheaders()}
            return PeerReply(reply.status, reply.read(), named)
        except (OSError, http.client.HTTPException):
            return None
        finally:
            link.close()

    def deliver(
        self, method: str, path: str, *, headers: Callable[[], Mapping[str, str]], body: bytes
    ) -> PeerReply | None:
        """As `send`, again and again with a longer pause until the hub takes or refuses it; counts one
        body for each 2xx. `headers` is asked each time, since a nonce holds once. None when stopped.
        """
        pause_s = 0.05
        while not self.stopping.is_set():
            reply = self.send(method, path, headers=headers(), body=body)
            if reply is not None and reply.status < 300:
                self.count()
                return reply
            if reply is not None and reply.status < 500 and reply.status not in (408, 429):
                return reply
            self.pause(pause_s)
            pause_s = min(2 * pause_s, 2.0)
        return None


class _Server(ThreadingHTTPServer):
    """Knows its open connections, so that stopping does not wait for keep-alive to end."""

    daemon_threads = False  # joined by server_close
    request_queue_size = 64

    def __init__(self, simulator: HttpSimulator) -> None:
        self.simulator: Final = simulator
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Handler)

    def serve(self) -> None:
        self.serve_forever(poll_interval=_TICK_S)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that broke is no news for a simulator."""

    def end(self) -> None:
        """Stops listening, breaks what is open, joins the threads of all connections."""
        self.shutdown()
        with self._guard:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # the other side was quicker
        self.server_close()


class _Handler(PeerHandler):
    """Asks the simulator."""

    protocol_version = "HTTP/1.1"
    server: _Server

    def _serve(self) -> None:
        try:
            reply = self.server.simulator.answer(self.asked())
        except Hangup:
            self.close_connection = True
            return
        self.say(reply)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = _serve  # noqa: N815  http.server's names
