"""Plans calls to duty phones: at once for an emergency that nobody has taken, then rung by rung (N42, N90).

One leader by lease, and it calls nobody itself: what it plans is a row, which the channel's own worker sends
(`hub.run.ringing.calling`). So a gateway that hangs holds up neither deadlines nor the next channel.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import Connection

from hub import ids
from hub.clock import Clock
from hub.errors import Refused
from hub.model import OnCall, Whistle, WhistleState
from hub.pack import Pack
from hub.run.ground.contractbook import ContractBook
from hub.run.matters.oncall import MOST, attempts_of, is_heard, rungs_of
from hub.store import leases, summonses, whistles
from hub.store.engine import Store
from hub.store.summonses import Planned
from hub.whistle.summons import Attempt, Rung, is_next_due, next_rung

log = structlog.get_logger()

LEASE: Final = "summoning"
NOT_SET_UP: Final = "S122"
IsReady = Callable[[Rung], bool]
"""Whether the settings give a channel what it needs."""


class Summoning:
    """One candidate for the leader."""

    def __init__(
        self,
        *,
        store: Store,
        pack: Pack,
        contracts: ContractBook,
        is_ready: IsReady,
        clock: Clock,
        worker: str,
        lease_s: float,
    ) -> None:
        self._store, self._pack, self._contracts = store, pack, contracts
        self._is_ready, self._clock = is_ready, clock
        self._lease = leases.Holding(store, LEASE, worker, timedelta(seconds=lease_s))

    def step(self) -> int:
        """Plans the next call of each emergency that waits for one; returns how many. 0 while another leads."""
        now = self._clock.now()
        with self._store.read() as conn:
            due = self._due(conn, summonses.untaken(conn, MOST), now)
        if not due:
            return 0
        held = self._lease.at(now)
        if held is None:
            return 0
        with self._store.write() as conn:
            leases.hold(conn, held)
            still = whistles.load(conn, [one.id for one in due])
            blown = [one for one in still.values() if one.state is WhistleState.BLOWN]
            planned = [plan for plan, _ in self._planned(conn, blown, now)]
            for one in planned:
                summonses.add(conn, one, now)
        if planned:
            log.info("calls_planned", made=len(planned))
        return len(planned)

    def _due(self, conn: Connection, waiting: Sequence[Whistle], now: datetime) -> list[Whistle]:
        return [one for _, one in self._planned(conn, waiting, now)]

    def _planned(
        self, conn: Connection, waiting: Sequence[Whistle], now: datetime
    ) -> list[tuple[Planned, Whistle]]:
        """The next call of each that is due for one; nothing of a ladder that has ended."""
        called = {one.id: rules for one in waiting if (rules := self._rules(conn, one)) is not None}
        asked = [one for one in waiting if one.id in called]
        attempts = attempts_of(conn, asked)
        made = {id_: len(rows) for id_, rows in summonses.rows_of(conn, called).items()}
        return [
            (self._plan(one, rung, made.get(one.id, 0) + 1), one)
            for one in asked
            if (rung := self._next(one, called[one.id], attempts[one.id], now)) is not None
        ]

    def _rules(self, conn: Connection, whistle: Whistle) -> OnCall | None:
        """By the contract that it was blown under; None where that calls nobody, or nobody has it any more."""
        try:
            rules = self._contracts.of(conn, whistle.contract_id).on_call
        except Refused:  # W120: it stands in its telling's log, and doctor counts it
            return None
        return rules if rules.channels else None

    def _next(
        self, whistle: Whistle, rules: OnCall, attempts: Sequence[Attempt], now: datetime
    ) -> Rung | None:
        if is_heard(attempts) or not is_next_due(attempts, rules, now):
            return None
        return next_rung(rungs_of(self._pack, whistle, rules, now), attempts)

    def _plan(self, whistle: Whistle, rung: Rung, n: int) -> Planned:
        return Planned(
            whistle_id=whistle.id,
            n=n,
            id=ids.summons_id(whistle.id, n),
            channel=rung.channel,
            department=rung.department,
            contact=rung.contact,
            code="" if self._is_ready(rung) else NOT_SET_UP,
        )
