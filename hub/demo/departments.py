"""The departments of the demo: they fetch whistles by the channel of their contract, open them, and answer.

Over HTTP and the bus only, each with its own key, as a department's software would.
"""

import hmac
import random
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

import httpx
import orjson

from hub.bus import Consumer
from hub.run.webhooks import sign

_PULL_S: Final = 0.5


class Departments:
    """Everyone who is called. `seen` are whistle ids, each once, in order of arrival."""

    def __init__(self, hub_url: str, keys: Mapping[Any, str], pullers: tuple[str, ...], seed: int) -> None:
        self._keys, self._pullers = keys, pullers
        self._http = httpx.Client(base_url=hub_url, timeout=20.0)
        self._dice = random.Random(seed)  # noqa: S311 a scenario, not a secret
        self._lock = threading.Lock()
        self._seen: dict[str, str] = {}
        self._todo: list[tuple[str, str, str]] = []
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self.first = threading.Event()
        self.messages: list[str] = []
        """Every message as it arrived, for the canary search."""
        self.opened = 0
        self.refused = 0

    def take(self, message: str) -> None:
        """One CloudEvent arrived; a repeat of its id changes nothing."""
        envelope = orjson.loads(message)
        with self._lock:
            self.messages.append(message)
            if envelope["id"] in self._seen:
                return
            department = envelope["data"]["department"]
            if envelope["type"] != "grid.whistle.v1":  # called off: nothing is left to do
                self._todo = [one for one in self._todo if one[1] != envelope["subject"]]
                return
            self._seen[envelope["id"]] = department
            self._todo.append((department, envelope["id"], "sign"))
        self.first.set()

    def seen(self) -> int:
        """How many different whistles arrived."""
        with self._lock:
            return len(self._seen)

    def idle(self) -> bool:
        """Nothing is left to do."""
        with self._lock:
            return not self._todo

    def start(self, consumer: Consumer | None) -> None:
        """Starts to fetch and to answer; `consumer` reads the whistle topics."""
        work = [self._pull, self._answer]
        if consumer is not None:
            work.append(lambda: self._consume(consumer))
        for one in work:
            thread = threading.Thread(target=one, daemon=True, name="departments")
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """Ends their threads."""
        self._stop.set()
        for thread in self._threads:
            thread.join(5)
        self._http.close()

    def _consume(self, consumer: Consumer) -> None:
        while not self._stop.is_set():
            for one in consumer.poll(200, 0.3):
                self.take(one.value)
        consumer.close()

    def _pull(self) -> None:
        while not self._stop.wait(_PULL_S):
            for department in self._pullers:
                got = self._call("GET", department, "/departments/me/whistles?limit=200")
                whistles = got["whistles"] if got else []
                for one in whistles:
                    self.take(orjson.dumps(one).decode())
                if whistles:
                    ids = [one["id"] for one in whistles]
                    self._call("POST", department, "/departments/me/whistles/acknowledgements", {"ids": ids})

    def _answer(self) -> None:
        while not self._stop.is_set():
            with self._lock:
                task = self._todo.pop(0) if self._todo else None
            if task is None:
                self._stop.wait(0.05)
            else:
                self._report(*task)

    def _report(self, department: str, whistle: str, move: str) -> None:
        """Signs; then most hand in a result, a few return the whistle, some stay silent."""
        message: dict[str, Any] = {"nonce": f"{whistle}-{move}", "move": move}
        if move == "sign" and self._dice.random() < 0.2:
            self._call("GET", department, f"/departments/me/whistles/{whistle}")
            self.opened += 1
        if move == "return":
            message |= {"reason_code": "NOT_MY_DUTY", "note": "不属本单位职责，附现场照片编号。"}
        if move == "result":
            message |= {"note": "现场已处置。", "form": {"outcome": "done", "measure": "已现场处置"}}
        answer = self._call("POST", department, f"/departments/me/whistles/{whistle}/reports", message)
        if answer is None:
            self.refused += 1
        if move == "sign":
            following = self._dice.choices(("result", "return", ""), (0.6, 0.05, 0.35))[0]
            if following:
                with self._lock:
                    self._todo.append((department, whistle, following))

    def _call(self, method: str, department: str, path: str, body: object = None) -> Any:
        headers = {"authorization": f"Bearer {self._keys[department]}"}
        try:
            answer = self._http.request(method, path, json=body, headers=headers)
        except httpx.HTTPError:
            return None
        return answer.json() if answer.is_success else None


class WebhookDepartment:
    """A department's own listener: takes whistles only with our signature."""

    def __init__(self, departments: Departments, secret: str) -> None:
        def handler(*arguments: Any) -> _Handler:
            return _Handler(departments, secret, *arguments)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_port}/whistles"

    def start(self) -> None:
        """Listens from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Stops listening."""
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, departments: Departments, secret: str, *arguments: Any) -> None:
        self._departments, self._secret = departments, secret
        super().__init__(*arguments)

    def do_POST(self) -> None:
        """Checks the signature, then takes the whistle."""
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        expected = sign(self._secret, self.headers.get("x-gridplus-timestamp", ""), body)
        good = hmac.compare_digest(expected, self.headers.get("x-gridplus-signature", ""))
        if good:
            self._departments.take(body.decode())
        self.send_response(204 if good else 401)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 the name is http.server's
        """Silent: the hub's own log says what was sent."""
