"""Open whistles for a drill of clockwork alone: each has one moment, a minute after the one before it, at which the hub
must note that its signature is late, or end its pause."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from hub.model import (
    DepartmentId,
    Duration,
    Incident,
    IncidentId,
    IncidentState,
    Level,
    Move,
    Place,
    Unit,
    Urgency,
    Whistle,
    WhistleId,
    WhistleState,
)
from hub.run.assembly import Assembly
from hub.store import incidents, steps, whistles
from hub.store.moments import to_us
from hub.store.steps import Made
from hub.whistle.timetable import Terms, timetable
from tests.drills.called import SILENT
from tests.instruments import MORNING
from tests.unit.whistle.histories import BLOWN, Told, made

EVERY: Final = timedelta(minutes=1)
FIRST: Final = MORNING + timedelta(minutes=30)
_LIMITS: Final = {"sign": Duration(1, Unit.URGENT_HOUR), "finish": Duration(30, Unit.URGENT_DAY)}
_PAUSED: Final = 4
"""Every so manieth whistle waits."""
NOTED: Final = "SELECT count(*) FROM overdue WHERE step = 'sign'"
RESUMED: Final = "SELECT count(*) FROM step WHERE move = 'resume'"


@dataclass(frozen=True, slots=True)
class Due:
    """What must have been done in the end: whistle → the moment (µs) at which it was late, or its pause was over."""

    late: dict[str, int]
    paused: dict[str, int]


def fill(hub: Assembly, number: int) -> Due:
    """So many whistles, stored as if they had been called an hour before their moments."""
    due, new, history = Due({}, {}), list[Whistle](), list[Made]()
    contract = next(c for c in hub.pack.contracts if c.department == SILENT)
    for n in range(number):
        moment = FIRST + n * EVERY
        called = replace(
            BLOWN,
            department=DepartmentId(SILENT),
            id=WhistleId(f"wh_{n:032d}"),
            incident_id=IncidentId(f"in_{n:032d}"),
            contract_id=contract.id,
            blown_at=moment - timedelta(hours=1),
            state=WhistleState.BLOWN,
        )
        terms = Terms(called.blown_at, Level.ROUTINE, lambda _: _LIMITS)
        if n % _PAUSED:
            due.late[called.id] = to_us(moment)
            new.append(replace(called, deadlines=timetable(terms, (), hub.pack.calendar)))
            continue
        due.paused[called.id] = to_us(moment)
        signed_at = called.blown_at + EVERY
        waits, moves = made((Told(Move.SIGN, signed_at), Told(Move.PAUSE, signed_at, moment)), called)
        new.append(replace(waits, deadlines=timetable(terms, moves, hub.pack.calendar)))
        history += [Made(one, SILENT) for one in moves]
    assert hub.contracts
    with hub.store.write() as conn:
        incidents.add(conn, [_matter(one) for one in new], FIRST)
        whistles.add(conn, new, FIRST)
        steps.add(conn, history)
    return due


def _matter(one: Whistle) -> Incident:
    """Of a whistle, told by nobody."""
    return Incident(
        id=one.incident_id,
        category="street_order.occupy_road",
        urgency=Urgency.ROUTINE,
        level=one.level,
        state=IncidentState.OPEN,
        secret=False,
        place=Place(method="none", map_version=""),
        opened_at=one.blown_at,
        last_reported_at=one.blown_at,
        closed_at=None,
        event_count=1,
        sources=(),
        recurrence_of=None,
        merged_into=None,
        version=1,
    )


def leader(hub: Assembly) -> str:
    """The worker that leads now."""
    with hub.store.read() as conn:
        query = "SELECT holder FROM lease WHERE name = 'clockwork'"
        return str(conn.exec_driver_sql(query).scalar() or "")


def count(hub: Assembly, query: str) -> int:
    """What a query counts."""
    with hub.store.read() as conn:
        return int(conn.exec_driver_sql(query).scalar_one())


def found(hub: Assembly) -> tuple[list[tuple[str, int, int]], list[tuple[str, int]]]:
    """(whistle, due, noted) of every late signature, and (whistle, when) of every pause that the hub ended."""
    with hub.store.read() as conn:
        late = conn.exec_driver_sql(
            "SELECT whistle_id, due_us, noted_us FROM overdue WHERE step = 'sign'"
        ).all()
        ended = conn.exec_driver_sql(
            "SELECT whistle_id, made_us FROM step WHERE move = 'resume' AND actor = 'hub'"
        ).all()
    return [(r[0], r[1], r[2]) for r in late], [(r[0], r[1]) for r in ended]
