"""The relay: outbox → Kafka, and signed webhooks with retries. One leader by lease."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final

import httpx
import structlog

from hub.bus import Bus
from hub.clock import Clock
from hub.run.envelope import CONTENT_TYPE
from hub.store import leases, outbox, whistles
from hub.store.engine import Store

log = structlog.get_logger()

LEASE: Final = "relay"
_LONGEST_S: Final = 600.0
_DOUBLINGS: Final = 10
"""More would change nothing; a department that is down for a week would make it more than a number."""


@dataclass(frozen=True, slots=True)
class Hook:
    """Where a department wants its whistles, and the secret that signs them."""

    url: str
    secret: str


class Relay:
    """Carries what the outbox and the deliveries hold."""

    def __init__(
        self,
        *,
        store: Store,
        bus: Bus,
        hooks: Mapping[str, Hook],
        http: httpx.Client,
        clock: Clock,
        worker: str,
        lease_s: float,
        batch: int,
    ) -> None:
        self._store, self._bus, self._hooks, self._http = store, bus, hooks, http
        self._clock, self._worker, self._batch = clock, worker, batch
        self._lease_length = timedelta(seconds=lease_s)

    def step(self) -> int:
        """Sends one portion of each; returns how many messages left. Raises TryLater where Kafka is away."""
        held = leases.take(self._store, LEASE, self._worker, self._clock.now(), self._lease_length)
        if held is None:
            return 0
        return self._publish(held) + self._call_hooks(held)

    def _publish(self, held: leases.Lease) -> int:
        if self._bus.outbox_is_log:
            return 0
        with self._store.read() as conn:
            portion = outbox.unsent(conn, self._batch)
        if not portion:
            return 0
        self._bus.publish([(message, part) for _, part, message in portion])
        with self._store.write() as conn:
            leases.hold(conn, held)
            outbox.mark_sent(conn, [seq for seq, _, _ in portion])
        return len(portion)

    def _call_hooks(self, held: leases.Lease) -> int:
        if not self._hooks:
            return 0
        with self._store.read() as conn:
            due = whistles.webhooks_due(conn, self._clock.now(), self._batch)
        down: set[str] = set()
        for row in due:
            if row.department not in down and not self._call(held, row):
                down.add(row.department)  # the others of this department keep their order
        return len(due)

    def _call(self, held: leases.Lease, row: Any) -> bool:
        hook = self._hooks.get(row.department)
        code = "C101" if hook is None else self._post(hook, row)
        now = self._clock.now()
        with self._store.write() as conn:
            leases.hold(conn, held)
            if not code:
                whistles.mark(conn, "webhook", [row.message_id], "sent", now, department=row.department)
            else:
                wait = min(2.0 ** min(row.attempts, _DOUBLINGS), _LONGEST_S)
                whistles.try_again(conn, row.message_id, code, now + timedelta(seconds=wait))
        return not code

    def _post(self, hook: Hook, row: Any) -> str:
        """The code of what went wrong; "" where the department took it."""
        stamp = str(int(self._clock.now().timestamp()))
        body = row.message.encode()
        headers = {
            "content-type": CONTENT_TYPE,
            "x-gridplus-timestamp": stamp,
            "x-gridplus-signature": sign(hook.secret, stamp, body),
        }
        try:
            answer = self._http.post(hook.url, content=body, headers=headers)
        except httpx.HTTPError:
            return "S101"
        return "" if answer.is_success else "S102"


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """HMAC-SHA256 in hex over `timestamp.body`: what a department recomputes to know that we called."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, sha256).hexdigest()
