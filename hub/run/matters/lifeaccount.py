"""The account of whistles' lives: how far they came, what had to be decided, and who was answered."""

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, case, distinct, exists, func, or_, select

from hub.jsonform import dumps
from hub.model import IncidentState, Mode, Move, Stage, WhistleState
from hub.store.tables import answer, card, event, incident, link, step, whistle

_ENDED: Final = (IncidentState.CLOSED.value, IncidentState.VERIFIED.value)
_COLOURS: Final = ("blue", "yellow", "red")
_ENDS: Final = tuple(f'"stage":{dumps(one)}' for one in (Stage.DONE_BY_DEPT, Stage.CLOSED))
"""How the answers to a report say that it is done."""


def lifecycle(conn: Connection) -> dict[str, Any]:
    """One consistent look. The last three count reports of matters that have ended: whose source was told of the end,
    whose source cannot be told, and those of which neither holds."""
    told, cannot, rest = _answered(conn)
    return {
        "signed": _whistles(conn, step.c.after == WhistleState.SIGNED.value),
        "reported_in": _whistles(conn, step.c.after == WhistleState.REPORTED_IN.value),
        "returned": _whistles(conn, _is((Move.RETURN,))),
        "arbitrated": _whistles(conn, _is((Move.UPHOLD, Move.DISMISS))),
        "upgraded": _matters(conn, _is((Move.UPGRADE,))),
        "closed": conn.execute(
            select(func.count()).select_from(incident).where(incident.c.state.in_(_ENDED))
        ).scalar_one(),
        "cards": _cards(conn),
        "answered_sources": told,
        "cannot_be_told": cannot,
        "unanswered": rest,
    }


def _is(moves: Iterable[Move]) -> ColumnElement[bool]:
    return step.c.move.in_([one.value for one in moves])


def _whistles(conn: Connection, those: ColumnElement[bool]) -> int:
    """Whistles with such a move in their history."""
    return conn.execute(select(func.count(distinct(step.c.whistle_id))).where(those)).scalar_one()


def _matters(conn: Connection, those: ColumnElement[bool]) -> int:
    query = (
        select(func.count(distinct(whistle.c.incident_id)))
        .select_from(step)
        .join(whistle, whistle.c.id == step.c.whistle_id)
        .where(those)
    )
    return conn.execute(query).scalar_one()


def _cards(conn: Connection) -> dict[str, int]:
    rows = conn.execute(select(card.c.card, func.count().label("n")).group_by(card.c.card))
    counted = {r.card: r.n for r in rows}
    return {colour: counted.get(colour, 0) for colour in _COLOURS}


def _answered(conn: Connection) -> tuple[int, int, int]:
    """Of the live reports that are joined to a matter that has ended: told of the end, cannot be told, neither. What
    counts is the newest answer to a report: an earlier one told of less, or of an end that did not last."""
    order = func.row_number().over(partition_by=answer.c.event_key, order_by=answer.c.seq.desc())
    newest = select(answer.c.event_key, answer.c.state, answer.c.body, order.label("place")).subquery()
    state = case((or_(*(newest.c.body.contains(one) for one in _ENDS)), newest.c.state), else_="")
    rows = conn.execute(
        select(state.label("state"), func.count().label("n"))
        .select_from(link)
        .join(incident, and_(incident.c.id == link.c.incident_id, incident.c.state.in_(_ENDED)))
        .outerjoin(newest, and_(newest.c.event_key == link.c.event_key, newest.c.place == 1))
        .where(link.c.undone_us.is_(None), _is_live())
        .group_by(state)
    )
    counted = {r.state: r.n for r in rows}
    told, cannot = counted.pop("told", 0), counted.pop("cannot", 0)
    return told, cannot, sum(counted.values())


def _is_live() -> ColumnElement[bool]:
    """A back-fill starts nothing and is answered by nobody (N78)."""
    backfill = f'"mode":"{Mode.BACKFILL.value}"'
    return exists().where(
        event.c.key == link.c.event_key, event.c.id == link.c.event_id, ~event.c.body.contains(backfill)
    )
