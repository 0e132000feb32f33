"""The clockwork worker: notes each deadline that has passed, once, makes the moves that are the hub's by the clock,
and lets go what was kept long enough.

Due in the database is the truth; one leader by lease, and every transaction proves the lease. What
follows from an overdue step (cards, escalation) reads what stands noted here.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import Connection, delete, func, not_, or_, select

from hub.bus.topics import EVENTS, REPORTS
from hub.clock import Clock, day_of, is_due
from hub.model import IncidentId, Move
from hub.pack.manifest import Retention
from hub.run.care.retiring import retire
from hub.run.ground.timekeeping import JUMPED, Watch, written
from hub.run.ground.trouble import code_of, may_be_put_aside
from hub.run.matters.hubmoves import Moves
from hub.run.matters.ticks import Due, Ticks
from hub.run.supervision.supervising import Supervising
from hub.store import due, facts, incidents, leases, months, outbox, rows_read
from hub.store.engine import Store
from hub.store.moments import to_us
from hub.store.tables import message, offset

log = structlog.get_logger()

LEASE: Final = "clockwork"
_PORTION: Final = 500
_SWEEP_EVERY: Final = timedelta(hours=1)
_COUNTED_FOR: Final = timedelta(days=7)
"""Limits a day are counted for this long: a clock that was ahead for a while must not make them begin anew."""
_PUT_OFF: Final = timedelta(minutes=10)
"""A move that could not be made is tried again after this."""


class Clockwork:
    """One candidate for the leader."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        worker: str,
        lease_s: float,
        ticks: Ticks,
        moves: Moves,
        retention: Retention,
        keeps_log: bool,
        forget: Callable[[str], None],
        watch: Watch | None = None,
        supervising: Supervising | None = None,
    ) -> None:
        """Messages stay as long as `retention` says where the outbox is the log (`keeps_log`); elsewhere the
        broker keeps them, and what was sent may go at once. `moves` makes those of the hub. `forget`
        drops a destroyed key from memory. `watch` where the clock is one that can jump, `supervising` where the pack
        has cards."""
        self._store, self._clock, self._watch = store, clock, watch
        self._supervising = supervising
        self._lease = leases.Holding(store, LEASE, worker, timedelta(seconds=lease_s))
        self._retention, self._forget = retention, forget
        self._kept, self._keeps_log = retention.topics if keeps_log else timedelta(0), keeps_log
        self._ticks, self._moves = ticks, moves
        self._retimed_up_to = ""
        self._not_before: dict[IncidentId, datetime] = {}
        """Matters that could not be closed, and when that is tried again."""
        self._next_sweep = self._next_retiring = self._next_months = self._next_retiming = clock.now()

    def step(self) -> int:
        """Notes what is overdue and makes what moves are due; returns how much that was. 0 while another leads."""
        now = self._clock.now()
        self._note_jump(now)
        held = self._lease.at(now)
        if held is None:
            return 0
        with self._store.write() as conn:
            leases.hold(conn, held)
            ticked = self._ticks.look(conn, now, _PORTION)
            announced = incidents.announced_before(conn, now, _PORTION, self._put_off_at(now))
            if is_due(self._next_sweep, now, within=_SWEEP_EVERY):
                self._sweep(conn, now)
                self._next_sweep = now + _SWEEP_EVERY
        moved = self._make(held, ticked.moves, now)
        moved += sum(self._close_announced(held, one, now) for one in announced)
        carded = self._supervising.step(held, now) if self._supervising else 0
        if ticked.noted or moved:
            log.info("deadlines_passed", steps=ticked.noted, moves=moved)
        if is_due(self._next_retiming, now, within=_SWEEP_EVERY):
            self._retime(held, now)
        if is_due(self._next_months, now, within=_SWEEP_EVERY):
            self._turn_months(held, now)
        if is_due(self._next_retiring, now, within=_SWEEP_EVERY):
            self._retire(held, now)
        return ticked.noted + moved + carded + (ticked.seen == _PORTION)

    def _make(self, held: leases.Lease, due_: Sequence[Due], now: datetime) -> int:
        """Each in a transaction of its own, so that none waits for another's matter, but for the archive, which nobody
        waits for; returns how many were made."""
        ripe = [one for one in due_ if one.move is Move.ARCHIVE]
        others = [one for one in due_ if one.move is not Move.ARCHIVE]
        return self._archive(held, ripe, now) + sum(self._make_one(held, one, now) for one in others)

    def _archive(self, held: leases.Lease, ripe: Sequence[Due], now: datetime) -> int:
        if not ripe:
            return 0
        archived = self._done(held, lambda conn: self._moves.archive(conn, ripe, now))
        if isinstance(archived, Exception):  # one of them cannot be, and stops no other
            return sum(self._make_one(held, one, now) for one in ripe)
        return archived

    def _done(self, held: leases.Lease, work: Callable[[Connection], int]) -> int | Exception:
        """What `work` came to, in a transaction of its own; the error of one that may be put aside."""
        self._moves.begin()
        try:
            with self._store.write() as conn:
                leases.hold(conn, held)
                done = work(conn)
        except Exception as error:
            if not may_be_put_aside(error):
                raise
            return error
        self._moves.committed()
        return done

    def _make_one(self, held: leases.Lease, one: Due, now: datetime) -> int:
        made = self._done(held, lambda conn: self._moves.make(conn, one, now))
        if not isinstance(made, Exception):
            return made
        log.warning(
            "move_not_made",
            whistle=one.whistle,
            move=one.move.value,
            code=code_of(made),
            error=type(made).__name__,
        )
        with self._store.write() as conn:
            leases.hold(conn, held)
            due.put_off(conn, one.whistle, one.version, now + _PUT_OFF)
        return 0

    def _put_off_at(self, now: datetime) -> list[IncidentId]:
        """Matters that could not be closed lately."""
        later = self._not_before.items()
        self._not_before = {one: at for one, at in later if not is_due(at, now, within=_PUT_OFF)}
        return list(self._not_before)

    def _close_announced(self, held: leases.Lease, one: IncidentId, now: datetime) -> int:
        """Each in a transaction of its own; one that cannot be closed waits and stops no other."""
        closed = self._done(held, lambda conn: self._moves.close_announced(conn, one, now))
        if not isinstance(closed, Exception):
            return closed
        log.warning("matter_not_closed", incident=one, code=code_of(closed), error=type(closed).__name__)
        self._not_before[one] = now + _PUT_OFF
        return 0

    def _retime(self, held: leases.Lease, now: datetime) -> None:
        """Counts one portion of provisional deadlines again; an hour's rest once all were looked at."""
        with self._store.write() as conn:
            leases.hold(conn, held)
            self._retimed_up_to, changed = self._ticks.retime(conn, self._retimed_up_to, _PORTION)
        if changed:
            log.info("deadlines_counted_again", whistles=changed)
        if not self._retimed_up_to:
            self._next_retiming = now + _SWEEP_EVERY

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
