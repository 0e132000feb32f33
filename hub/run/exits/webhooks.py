"""Webhooks: one department's whistles, signed, in order, posted to its own address.

One worker a department, so that a slow one delays nobody: not another department, not the relay.
What passes by itself is tried again and keeps the order; what does not ends `failed`, and the next one goes on.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import httpx
import structlog
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from hub.access.exits import Exit
from hub.clock import Clock
from hub.errors import Refused
from hub.run.exits.telling import Telling
from hub.run.ground.envelope import CONTENT_TYPE
from hub.run.ground.ledger import Ledger, written
from hub.store import deliveries, leases, resting
from hub.store.engine import Store
from hub.store.password import secret_in

log = structlog.get_logger()

REFUSALS: Final = 5
"""Tries before a refusal counts: a department that is being set up may refuse for a moment."""
_LONGEST_S: Final = resting.LONGEST_REST.total_seconds()
_DOUBLINGS: Final = 10
"""More would change nothing; a department that is down for a week would make it more than a number."""
_PASSING: Final = frozenset({408, 425, 429})
"""Client errors that say "later": time-out, too early, too many."""
_BROKEN_OFF: Final = (httpx.ConnectError, httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError)
"""A connection that was kept open and is gone by now; never a time-out, which has taken long already."""


UNTELLABLE: Final = "A121"
"""Code of a message that cannot be made; it waits for a person, and the next one goes on."""
Say = Callable[[str, str, datetime], str]
"""(message id, whistle id, now) → the message, audited; "" where it cannot be told."""


def saying(store: Store, telling: Telling, ledger: Ledger) -> Say:
    """Makes each message under the grants of its moment; one for each caller, since a ledger is one thread's."""

    def say(message_id: str, whistle_id: str, now: datetime) -> str:
        with written(store, ledger, now) as (conn, rows):
            told = telling.again(conn, {message_id: whistle_id}, through=Exit.WEBHOOK, at=now).get(message_id)
            rows += told.rows if told else ()
        return told.message if told else ""

    return say


@dataclass(frozen=True, slots=True)
class Hook:
    """Where a department wants its whistles, and the secret that signs them."""

    url: str
    secret: str = field(default="", repr=False)
    secret_file: Path | None = None
    """Takes the place of `secret`, and is read at each call: a new secret needs no restart."""

    def signing(self) -> str:
        """The secret of this moment; raises TryLater C119 where its file cannot be read, or is empty."""
        if self.secret_file is None:
            return self.secret
        return secret_in(self.secret_file)


class Webhooks:
    """Calls one department."""

    def __init__(
        self,
        department: str,
        hook: Hook,
        *,
        say: Say,
        store: Store,
        http: httpx.Client,
        clock: Clock,
        worker: str,
        lease_s: float,
    ) -> None:
        self._department, self._hook, self._say = department, hook, say
        self._store, self._http, self._clock, self._worker = store, http, clock, worker
        self._lease_length = timedelta(seconds=lease_s)

    def step(self) -> int:
        """Makes the next call; returns 1 where there was one to make. Raises Fenced where it took too long.

        The lease is asked for only then: a department that is not called costs no write.
        """
        with self._store.read() as conn:
            row = deliveries.next_webhook(conn, self._department, self._clock.now())
        if row is None:
            return 0
        name = f"webhooks:{self._department}"
        held = leases.take(self._store, name, self._worker, self._clock.now(), self._lease_length)
        if held is None:
            return 0
        code = self.tell(row.message_id, row.whistle_id)
        with self._store.write() as conn:
            leases.hold(conn, held)
            self._settle(conn, row, code)
        return 1

    def tell(self, message_id: str, whistle_id: str) -> str:
        """Tells the department of a whistle now; returns the code of what went wrong, "" where it took it."""
        message = self._say(message_id, whistle_id, self._clock.now())
        return self._call(message.encode()) if message else UNTELLABLE

    def _settle(self, conn: Any, row: Any, code: str) -> None:
        now, tried = self._clock.now(), row.attempts + 1
        if not code:
            deliveries.mark(conn, "webhook", [row.message_id], "sent", now, department=self._department)
        elif code == UNTELLABLE or (code == "S119" and tried >= REFUSALS):
            deliveries.give_up(conn, row.message_id, code, now)
            log.warning("webhook_refused", department=self._department, message=row.message_id, code=code)
        else:
            wait = min(2.0 ** min(row.attempts, _DOUBLINGS), _LONGEST_S)
            deliveries.try_again(conn, row.message_id, code, now + timedelta(seconds=wait))

    def _call(self, body: bytes) -> str:
        """The code of what went wrong; "" where the department took it."""
        attempts = Retrying(
            stop=stop_after_attempt(3),
            wait=wait_exponential_jitter(multiplier=0.2, max=1.0),
            retry=retry_if_exception_type(_BROKEN_OFF),
            sleep=self._clock.pause,
            reraise=True,
        )
        try:
            return _code_of(attempts(self._post, body))
        except (httpx.HTTPError, httpx.InvalidURL):
            return "S118"
        except Refused as refused:  # of the guard: it waits until somebody mends address or setting
            return refused.code

    def _post(self, body: bytes) -> int:
        """The status; what else the department says is not read, be it without end."""
        stamp = str(int(self._clock.now().timestamp()))
        headers = {
            "content-type": CONTENT_TYPE,
            "x-gridplus-timestamp": stamp,
            "x-gridplus-signature": sign(self._hook.signing(), stamp, body),
        }
        with self._http.stream("POST", self._hook.url, content=body, headers=headers) as answer:
            return answer.status_code


def _code_of(status: int) -> str:
    """A refusal is what the same message will meet again: a wrong address, signature or redirection."""
    if 200 <= status < 300:
        return ""
    return "S118" if status >= 500 or status in _PASSING else "S119"


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """HMAC-SHA256 in hex over `timestamp.body`: what a department recomputes to know that we called."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, sha256).hexdigest()
