"""Departments to play with: they fetch whistles by the channel of their contract, open them, and answer.

Over HTTP and the bus only, each with its own key, as a department's software would. How they behave is `manners`'.
"""

import hmac
import random
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from heapq import heapify, heappop, heappush
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import Any, Final

import httpx
import orjson

from hub.bus import Consumer
from hub.demo import manners
from hub.demo.manners import CALLED, DEMO, SILENCE, Manner
from hub.demo.visitors import Visitors
from hub.model import Contract
from hub.run.exits.webhooks import sign

_PULL_S: Final = 0.5
_LOOK_S: Final = 0.05
_BEGINS: Final = {"blown": CALLED, "reopened": "contact"}
"""State in which a whistle comes → the move behind which the work begins."""
_Task = tuple[float, int, str, str, str]
"""When (`time.monotonic()`), its number, department, id of the message that called, move."""


class Departments:
    """Everyone who is called. `seen` are message ids, each once, in order of arrival."""

    def __init__(
        self,
        hub_url: str,
        keys: Mapping[Any, str],
        pullers: tuple[str, ...],
        seed: int,
        *,
        manner: Manner = DEMO,
        manners_of: Mapping[str, Manner] = MappingProxyType({}),
        handed_in: Callable[[str], object] = lambda _: None,
        contracts: Iterable[Contract] = (),
        visitors: Visitors | None = None,
    ) -> None:
        """`manners_of`: of departments that behave otherwise than by `manner`; `handed_in` hears the id of each whistle
        whose result was taken. `contracts`: whose forms and return reasons are filled in; the others' are the demo's.
        `visitors`: people who sign in, for whom some whistles wait."""
        self._visitors = visitors
        self._keys, self._pullers, self._manner = keys, pullers, manner
        self._manners_of, self._handed_in = manners_of, handed_in
        self._contracts = {str(one.department): one for one in contracts}
        self._http = httpx.Client(base_url=hub_url, timeout=20.0)
        self._dice = random.Random(seed)  # noqa: S311 a scenario, not a secret
        self._lock = threading.Lock()
        self._seen: dict[str, str] = {}
        self._todo: list[_Task] = []
        self._numbered = 0
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self.first = threading.Event()
        self.messages: list[str] = []
        """Every message as it arrived, for the canary search."""
        self.opened = 0
        self.reported = 0
        self.refused = 0
        """Reports that were not taken."""

    def take(self, message: str) -> None:
        """One CloudEvent arrived; a repeat of its id changes nothing."""
        envelope = orjson.loads(message)
        with self._lock:
            self.messages.append(message)
            if envelope["id"] in self._seen:
                return
            self._seen[envelope["id"]] = envelope["subject"]
            self._hear(envelope)
        self.first.set()

    def _hear(self, envelope: Mapping[str, Any]) -> None:
        """What there is to do; under the lock. A whistle that comes again as it is being worked on changes nothing."""
        data = envelope["data"]
        if envelope["type"] == "grid.whistle.cancelled.v1":  # called off: nothing is left to do
            self._todo = [one for one in self._todo if _whistle_of(one[3]) != envelope["subject"]]
            heapify(self._todo)
        elif envelope["type"] == "grid.whistle.v1":
            begins = _BEGINS.get(data.get("whistle", {}).get("state", "blown"))
            if begins is not None and not self._is_kept(data["department"], envelope["id"], begins):
                self._go_on(data["department"], envelope["id"], begins)

    def _is_kept(self, department: str, call: str, begins: str) -> bool:
        if self._visitors is None:
            return False
        return self._visitors.keep(department, _whistle_of(call), call, begins)

    def _take_back(self) -> None:
        """What waited for a visitor who did not come is done like everything else."""
        if self._visitors is not None:
            with self._lock:
                for one in self._visitors.let_go():
                    self._go_on(one.department, one.call, one.begins)

    def _go_on(self, department: str, call: str, move: str) -> None:
        """What follows `move` is to be done; under the lock."""
        manner = self._manners_of.get(department, self._manner)
        following = manner.after(move, self._dice)
        if following != SILENCE:
            due = time.monotonic() + manner.rest(self._dice)
            self._numbered += 1
            heappush(self._todo, (due, self._numbered, department, call, following))

    def seen(self) -> int:
        """How many different whistles arrived."""
        with self._lock:
            return len(set(self._seen.values()))

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
                is_due = bool(self._todo) and self._todo[0][0] <= time.monotonic()
                task = heappop(self._todo) if is_due else None
            if task is None:
                self._take_back()
                self._stop.wait(_LOOK_S)
            else:
                self._report(*task[2:])

    def _report(self, department: str, call: str, move: str) -> None:
        """Makes one move, opening the whistle first at times; then the next one is due some time."""
        message = manners.said(call, move, self._contracts.get(department))
        if self._dice.random() < self._manner.spoils:
            message = manners.spoiled(message, self._dice)
        here = f"/departments/me/whistles/{_whistle_of(call)}"
        if move == "sign" and self._dice.random() < self._manner.opens:
            self._call("GET", department, here)
            self.opened += 1
        answer = self._call("POST", department, f"{here}/reports", message)
        self.reported += 1
        self.refused += answer is None
        if move == "result" and answer is not None:
            self._handed_in(_whistle_of(call))
        with self._lock:
            self._go_on(department, call, move)

    def _call(self, method: str, department: str, path: str, body: object = None) -> Any:
        headers = {"authorization": f"Bearer {self._keys[department]}"}
        try:
            answer = self._http.request(method, path, json=body, headers=headers)
        except httpx.HTTPError:
            return None
        return answer.json() if answer.is_success else None


def _whistle_of(call: str) -> str:
    """A second call of a whistle is a message of its own, `wh_…:n`; its reports carry numbers of their own."""
    return call.partition(":")[0]


class WebhookDepartment:
    """A department's own listener: takes whistles only with our signature."""

    def __init__(self, departments: Departments, secret: str, port: int = 0) -> None:
        """`port` 0: a free one."""

        def handler(*arguments: Any) -> _Handler:
            return _Handler(departments, secret, *arguments)

        self._server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

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
