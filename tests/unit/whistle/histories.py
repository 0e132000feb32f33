"""Histories of a whistle for tests of its clocks: moves as they are made, one after the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from hub.clock import SHANGHAI
from hub.errors import Refused
from hub.model import (
    Actor,
    Deadline,
    DepartmentId,
    Duration,
    IncidentId,
    Level,
    Move,
    Role,
    SourceClock,
    Unit,
    Whistle,
    WhistleId,
    WhistleState,
)
from hub.whistle.lifecycle import TABLE, Step, advance
from hub.whistle.timetable import Terms, timetable
from tests.unit.whistle.conftest import read_calendar

CALENDAR: Final = read_calendar()
CALLED_AT: Final = datetime(2026, 3, 10, 9, 0, tzinfo=SHANGHAI)
"""A working Tuesday."""
ROUTINE: Final[Mapping[str, Duration]] = {
    "sign": Duration(1, Unit.URGENT_HOUR),
    "contact": Duration(4, Unit.WORK_HOUR),
    "report_in": Duration(1, Unit.WORK_DAY),
    "finish": Duration(5, Unit.WORK_DAY),
}
LIMITS: Final[Mapping[Level, Mapping[str, Duration]]] = {
    Level.ROUTINE: ROUTINE,
    Level.KEY: {**ROUTINE, "contact": Duration(2, Unit.WORK_HOUR), "finish": Duration(2, Unit.WORK_DAY)},
    Level.HARD: {
        **ROUTINE,
        "arrive": Duration(30, Unit.URGENT_MINUTE),
        "finish": Duration(24, Unit.URGENT_HOUR),
    },
}
BLOWN: Final = Whistle(
    id=WhistleId("wh_1"),
    incident_id=IncidentId("in_1"),
    department=DepartmentId("chengguan"),
    role=Role.LEAD,
    level=Level.ROUTINE,
    contract_id="chengguan-v1",
    clause="CG-1",
    state=WhistleState.BLOWN,
    blown_at=CALLED_AT,
    deadlines=(),
    reasons=(),
    returns=0,
    version=1,
)


@dataclass(frozen=True, slots=True)
class Told:
    """A move, when it is made, and until when where it says so."""

    move: Move
    at: datetime
    until: datetime | None = None


def at(text: str) -> datetime:
    """`10 11:30`: that day of March 2026 in Shanghai; `10 11` at the full hour."""
    day, _, clock = text.partition(" ")
    hour, _, minute = clock.partition(":")
    return CALLED_AT.replace(day=int(day), hour=int(hour), minute=int(minute or 0))


def told(*lines: str) -> tuple[Told, ...]:
    """`pause 10 11:30 > 11 12`: one move a line."""
    return tuple(_told(line) for line in lines)


def _told(line: str) -> Told:
    move, _, rest = line.partition(" ")
    moment, _, until = rest.partition(" > ")
    return Told(Move(move), at(moment), at(until) if until else None)


def made(moves: Sequence[Told], whistle: Whistle = BLOWN) -> tuple[Whistle, tuple[Step, ...]]:
    """The whistle after these moves, each by the first who may make it, and its history. Raises Refused W101."""
    steps: list[Step] = []
    for one in moves:
        way = TABLE.get((whistle.state, one.move))
        actor = min(way.by) if way else Actor.HUB
        whistle, step = advance(whistle, one.move, one.at, actor=actor, until=one.until)
        steps.append(step)
    return whistle, tuple(steps)


def possible(moves: Sequence[Told], whistle: Whistle = BLOWN) -> tuple[Told, ...]:
    """Those of `moves` that are open in turn; what is refused changes nothing."""
    taken: list[Told] = []
    for one in moves:
        try:
            made((*taken, one), whistle)
        except Refused:
            continue
        taken.append(one)
    return tuple(taken)


def due(
    moves: Sequence[Told],
    *,
    limits: Mapping[Level, Mapping[str, Duration]] = LIMITS,
    clocks: tuple[SourceClock, ...] = (),
) -> dict[str, Deadline]:
    """Step → its deadline after these moves."""
    terms = Terms(CALLED_AT, Level.ROUTINE, lambda level: limits.get(level, ROUTINE), clocks)
    _, steps = made(moves)
    codes = {step.version: "WAIT_MATERIAL" for step in steps}
    return {one.step: one for one in timetable(terms, steps, CALENDAR, codes)}


def later(moment: datetime, **by: float) -> datetime:
    """So much after it."""
    return moment + timedelta(**by)


def with_deadlines(whistle: Whistle, deadlines: Sequence[Deadline]) -> Whistle:
    """As it is stored."""
    return replace(whistle, deadlines=tuple(deadlines))
