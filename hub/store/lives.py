"""Whistles as figures see them, read in portions, those of one matter together.

Only columns and the few fields of a whistle's JSON that figures need: a million whole nouns would take minutes.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any, Final

import orjson
from sqlalchemy import Connection, exists, func, select

from hub.model import Actor, Ending, IncidentState, Level, Move, Role, WhistleState
from hub.store import evaluations, evidence
from hub.store.lists import among
from hub.store.moments import from_us, to_us
from hub.store.tables import fallback, incident, overdue, step, whistle
from hub.whistle.evaluation import EvaluationRules, Mark, Score, score
from hub.whistle.lifecycle import UNBLOWN
from hub.whistle.lives import Life, reached

PORTION: Final = 2000
"""Whistles that are read at once; no matter has so many."""
_NEVER_BLOWN: Final = frozenset(one.value for one in (*UNBLOWN, WhistleState.REFUSED))
_UNMARKED: Final = Score(None, {}, ())
_ROLES: Final = {one.value: one for one in Role}
_LEVELS: Final = {one.value: one for one in Level}
_MOVES: Final = {one.value: one for one in Move}


@dataclass(slots=True)
class _Beside:
    """What stands beside the whistles of a portion, by whistle."""

    moves: dict[str, list[tuple[Move, datetime]]] = field(default_factory=dict)
    late: dict[str, set[str]] = field(default_factory=dict)
    excused: dict[str, set[str]] = field(default_factory=dict)
    marks: Mapping[str, Sequence[Mark]] = field(default_factory=dict)
    flagged: frozenset[str] = frozenset()


def matters(
    conn: Connection,
    since: datetime,
    until: datetime,
    *,
    rules: EvaluationRules,
    is_own: Callable[[str], bool],
) -> Iterator[list[Life]]:
    """The whistles of each matter that was opened from `since` to before `until`. `is_own`: whether a department is a
    subdistrict's own office."""
    if conn.dialect.name == "postgresql":  # all portions of one moment, while workers go on
        conn.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    behind = ""
    while rows := _portion(conn, since, until, behind):
        if len(rows) == PORTION:  # its last matter may go on behind it
            last = rows[-1].incident_id
            rows = [row for row in rows if row.incident_id != last]
        beside = _beside(conn, [row.id for row in rows])
        for _, some in groupby(rows, key=lambda row: row.incident_id):
            if lives := [_life(row, beside, rules, is_own) for row in some]:
                yield lives
        behind = rows[-1].incident_id


def of_matters(
    conn: Connection, ids: Sequence[str], *, rules: EvaluationRules, is_own: Callable[[str], bool]
) -> dict[str, list[Life]]:
    """The whistles of these matters, by matter; those that never called anybody are left out."""
    rows = conn.execute(_BLOWN.where(among(whistle.c.incident_id, ids))).all()
    beside = _beside(conn, [row.id for row in rows])
    found: dict[str, list[Life]] = {}
    for row in rows:
        found.setdefault(row.incident_id, []).append(_life(row, beside, rules, is_own))
    return found


_BLOWN: Final = (
    select(
        whistle.c.incident_id,
        whistle.c.id,
        whistle.c.department,
        whistle.c.role,
        whistle.c.state,
        whistle.c.blown_us,
        whistle.c.body,
        incident.c.category,
        incident.c.subdistrict_id,
    )
    .join(incident, incident.c.id == whistle.c.incident_id)
    .where(whistle.c.state.not_in(_NEVER_BLOWN))
)


def _portion(conn: Connection, since: datetime, until: datetime, behind: str) -> Sequence[Any]:
    query = (
        _BLOWN.where(whistle.c.incident_id > behind)
        .where(incident.c.opened_us >= to_us(since), incident.c.opened_us < to_us(until))
        .order_by(whistle.c.incident_id)
        .limit(PORTION)
    )
    return conn.execute(query).all()


def _beside(conn: Connection, ids: Sequence[str]) -> _Beside:
    """One statement a table."""
    found = _Beside(marks=evaluations.of_whistles(conn, ids), flagged=evidence.flagged(conn, ids))
    made = conn.execute(
        select(step.c.whistle_id, step.c.move, step.c.made_us)
        .where(among(step.c.whistle_id, ids), step.c.actor == Actor.DEPARTMENT.value)
        .order_by(step.c.whistle_id, step.c.version)
    )
    for id_, move, us in made.all():
        found.moves.setdefault(id_, []).append((_MOVES[move], from_us(us)))
    noted = conn.execute(
        select(overdue.c.whistle_id, overdue.c.step, overdue.c.excused).where(
            among(overdue.c.whistle_id, ids)
        )
    )
    for id_, name, excused in noted:
        (found.excused if excused else found.late).setdefault(id_, set()).add(name)
    return found


def _life(row: Any, beside: _Beside, rules: EvaluationRules, is_own: Callable[[str], bool]) -> Life:
    body, id_ = orjson.loads(row.body), row.id
    return Life(
        department=row.department,
        role=_ROLES[row.role],
        category=row.category,
        level=_LEVELS[body["level"]],
        subdistrict=row.subdistrict_id or "",
        is_own=is_own(row.department),
        is_called_off=row.state == WhistleState.CANCELLED.value and not _was_left_behind(body),
        is_relieved=row.state == WhistleState.REASSIGNED.value,
        blown_at=from_us(row.blown_us),
        reached=reached(beside.moves.get(id_, ())),
        due={one["step"]: _counts_at(one) for one in body["deadlines"] if not one["provisional"]},
        late=frozenset(beside.late.get(id_, ())),
        excused=frozenset(beside.excused.get(id_, ())),
        score=_score(beside.marks.get(id_, ()), rules),
        returns=body["returns"],
        rounds=body.get("round", 0),
        is_flagged=id_ in beside.flagged,
    )


def _was_left_behind(body: Mapping[str, Any]) -> bool:
    """Whether it ended because the matter was done without it: its department was called, and did not come."""
    return bool(body["reasons"]) and body["reasons"][-1]["rule"] == Ending.FINISHED.value


def _counts_at(deadline: Mapping[str, Any]) -> datetime:
    due_at = datetime.fromisoformat(deadline["due_at"])
    managed_at = deadline.get("managed_at")
    return max(due_at, datetime.fromisoformat(managed_at)) if managed_at else due_at


def _score(marks: Sequence[Mark], rules: EvaluationRules) -> Score:
    """Of the last round that was marked."""
    if not marks:
        return _UNMARKED
    last = max(one.round for one in marks)
    return score((one for one in marks if one.round == last), rules)


def unheard(conn: Connection, since: datetime, until: datetime) -> dict[str, int]:
    """Subdistrict → its matters of that time that waited at the desk and called nobody."""
    called = exists().where(
        whistle.c.incident_id == incident.c.id,
        whistle.c.state.not_in({*_NEVER_BLOWN, WhistleState.CANCELLED.value}),
    )
    gone = (IncidentState.CANCELLED.value, IncidentState.MERGED.value)
    rows = conn.execute(
        select(incident.c.subdistrict_id, func.count().label("n"))
        .join(fallback, fallback.c.incident_id == incident.c.id)
        .where(incident.c.opened_us >= to_us(since), incident.c.opened_us < to_us(until))
        .where(incident.c.state.not_in(gone), ~called)
        .group_by(incident.c.subdistrict_id)
    )
    return {r.subdistrict_id or "": r.n for r in rows}
