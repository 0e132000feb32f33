"""The departments of a drill. Of a burst pipe's three, the lead is called by webhook and signs over HTTP, the
subdistrict signs over the bus, and one stays silent, so that its deadlines pass.

What they do they do again until it holds: a department keeps its own number of a report (`nonce`).
"""

import threading
from collections.abc import Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

import httpx

from hub.bus import Message
from hub.bus.topics import reports
from hub.errors import TryLater
from hub.run.assembly import Assembly
from hub.run.ground.envelope import wrap
from tests.drills.lines import SOURCE

LEAD: Final = "zilai"
SILENT: Final = "shizheng"
KEY: Final = "the-lead-s-own-key"
_SIGN: Final = {"nonce": "signed", "move": "sign"}
_A_TIME: Final = 20
"""Reports a look: the drill must not be late for its next kill."""


class Called:
    """Everyone who is called, and the source that pushes. `heard` holds what came by webhook."""

    def __init__(self, hub: Assembly, url: str, pushes: list[bytes]) -> None:
        """`url` is the hub's web worker; `pushes` leave one by one as they are acknowledged."""
        self._hub, self._url, self._pushes = hub, url, pushes
        self._http = httpx.Client(timeout=5.0, headers={"authorization": f"Bearer {KEY}"})
        self._said: set[str] = set()
        self.heard: list[str] = []
        self.refused = 0
        """How often the hub said that it cannot take something now."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self.heard))
        self.address: Final = f"http://127.0.0.1:{self._server.server_port}/"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def act(self) -> None:
        """Pushes what was not acknowledged yet, signs what was not signed yet: a little of each."""
        self._push_one()
        for id_, department in self._unsigned():
            if department == LEAD:
                self._post(f"/departments/me/whistles/{id_}/reports", json=_SIGN)
            elif id_ not in self._said:
                with suppress(TryLater):
                    self._say(id_, department)
                    self._said.add(id_)

    def is_through(self) -> bool:
        """Whether all that was to be pushed was acknowledged."""
        return not self._pushes

    def left(self) -> dict[str, int]:
        """What is still to come of what they do, by its name."""
        return {"pushes": len(self._pushes)}

    def _unsigned(self) -> list[tuple[str, str]]:
        with self._hub.store.read() as conn:
            rows = conn.exec_driver_sql(
                f"SELECT id, department FROM whistle WHERE state = 'blown' AND department <> '{SILENT}' "  # noqa: S608 ours
                f"ORDER BY blown_us LIMIT {_A_TIME}"
            )
            return [(r.id, r.department) for r in rows]

    def _push_one(self) -> None:
        if self._pushes and self._post(f"/in/{SOURCE}/", content=self._pushes[0]):
            self._pushes.pop(0)

    def push(self) -> httpx.Response | None:
        """The answer to the next push, which leaves the list where it was taken; None where all were taken."""
        if not self._pushes:
            return None
        answer = self._http.post(f"{self._url}/in/{SOURCE}/", content=self._pushes[0])
        if answer.is_success:
            self._pushes.pop(0)
        return answer

    def _post(self, path: str, **body: Any) -> bool:
        """Whether it was taken; a hub that is away is asked again at the next look."""
        try:
            answer = self._http.post(self._url + path, **body)
        except httpx.HTTPError:
            return False
        assert answer.is_success or answer.status_code >= 500, (path, answer.status_code)
        self.refused += not answer.is_success
        return answer.is_success

    def _say(self, whistle: str, department: str, report: Mapping[str, Any] = _SIGN) -> None:
        """On the department's own topic: once, since the bus keeps it."""
        now, bus = self._hub.clock.now(), self._hub.bus
        value = wrap("report", id_=whistle, source=department, subject=whistle, at=now, data=report)
        message = Message(reports(department), "k", value)
        if not bus.outbox_is_log:
            bus.publish([(message, 0)])
            return
        with self._hub.store.write() as conn:
            self._hub.outbox.append(conn, [message], now)

    def close(self) -> None:
        """Listens no longer."""
        self._server.shutdown()
        self._server.server_close()
        self._http.close()


def _handler_of(heard: list[str]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Takes every whistle."""

        def do_POST(self) -> None:
            """What is heard is heard, whether or not the answer arrives."""
            length = int(self.headers.get("content-length", "0"))
            said = self.rfile.read(length)
            if len(said) < length:
                return  # who spoke was killed in the middle of the word
            heard.append(said.decode())
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  http.server's
            """Silent."""

    return Handler
