"""Where a rehearsal takes place: a hub on loopback with an empty store, and the way in which messages reach a consumer.

A consumer that pulls comes by itself. One that listens is called at its address, signed as the hub signs.
"""

import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

import httpx
import orjson
import uvicorn

from hub.access.exits import Exit
from hub.api.app import serve
from hub.clock import ScenarioClock, SystemClock
from hub.crew import port_near
from hub.errors import FixSettings
from hub.rehearsal.calling import Calling
from hub.rehearsal.journal import Journal, Kind
from hub.rehearsal.mischief import Mischief, Orders
from hub.rehearsal.script import Script
from hub.run.assembly import Assembly
from hub.run.exits.webhooks import sign
from hub.run.ground.envelope import CONTENT_TYPE
from hub.settings import apart
from hub.store import deliveries, principals

ANSWERS_WITHIN_S: Final = 10.0
"""As long as the hub waits for a department's listener."""
Shape: TypeAlias = Callable[[list[dict[str, Any]]], list[dict[str, Any]]]
"""What is made of messages on their way."""
_TRIES: Final = 5
_KNOCK_S: Final = 1.0
_GRACE_S: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long one waits, seconds: for what must come, for nothing more to come, and how slow the slow day is."""

    longest_s: float = 60.0
    quiet_s: float = 3.0
    slow_s: float = 3.0


@dataclass(frozen=True, slots=True)
class Hook:
    """A consumer's own listener."""

    url: str
    secret: str = field(repr=False)


class Gone(Exception):  # noqa: N818  the consumer's end, and no error of ours
    """The consumer does not come any more."""


