"""A hub to talk to: the routes of `/departments/me`, on a real socket, with faults by order. It knows whistles by
what a test puts there, keeps reports by nonce, and writes down every request."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from gridplus_client.messages import BLOWN, CALLED_OFF

KEY = "k" * 64
W = "wh_" + "a" * 32
"""A whistle."""
MEASURE = {
    "id": "sv_1",
    "kind": "order",
    "whistle_id": W,
    "due_at": "2026-03-13T16:00:00Z",
    "state": "open",
    "version": 1,
    "later": [],
}
"""What the department has to answer for."""


def blown(id_: str = W, **more: Any) -> dict[str, Any]:
    """The message of a whistle; `wh_…:n` is a second call."""
    subject = id_.partition(":")[0]
    data = {
        "department": "shizheng",
        "href": f"/departments/me/whistles/{subject}",
        "whistle": {"id": subject},
    }
    return {"specversion": "1.0", "id": id_, "type": BLOWN, "subject": subject, "data": data} | more


def called_off(id_: str = f"{W}:2", reason: str = "withdrawn") -> dict[str, Any]:
    """The message that a whistle was called off."""
    one = blown(id_, type=CALLED_OFF)
    one["data"]["reason"] = reason
    return one


def problem(code: str, pointer: str = "") -> dict[str, str]:
    """A refusal as the hub words it."""
    return {"code": code, "cause": f"cause of {code}", "next_step": "do something else", "pointer": pointer}


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    query: dict[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(slots=True)
class Fault:
    """What the next request whose path ends so gets in place of an answer; with `after`, the hub has worked first."""

    ends: str
    status: int = 503
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    after: bool = False


class StandIn:
    """State of the hub. Tests write into it and read from it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.waiting: dict[str, dict[str, Any]] = {}
        self.order: list[str] = []
        """Every id that ever waited, oldest first."""
        self.knows_behind = True
        """False: a hub of before `behind`."""
        self.acknowledged: list[str] = []
        self.reports: dict[str, dict[str, Any]] = {}
        self.refusals: dict[str, tuple[int, dict[str, str]]] = {}
        """move → status and problem."""
        self.opened: dict[str, Any] = {"incident": {}, "whistle": {}, "reports": []}
        self.files: dict[str, bytes] = {}
        self.evidence: list[tuple[str, bytes]] = []
        self.contacts: list[dict[str, Any]] = []
        self.faults: list[Fault] = []
        self.asked: list[Asked] = []
        self.url = ""

    def put(self, *messages: dict[str, Any]) -> None:
        """These wait for their department now."""
        self.waiting |= {one["id"]: one for one in messages}
        self.order += [one["id"] for one in messages if one["id"] not in self.order]

    def fault_for(self, path: str) -> Fault | None:
        """The first that fits, and it is used up."""
        for one in self.faults:
            if path.endswith(one.ends):
                self.faults.remove(one)
                return one
        return None

    def answer(self, asked: Asked) -> tuple[int, Any]:
        """Status, and JSON or bytes."""
        if asked.headers.get("authorization") != f"Bearer {KEY}":
            return 401, problem("P109")
        parts = [unquote(one) for one in asked.path.split("/")[3:]]
        match asked.method, parts:
            case "GET", ["whistles"]:
                behind, limit = asked.query.get("behind", ""), int(asked.query.get("limit", "100"))
                after = self.order.index(behind) + 1 if behind in self.order and self.knows_behind else 0
                listed = [self.waiting[id_] for id_ in self.order[after:] if id_ in self.waiting]
                return 200, {"whistles": listed[:limit], "later": 1}
            case "POST", ["whistles", "acknowledgements"]:
                for id_ in asked.json["ids"]:
                    self.waiting.pop(id_, None)
                self.acknowledged += asked.json["ids"]
                return 200, {"acknowledged": len(asked.json["ids"])}
            case "GET", ["whistles", _]:
                return 200, self.opened
            case "POST", ["whistles", id_, "reports"]:
                return self._report(id_, asked.json)
            case "GET", ["whistles", _, "attachments"]:
                return 200, {"offered": len(self.files) + 1, "attachments": self._pictures()}
            case "GET", ["whistles", _, "attachments", name]:
                return (200, self.files[name]) if name in self.files else (404, problem("F136"))
            case "POST", ["whistles", _, "evidence"]:
                self.evidence.append((asked.headers.get("content-type", ""), asked.body))
                return 201, {"id": "fi_1", "digest": "d1", "later": True}
        return self._beside(parts, asked)

    def _pictures(self) -> list[dict[str, Any]]:
        kind = {"kind": "image/jpeg"}
        return [kind | {"id": n, "name": f"{n}.jpg", "size": len(b)} for n, b in self.files.items()]

    def _contact(self, said: dict[str, Any]) -> tuple[int, Any]:
        repeated = any(one["nonce"] == said["nonce"] for one in self.contacts)
        if not repeated:
            self.contacts.append(said)
        told = {name: said[name] for name in ("report", "kind")}
        return 201, {**told, "id": f"ct_{said['nonce']}", "state": "queued", "code": "", "repeated": repeated}

    def _beside(self, parts: list[str], asked: Asked) -> tuple[int, Any]:
        match asked.method, parts:
            case "GET", ["measures"]:
                return 200, {"measures": [MEASURE], "later": 1}
            case "POST", ["measures", id_, "answer"]:
                repeated = asked.json["nonce"] in self.reports
                self.reports.setdefault(asked.json["nonce"], asked.json)
                return 201, {"measure_id": id_, "state": "answered", "version": 2, "repeated": repeated}
            case "POST", ["whistles", _, "contacts"]:
                return self._contact(asked.json)
            case "GET", ["whistles", _, "contacts"]:
                return 200, {"contacts": [self._contact(one)[1] for one in self.contacts], "later": 1}
        return 404, problem("P107")

    def _report(self, id_: str, said: dict[str, Any]) -> tuple[int, Any]:
        if said["move"] in self.refusals:
            return self.refusals[said["move"]]
        repeated = said["nonce"] in self.reports
        self.reports.setdefault(said["nonce"], said)
        state = {"whistle_id": id_, "state": said["move"], "version": 2, "repeated": repeated, "later": None}
        return 201, state


@contextmanager
def serving() -> Iterator[StandIn]:
    """A hub that answers while the block runs."""
    hub = StandIn()
    server = _Server(("127.0.0.1", 0), lambda *arguments: _Handler(hub, *arguments))
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=lambda: server.serve_forever(0.02), daemon=True)
    thread.start()
    yield hub
    server.shutdown()
    server.server_close()
    thread.join(5)


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that gave up is no news."""


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, hub: StandIn, *arguments: Any) -> None:
        self._hub = hub
        super().__init__(*arguments)

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        split = urlsplit(self.path)
        asked = Asked(self.command, split.path, headers, body, dict(parse_qsl(split.query)))
        with self._hub.lock:
            self._hub.asked.append(asked)
            fault = self._hub.fault_for(asked.path)
            status, said = self._hub.answer(asked) if fault is None or fault.after else (0, {})
        if fault is not None and fault.cut:
            self.close_connection = True
            return
        if fault is not None:
            self._write(fault.status, fault.body, fault.headers)
            return
        self._write(status, said if isinstance(said, bytes) else json.dumps(said).encode(), {})

    def _write(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 the name is http.server's
        """Silent."""

    do_GET = do_POST = _serve  # noqa: N815 http.server's names
