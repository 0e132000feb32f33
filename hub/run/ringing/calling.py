"""Makes the calls of one channel: sends what is planned, and asks what became of it.

One worker a channel, so that a gateway that hangs delays no other. At least once, with a stable id: killed between the
gateway's answer and our commit, the same call goes out under the same id, and the gateway rings nobody twice. Who
presses the key signs for the department, through the door that its own reports come in by.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from hub.clock import Clock
from hub.errors import Refused
from hub.model import WhistleState
from hub.plugin import CallReceipt, CallState, Channel, Follows, Summons
from hub.run.ground.ledger import Ledger, written
from hub.run.matters.reporting import Reporting, Sent
from hub.run.ringing.callwords import CallWords, Silent
from hub.run.ringing.outcome import (
    LOOK_S,
    Kept,
    Later,
    Lost,
    Outcome,
    asked,
    tried_again_at,
    unless_long_ago,
)
from hub.store import leases, summonses, whistles
from hub.store.engine import Store
from hub.store.moments import to_us
from hub.whistle.summons import SummonsState

REACHED_NOBODY: Final = "S125"
_NOTE: Final = "值班电话按键签收"
_STATES: Final = {
    CallState.ACCEPTED: SummonsState.ACCEPTED,
    CallState.DELIVERED: SummonsState.DELIVERED,
    CallState.TAKEN: SummonsState.TAKEN,
    CallState.FAILED: SummonsState.FAILED,
}


class Calling:
    """The calls of one channel."""

    def __init__(
        self,
        channel: str,
        *,
        gateway: Callable[[str], Channel],
        words: CallWords,
        ledger: Ledger,
        reporting: Callable[[], Reporting],
        store: Store,
        clock: Clock,
        worker: str,
        lease_s: float,
    ) -> None:
        """`gateway`: the one that a department is called through, as of this moment."""
        self._channel, self._gateway, self._words, self._ledger = channel, gateway, words, ledger
        self._reporting, self._store, self._clock = reporting, store, clock
        self._lease = leases.Holding(store, f"calling:{channel}", worker, timedelta(seconds=lease_s))

    def step(self) -> int:
        """Makes one call, or asks after one; returns 1 where there was one. 0 while another has the channel."""
        now = self._clock.now()
        with self._store.look() as conn:
            row = summonses.next_due(conn, self._channel, now)
        if row is None:
            return 0
        held = self._lease.at(now)
        if held is None:
            return 0
        outcome = self._send(row, now) if row.state == SummonsState.QUEUED else self._follow(row)
        self._ledger.begin()
        with self._store.write() as conn:
            leases.hold(conn, held)
            self._settle(conn, row, outcome)
        self._ledger.committed()
        return 1

    def _send(self, row: Any, now: datetime) -> Outcome:
        said = self._said(row, now)
        if isinstance(said, Silent):
            return Lost(said.code)
        return self._asked(row.department, lambda gateway: gateway.send(said))

    def _said(self, row: Any, now: datetime) -> Summons | Silent:
        """What is said, audited before it leaves; nothing where the whistle was taken meanwhile."""
        with written(self._store, self._ledger, now) as (conn, rows):
            found = self._words.of(conn, row, now)
            rows += found.rows
        return found.said

    def _follow(self, row: Any) -> Outcome:
        """Of a whistle that was taken meanwhile nothing more is asked."""
        with self._store.read() as conn:
            whistle = whistles.load(conn, [row.whistle_id])[row.whistle_id]
        if whistle.state is not WhistleState.BLOWN:
            return Kept()
        return self._asked(
            row.department,
            lambda gateway: gateway.follow(row.id, row.receipt) if isinstance(gateway, Follows) else Kept(),
        )

    def _asked(self, department: str, ask: Callable[[Channel], CallReceipt | Kept]) -> Outcome:
        return asked(self._channel, lambda: self._gateway(department), ask)

    def _settle(self, conn: Connection, row: Any, outcome: Outcome) -> None:
        now = self._clock.now()
        summonses.settle(conn, row.whistle_id, row.n, self._values(conn, row, outcome, now))

    def _values(self, conn: Connection, row: Any, outcome: Outcome, now: datetime) -> dict[str, object]:
        if isinstance(outcome, Later):
            again = tried_again_at(row.tries, summonses.LONGEST_REST, now)
            return {"code": outcome.code, "tries": row.tries + 1, "next_us": unless_long_ago(row, again)}
        if isinstance(outcome, Lost):
            state = SummonsState.FAILED if outcome.code else SummonsState.VOID
            return {"state": state.value, "code": outcome.code, "next_us": None}
        if isinstance(outcome, Kept):
            return {"next_us": None}
        asked_on = outcome.state is CallState.ACCEPTED
        return {
            "state": _STATES[outcome.state].value,
            "code": self._code(conn, row, outcome.state, now),
            "receipt": outcome.ref,
            "detail": outcome.detail,
            "tries": 0,
            "sent_us": row.sent_us or to_us(now),
            "next_us": unless_long_ago(row, now + timedelta(seconds=LOOK_S)) if asked_on else None,
        }

    def _code(self, conn: Connection, row: Any, state: CallState, now: datetime) -> str:
        if state is CallState.TAKEN:
            return self._sign(conn, row, now)
        return REACHED_NOBODY if state is CallState.FAILED else ""

    def _sign(self, conn: Connection, row: Any, now: datetime) -> str:
        """Signs for the department whose phone it was, and for nobody where the district's centre took the call.
        Returns why it was not signed by this: "" where it was."""
        whistle = whistles.load(conn, [row.whistle_id])[row.whistle_id]
        if whistle.department != row.department:
            return ""
        said = {"nonce": f"summons:{row.id}", "move": "sign", "note": _NOTE}
        sent = Sent(whistle.department, whistle.id, said)
        (end,) = self._reporting().take_all(conn, [sent], self._ledger, now)
        return end.code if isinstance(end, Refused) else ""  # signed or over by now: nothing has changed