def _nothing(_: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return []


class Stand:
    """One consumer before one hub. Acts call the department through it and look at `journal`."""

    def __init__(
        self,
        hub: Assembly,
        script: Script,
        journal: Journal,
        orders: Orders,
        patience: Patience,
        hook: Hook | None,
    ) -> None:
        self.script, self.journal, self.orders, self.patience, self.hook = (
            script,
            journal,
            orders,
            patience,
            hook,
        )
        self.calling: Final = Calling(hub, script)
        self.unanswered = 0
        """Webhook calls that had no answer in time."""
        self._hub = hub
        self._http = httpx.Client(timeout=ANSWERS_WITHIN_S)

    # -- handing out ---------------------------------------------------------------------------------

    def blow(self, number: int = 1, *, by_next: bool = False) -> list[str]:
        """So many new whistles, of the contract's examples in turn; they wait for the consumer now."""
        called = self.script.called
        return [self.calling.blow(*called[n % len(called)], by_next=by_next) for n in range(number)]

    def message(self, message_id: str) -> dict[str, Any]:
        """What is told under this id now, as the hub tells it."""
        now, telling, ledger = self._hub.clock.now(), self._hub.telling, self._hub.ledgers.mine()
        with self._hub.store.write() as conn:
            waiting = {message_id: message_id.partition(":")[0]}
            told = telling.again(conn, waiting, through=Exit.WEBHOOK, at=now)[message_id]
            ledger.append(conn, told.rows, now)
        ledger.committed()
        said: dict[str, Any] = orjson.loads(told.message)
        return said

    def hand(self, messages: Sequence[Mapping[str, Any]]) -> None:
        """Brings these before the consumer, in this order: a listener is called, one who pulls finds them."""
        if self.hook is None:
            with self.orders.lock:
                self.orders.more |= {str(one["id"]): dict(one) for one in messages}
            return
        for one in messages:
            self._call(dict(one))

    def deliver(self, make: Callable[[], Sequence[str]], shape: Shape = list) -> list[str]:
        """Brings what `make` calls the department for before the consumer, `shape`d; gives back the messages' ids once
        all of them are acknowledged, or patience has ended.

        Raises Gone where a consumer that pulls has not come meanwhile.
        """
        mark = self.journal.mark()
        self._shape(_nothing)  # all of it at once, or an order could not be told
        ids = list(make())
        self._shape(shape)
        if self.hook is not None:
            for one in shape([self.message(id_) for id_ in ids]):
                self._call(one)
        done = self.journal.wait(
            lambda: set(ids) <= set(self.journal.acknowledged(mark)), self.patience.longest_s
        )
        self._shape(list)
        if not done and self.hook is None and not self.journal.since(mark, Kind.FETCH):
            raise Gone
        return ids

    def _shape(self, shape: Shape) -> None:
        with self.orders.lock:
            self.orders.shape = shape

    def _call(self, message: dict[str, Any]) -> None:
        """Calls until it is taken, as the hub would, but not for ever."""
        for number in range(_TRIES):
            status = self.post(orjson.dumps(message))
            self.journal.posted(str(message["id"]), status)
            if 200 <= status < 300:
                return
            threading.Event().wait(min(0.1 * 2**number, self.patience.slow_s))

    def post(self, body: bytes, *, secret: str | None = None, late_s: float = 0.0) -> int:
        """The listener's status for one call, 0 where it gives none; signed with our secret at this moment, if not
        told otherwise."""
        assert self.hook is not None  # noqa: S101 only where there is one
        stamp = str(int(SystemClock().now().timestamp() - late_s))
        headers = {"content-type": CONTENT_TYPE, "x-gridplus-timestamp": stamp}
        used = self.hook.secret if secret is None else secret
        if used:
            headers["x-gridplus-signature"] = sign(used, stamp, body)
        try:
            return self._http.post(self.hook.url, content=body, headers=headers).status_code
        except (httpx.HTTPError, httpx.InvalidURL):
            self.unanswered += 1
            return 0

    def is_reached(self) -> bool:
        """Whether anybody listens at the consumer's address: one that was started just now needs a moment."""
        assert self.hook is not None  # noqa: S101 only where there is one
        address = urlsplit(self.hook.url)
        try:
            port = address.port or (443 if address.scheme == "https" else 80)
            socket.create_connection((address.hostname or "", port), _KNOCK_S).close()
        except (OSError, ValueError):
            return False
        return True

    def encoded(self, message_id: str) -> bytes:
        """The message as a webhook carries it."""
        return orjson.dumps(self.message(message_id))

    # -- waiting -------------------------------------------------------------------------------------

    def settle(self) -> bool:
        """Waits until the consumer does nothing more: quiet for a while, and, where it pulls, having asked in vain
        twice. False where it never is."""

        def is_quiet() -> bool:
            asked = self.hook is not None or self.journal.idle_fetches >= 2
            return asked and time.monotonic() - self.journal.active_at >= self.patience.quiet_s

        return self.journal.wait(is_quiet, self.patience.longest_s)

    def clear(self) -> None:
        """Nothing of the last act is left: no fault, and nothing that waits."""
        with self.orders.lock:
            self.orders.faults.clear()
            self.orders.more.clear()
        department = str(self.script.contract.department)
        with self._hub.store.write() as conn:
            waiting, _ = deliveries.pull(conn, department, 500)
            now = self._hub.clock.now()
            deliveries.mark(conn, "pull", list(waiting), "acknowledged", now, department=department)

    def close(self) -> None:
        """Gives the connections back."""
        self._http.close()


@contextmanager
def standing(
    script: Script, place: Path, *, key: str, host: str, port: int, patience: Patience, hook: Hook | None
) -> Iterator[tuple[Stand, str]]:
    """The stand, and the address that the consumer comes to. Raises FixSettings C107 where the port is taken."""
    settings = apart(
        home=place,
        store=f"sqlite:///{place}/hub.db",
        bus="embedded",
        host=host,
        log_level="error",
    )
    hub = Assembly(settings, clock=ScenarioClock(script.starts_at), pack=script.pack)
    journal, orders = Journal(), Orders()
    with hub.store.write() as conn:
        who = principals.Principal("department", str(script.contract.department))
        principals.register(conn, who, key, hub.clock.now())
    hub.warm()
    app = Mischief(serve(hub), journal, orders)
    chosen = port_near(port)
    if port and chosen != port:
        raise FixSettings("C107")
    config = uvicorn.Config(
        app,
        host=host,
        port=chosen,
        log_level="critical",
        server_header=False,
        timeout_graceful_shutdown=_GRACE_S,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="rehearsal", daemon=True)
    thread.start()
    stand = Stand(hub, script, journal, orders, patience, hook)
    try:
        if not journal.wait(lambda: server.started or not thread.is_alive(), 10.0) or not server.started:
            raise FixSettings("C107")
        yield stand, f"http://{host}:{chosen}"
    finally:
        server.should_exit = True
        thread.join(_GRACE_S + 4)
        stand.close()
        hub.close()
