"""The maps of one web process: one board, one sheet for each distinct view of it, and who looked at which.

Whoever has the same territory and the same plan sees the same sheet: a hundred screens of the centre cost as much as
one. All work on boards and sheets happens under one lock; asynchronous callers come through a thread.
"""

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from hub.access.account import account_of
from hub.access.audit import AuditRow, refused
from hub.access.exits import Exit
from hub.access.plan import Plan
from hub.access.planbook import PlanBook
from hub.access.territory import Territory
from hub.clock import Clock, day_of
from hub.errors import Refused
from hub.model import DepartmentId, Output
from hub.pack import Pack
from hub.run.ground.ledger import Ledger, noted
from hub.run.map.board import Board, board_at
from hub.run.map.cells import TILE_ZOOM, Box
from hub.run.map.live import Live
from hub.run.map.marks import SHOWN, Centre, Mark, Marker
from hub.run.map.sheet import Sheet
from hub.run.map.wanted import Wanted
from hub.run.map.wanted import refused as refused_by
from hub.store.engine import Store

PURPOSE: Final = "handle"
AUDITED_EVERY: Final = timedelta(minutes=15)
"""One row of the audit says that somebody had the whole picture before them, moving and changing, for so long."""
_FRESH_S: Final = 0.25
"""A picture this old is looked at without asking what changed."""
_REUSED: Final = 20.0
"""So many times as long as gathering took, what was gathered for one viewer does for others: however many look, it costs
a twentieth of the time. The news after it do the rest."""
_MOST_MARKS: Final = 600_000
"""Over all sheets; those that nobody used for longest go first."""
_PAST_STEP: Final = timedelta(minutes=5)
_MOST_PASTS: Final = 3
_PAST_FOR_S: Final = 60.0
"""So long a picture of the past does: who may see of it what is decided by how matters stand now."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks: an account, whose organisation's grants say what it is shown, and where it works."""

    account: str
    organisation: str
    territory: Territory


@dataclass(frozen=True, slots=True)
class _Key:
    """What makes two views the same."""

    organisation: str
    territory: Territory
    on: str
    book: PlanBook
    """Of the grants in force: the same one for as long as they are the same."""


