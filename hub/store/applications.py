"""Departments' applications for fields in the database, each with its steps."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, func, select, tuple_, update

from hub import ids
from hub.access.application import OPEN, Application, State, Taken
from hub.access.application import Step as Kind
from hub.bus.message import Fenced
from hub.jsonform import dumps, loads
from hub.store.copying import insert_or_fence
from hub.store.lists import among
from hub.store.moments import from_us, from_us_or_none, to_us
from hub.store.tables import application, application_step

_OPEN: Final = sorted(one.value for one in OPEN)


@dataclass(frozen=True, slots=True)
class Stored:
    """An application as it stands. `proposal`: the one that answers it; "": none."""

    application: Application
    state: State
    proposal: str
    steps: tuple[Taken, ...]
    """In order."""

    @property
    def accepted_at(self) -> datetime | None:
        """When it was accepted last."""
        return next((one.at for one in reversed(self.steps) if one.step is Kind.ACCEPT), None)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ends."""

    asked_us: int
    id: str


def application_id(department: str, by: str, at: datetime, what: str) -> str:
    """One application."""
    return "ap_" + ids.digest_of("application", department, by, str(to_us(at)), what)


def add(conn: Connection, one: Application, first: Taken) -> None:
    """Writes it; raises Fenced where it stands."""
    row = {
        "id": one.id,
        "department": one.department,
        "state": State.ASKED.value,
        "proposal_id": "",
        "asked_us": to_us(one.asked_at),
        "body": dumps(one),
    }
    insert_or_fence(conn, application, [row])
    _put(conn, one.id, first, 1)


def take(conn: Connection, stored: Stored, taken: Taken, state: State) -> None:
    """Its next step, after which it stands in `state`; raises Fenced where somebody was faster.

    Its steps were read after its state: somebody may have come in between, so the number alone does not tell.
    """
    id_ = stored.application.id
    _put(conn, id_, taken, len(stored.steps) + 1)
    still = (application.c.id == id_, application.c.state == stored.state.value)
    changed = {"state": state.value, "proposal_id": taken.proposal}
    if not conn.execute(update(application).where(*still).values(**changed)).rowcount:
        raise Fenced


def _put(conn: Connection, id_: str, taken: Taken, number: int) -> None:
    row = {
        "application_id": id_,
        "number": number,
        "step": taken.step.value,
        "by": taken.by,
        "made_us": to_us(taken.at),
        "reason": taken.reason,
        "proposal_id": taken.proposal,
        "due_us": None if taken.due_at is None else to_us(taken.due_at),
    }
    insert_or_fence(conn, application_step, [row])


def find(conn: Connection, id_: str) -> Stored | None:
    """It; None where there is none."""
    return next(iter(_found(conn, [application.c.id == id_], 1)), None)


def answered_by(conn: Connection, proposal: str) -> Stored | None:
    """The application that this proposal answers; None where it answers none."""
    return next(iter(_found(conn, [application.c.proposal_id == proposal], 1)), None)


def waiting(conn: Connection, department: str, limit: int) -> list[Stored]:
    """Those that are open, the oldest first; with `department`, of it alone."""
    return _found(conn, [application.c.state.in_(_OPEN), *_of(department)], limit)


def how_many_wait(conn: Connection, department: str) -> int:
    """How many of the department are open."""
    mine = (application.c.state.in_(_OPEN), application.c.department == department)
    return conn.execute(select(func.count()).select_from(application).where(*mine)).scalar_one()


def over(conn: Connection, department: str, behind: Place | None, limit: int) -> list[Stored]:
    """Those that are over, the newest asked first, behind where the page before ended."""
    where: list[ColumnElement[bool]] = [application.c.state.not_in(_OPEN), *_of(department)]
    if behind is not None:
        where.append(tuple_(application.c.asked_us, application.c.id) < (behind.asked_us, behind.id))
    return _found(conn, where, limit, newest=True)


def place_of(one: Stored) -> Place:
    """Where it stands in its list."""
    return Place(to_us(one.application.asked_at), one.application.id)


def _of(department: str) -> Sequence[ColumnElement[bool]]:
    return [application.c.department == department] if department else []


def _found(
    conn: Connection, where: Iterable[ColumnElement[bool]], limit: int, *, newest: bool = False
) -> list[Stored]:
    order = (application.c.asked_us, application.c.id)
    by = [column.desc() for column in order] if newest else order
    rows = conn.execute(select(application).where(*where).order_by(*by).limit(limit)).all()
    steps = _steps(conn, [r.id for r in rows])
    return [
        Stored(loads(Application, r.body), State(r.state), r.proposal_id, tuple(steps.get(r.id, ())))
        for r in rows
    ]


def _steps(conn: Connection, application_ids: Sequence[str]) -> dict[str, list[Taken]]:
    query = select(application_step).where(among(application_step.c.application_id, application_ids))
    found: dict[str, list[Taken]] = {}
    for r in conn.execute(query.order_by(application_step.c.application_id, application_step.c.number)):
        found.setdefault(r.application_id, []).append(_taken(r))
    return found


def _taken(r: Row[Any]) -> Taken:
    return Taken(
        step=Kind(r.step),
        by=r.by,
        at=from_us(r.made_us),
        reason=r.reason,
        proposal=r.proposal_id,
        due_at=from_us_or_none(r.due_us),
    )
