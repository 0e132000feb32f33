"""The clockwork worker: notes each deadline that has passed, once, and lets go what was kept long enough.

Due in the database is the truth; one leader by lease, and every transaction proves the lease. What
follows from an overdue step (cards, escalation) reads what stands noted here.
"""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import Connection, delete, func, not_, or_, select

from hub.bus.topics import EVENTS, REPORTS
from hub.clock import Clock, day_of, is_due
from hub.jsonform import loads
from hub.model import Whistle, WhistleState
from hub.pack.manifest import Retention
from hub.run.retiring import retire
from hub.run.supervising import Supervising
from hub.run.timekeeping import JUMPED, Watch, written
from hub.store import facts, leases, months, outbox, rows_read, steps
from hub.store.engine import Store, insert
from hub.store.moments import to_us
from hub.store.tables import message, offset, overdue, whistle
from hub.whistle.lifecycle import OVER

log = structlog.get_logger()

LEASE: Final = "clockwork"
_PORTION: Final = 500
_SWEEP_EVERY: Final = timedelta(hours=1)
_COUNTED_FOR: Final = timedelta(days=7)
"""Limits a day are counted for this long: a clock that was ahead for a while must not make them begin anew."""
_DONE_BY: Final = {
    "sign": (WhistleState.SIGNED, WhistleState.CONTACTED, WhistleState.REPORTED_IN),
    "contact": (WhistleState.CONTACTED, WhistleState.REPORTED_IN),
    "report_in": (WhistleState.REPORTED_IN,),
    "arrive": (WhistleState.REPORTED_IN,),
    "finish": (),
}
"""States in which a step is behind a whistle that has not ended."""


class Clockwork:
    """One candidate for the leader."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        worker: str,
        lease_s: float,
        retention: Retention,
        keeps_log: bool,
        forget: Callable[[str], None],
        watch: Watch | None = None,
        supervising: Supervising | None = None,
    ) -> None:
        """Messages stay as long as `retention` says where the outbox is the log (`keeps_log`); elsewhere the
        broker keeps them, and what was sent may go at once. `forget` drops a destroyed key from memory. `watch`
        where the clock is one that can jump, `supervising` where the pack has cards."""
        self._store, self._clock, self._watch = store, clock, watch
        self._supervising = supervising
        self._lease = leases.Holding(store, LEASE, worker, timedelta(seconds=lease_s))
        self._retention, self._forget = retention, forget
        self._kept, self._keeps_log = retention.topics if keeps_log else timedelta(0), keeps_log
        self._next_sweep = self._next_retiring = self._next_months = clock.now()

    def step(self) -> int:
        """Notes what is overdue; returns how many steps that was. 0 while another leads."""
        now = self._clock.now()
        self._note_jump(now)
        held = self._lease.at(now)
        if held is None:
            return 0
        with self._store.write() as conn:
            leases.hold(conn, held)
            noted = self._note(conn, now)
            carded = self._supervising.note(conn, now) if self._supervising else 0
            if is_due(self._next_sweep, now, within=_SWEEP_EVERY):
                self._sweep(conn, now)
                self._next_sweep = now + _SWEEP_EVERY
        if self._supervising:
            self._supervising.after(held, self._store, now)
        if noted:
            log.info("deadlines_passed", steps=noted)
        if is_due(self._next_months, now, within=_SWEEP_EVERY):
            self._turn_months(held, now)
        if is_due(self._next_retiring, now, within=_SWEEP_EVERY):
            self._retire(held, now)
        return noted + carded

    def _note_jump(self, now: datetime) -> None:
        """So that `doctor` tells of it; whoever sees it, the leader or not."""
        by = self._watch.look() if self._watch else None
        if by:
            log.warning("clock_jumped", by_s=int(by.total_seconds()))
            with self._store.write() as conn:
                facts.put(conn, JUMPED, written(now, by))

    def _turn_months(self, held: leases.Lease, now: datetime) -> None:
        """Makes months ahead, and drops those past retention of which nothing is kept."""
        with self._store.read() as conn:
            unmade, over = months.unmade(conn, now), months.over(conn, now - self._retention.records)
        made = [one.table for one in unmade if self._turn(held, months.make, one)]
        gone = [one.table for one in over if self._turn(held, months.drop, one)]
        if made or gone:
            log.info("months_turned", made=made, dropped=gone)
        self._next_months = now + _SWEEP_EVERY

    def _turn(
        self, held: leases.Lease, turn: Callable[[Connection, months.Month], bool], one: months.Month
    ) -> bool:
        """One month in a transaction of its own: nobody waits for another month's."""
        with self._store.write() as conn:
            leases.hold(conn, held)
            return turn(conn, one)

    def _retire(self, held: leases.Lease, now: datetime) -> None:
        """One portion a step, so that deadlines never wait for it; an hour's rest once nothing is left."""
        with self._store.write() as conn:
            leases.hold(conn, held)
            gone = retire(conn, self._retention, now, self._forget)
        if gone:
            log.info("retired", **asdict(gone))
        else:
            self._next_retiring = now + _SWEEP_EVERY

    def _sweep(self, conn: Connection, now: datetime) -> None:
        """Lets old messages go; where the outbox is the log, never one that the hub itself has still to read."""
        old = delete(message).where(outbox.is_carried(), message.c.made_us < to_us(now - self._kept))
        if self._keeps_log:
            read_up_to = (
                select(func.min(offset.c.next)).where(offset.c.topic == message.c.topic).scalar_subquery()
            )
            ours = or_(message.c.topic == EVENTS, message.c.topic.like(f"{REPORTS}%"))
            old = old.where(or_(not_(ours), message.c.seq < func.coalesce(read_up_to, 0)))
        conn.execute(old)
        rows_read.forget_before(conn, day_of(now - _COUNTED_FOR))

    def _note(self, conn: Connection, now: datetime) -> int:
        """One portion, in order of due; a whistle's `due_us` moves on to its next open step."""
        rows = conn.execute(
            select(whistle.c.id, whistle.c.body)
            .where(whistle.c.due_us <= to_us(now))
            .order_by(whistle.c.due_us)
            .limit(_PORTION)
        ).all()
        late: list[dict[str, object]] = []
        moves = steps.of_whistles(conn, [row.id for row in rows])
        for row in rows:
            one = loads(Whistle, row.body)
            reached = {one.state, *(made.step.after for made in moves.get(one.id, []))}
            passed = [d for d in one.deadlines if d.due_at <= now and not is_done(reached, d.step)]
            late += [
                {
                    "whistle_id": one.id,
                    "step": d.step,
                    "round": one.round,
                    "due_us": to_us(d.due_at),
                    "noted_us": to_us(now),
                    "excused": "",
                }
                for d in passed
            ]
            conn.execute(
                whistle.update()
                .where(whistle.c.id == one.id)
                .values(due_us=next_due_us(one, reached, after=now))
            )
        return insert(conn, overdue, late)


def is_done(reached: AbstractSet[WhistleState], step: str) -> bool:
    """Whether a whistle has this step behind it. `reached`: its state, and those before it, as far as they are known:
    a signature stays one when the whistle is returned, and when that is dismissed."""
    return not OVER.isdisjoint(reached) or not reached.isdisjoint(_DONE_BY.get(step, ()))


def next_due_us(one: Whistle, reached: AbstractSet[WhistleState], *, after: datetime) -> int | None:
    """The next deadline of an open step; None once there is none."""
    open_ = [to_us(d.due_at) for d in one.deadlines if d.due_at > after and not is_done(reached, d.step)]
    return min(open_, default=None)