class Pictures:
    """Asked by routes; each call may block."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        speed: float,
        pack: Pack,
        plans: Callable[[], PlanBook],
        centre: Centre,
    ) -> None:
        self._store, self._clock, self._pack = store, clock, pack
        self._plans, self._centre = plans, centre
        self._lock: Final = threading.RLock()
        self._board: Final = Board(store, clock, speed=speed)
        self._caught_up_at = -_FRESH_S
        self._lives: Final[dict[_Key, Live]] = {}
        self._pasts: Final[dict[tuple[_Key, datetime], tuple[float, Live]]] = {}
        """With the second in which each was made."""
        self._audited: Final[dict[tuple[str, _Key, datetime | None], datetime]] = {}

    def tick(self) -> list[Live]:
        """Takes up what changed, into every sheet; the sheets that are still to be seen. Those of other grants and other
        days are not."""
        with self._lock:
            changed = self._board.catch_up()
            self._caught_up_at = time.monotonic()
            self._forget_old()
            for live in self._lives.values():
                if changed:
                    live.change(changed)
            return list(self._lives.values())

    def live(self, viewer: Viewer) -> Live:
        """The sheet that this viewer sees now, as it was a moment ago at most."""
        with self._lock:
            if time.monotonic() - self._caught_up_at >= _FRESH_S:
                self.tick()
            key, plan = self._key(viewer)
            live = self._lives.pop(key, None)
            if live is None:
                live = Live(self._sheet(viewer, plan, self._board.pins()))
            self._lives[key] = live  # last in order: used last
            self._forget_most(key)
            return live

    def cells(
        self, viewer: Viewer, *, zoom: int, box: Box, wanted: Wanted, colour: str, at: datetime | None
    ) -> dict[str, Any]:
        """The picture at `zoom`, and the counts beside it. From `TILE_ZOOM` on what lies around `box`, else all."""
        near = box if zoom >= TILE_ZOOM else None

        def gather(live: Live) -> dict[str, Any]:
            return {"number": live.number, "cells": live.sheet.cells(zoom, wanted, colour, near)}

        live = self._chosen(viewer, at)
        with self._lock:
            counts = self._reused(
                live, ("counts", wanted), lambda: {"number": live.number, **live.sheet.counts(wanted)}
            )
            if near:
                return gather(live) | {"counts": counts}
            return self._reused(live, ("cells", zoom, wanted, colour), lambda: gather(live)) | {
                "counts": counts
            }

    def rows(self, viewer: Viewer, *, box: Box | None, wanted: Wanted, at: datetime | None) -> list[Mark]:
        """The first of the list beside the map."""
        live = self._chosen(viewer, at)
        with self._lock:
            return live.sheet.rows(wanted, box)

    def inside(self, viewer: Viewer, *, box: Box, wanted: Wanted, at: datetime | None) -> list[Mark]:
        """Named marks with a point in the box."""
        live = self._chosen(viewer, at)
        with self._lock:
            return list(live.sheet.placed(wanted, box))

    def named(self, viewer: Viewer, id_: str) -> Mark:
        """The mark of a matter; raises Refused P204 where it is not on this viewer's map, or has no name there."""
        with self._lock:
            mark = self.live(viewer).sheet.named(id_)
        if mark is None:
            raise Refused("P204")
        return mark

    def _chosen(self, viewer: Viewer, at: datetime | None) -> Live:
        return self._past(viewer, at) if at else self.live(viewer)

    def _past(self, viewer: Viewer, at: datetime) -> Live:
        """Made without the lock: nobody who looks at now waits for it."""
        key, plan = self._key(viewer)
        now = time.monotonic()
        with self._lock:
            made_at, live = self._pasts.pop((key, at), (now, None))
        if live is None or now - made_at > _PAST_FOR_S:
            made_at, live = now, Live(self._sheet(viewer, plan, board_at(self._store, at)))
        with self._lock:
            self._pasts[key, at] = made_at, live
            while len(self._pasts) > _MOST_PASTS:
                del self._pasts[next(iter(self._pasts))]
        return live

    def _reused(self, live: Live, question: Any, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        began = time.monotonic()
        number, until, answer = live.gathered.get(question, ("", 0.0, {}))
        if answer and (number == live.number or began < until):
            return answer
        answer = make()
        if len(live.gathered) >= _MOST_GATHERED:
            live.gathered.clear()
        took = time.monotonic() - began
        live.gathered[question] = (live.number, began + _REUSED * took, answer)
        return answer

    def _sheet(self, viewer: Viewer, plan: Plan, pins: Iterable[Any]) -> Sheet:
        least = self._pack.rules_on(plan.on).figures.hidden_below
        return Sheet(Marker(viewer.territory, plan, self._centre), pins, hidden_below=least)

    def _key(self, viewer: Viewer) -> tuple[_Key, Plan]:
        book = self._plans()
        plan = book.plan(DepartmentId(viewer.organisation), PURPOSE, Output.MAP, day_of(self._clock.now()))
        key = _Key(viewer.organisation, viewer.territory, plan.on.isoformat(), book)
        return key, plan

    def _forget_old(self) -> None:
        holds = self._plans(), day_of(self._clock.now()).isoformat()
        for key in [one for one in self._lives if (one.book, one.on) != holds]:
            del self._lives[key]

    def _forget_most(self, used: _Key) -> None:
        total = sum(len(live.sheet) for live in self._lives.values())
        for key in list(self._lives):
            if total > _MOST_MARKS and key != used:
                total -= len(self._lives.pop(key).sheet)

    # -- who looked ----------------------------------------------------------------------------------

    def check(self, viewer: Viewer, wanted: Wanted, at: datetime | None, ledger: Ledger) -> None:
        """Writes down that this viewer looks, once in `AUDITED_EVERY`; raises Refused P203 for a filter by what it may
        not see, which is written down each time."""
        key, plan = self._key(viewer)
        now = self._clock.now()
        if said := refused_by(wanted, plan):
            row = refused(
                said.fields, at=now, who=viewer.account, through=Exit.MAP, purpose=PURPOSE, reason="P203"
            )
            noted(self._store, ledger, row)
            raise Refused("P203", fields=", ".join(said.fields))
        last = self._audited.get((viewer.account, key, at))
        if last is not None and last <= now < last + AUDITED_EVERY:
            return
        noted(self._store, ledger, self._row(viewer, plan, now, at))
        with self._lock:
            self._audited[viewer.account, key, at] = now
            if len(self._audited) > _MOST_AUDITED:
                for one in [k for k, moment in self._audited.items() if now >= moment + AUDITED_EVERY]:
                    del self._audited[one]

    def _row(self, viewer: Viewer, plan: Plan, now: datetime, at: datetime | None) -> AuditRow:
        wanted = {*SHOWN.values(), "incident.lon", "incident.lat"}
        given = account_of(tuple(one for one in plan.lines if one.field in wanted))
        count = len(self._chosen(viewer, at).sheet)
        return AuditRow(
            at=now,
            who=viewer.account,
            on_behalf_of=viewer.organisation,
            exit=Exit.MAP,
            result=given.result,
            purpose=PURPOSE,
            fields=given.fields,
            masks=given.masks,
            grants=given.grants,
            count=count,
        )


_MOST_GATHERED: Final = 24
_MOST_AUDITED: Final = 10_000


def past_moment(at: datetime) -> datetime:
    """`at` as the map knows it: to five minutes, so that who slides through a day meets pictures that are there."""
    return at - timedelta(seconds=at.timestamp() % _PAST_STEP.total_seconds())
