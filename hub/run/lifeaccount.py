"""The account of whistles' lives: how far they came, what had to be decided, and who was answered."""

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, distinct, exists, func, select

from hub.model import IncidentState, Mode, Move, WhistleState
from hub.store.tables import answer, card, event, incident, link, step, whistle

_ENDED: Final = (IncidentState.CLOSED.value, IncidentState.VERIFIED.value)
_COLOURS: Final = ("blue", "yellow", "red")


def lifecycle(conn: Connection) -> dict[str, Any]:
    """One consistent look. The last three count reports of matters that have ended: whose source was told all there is
    to tell, whose source cannot be told, and those of which neither holds."""
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
    """Of the live reports that are joined to a matter that has ended: told, cannot be told, neither. One to which a
    single answer is still on its way, or was refused for good, is not answered."""
    ended = (
        select(link.c.event_key)
        .join(incident, and_(incident.c.id == link.c.incident_id, incident.c.state.in_(_ENDED)))
        .where(link.c.undone_us.is_(None), _is_live())
    ).subquery()

    def having(*states: str) -> ColumnElement[bool]:
        return exists().where(answer.c.event_key == ended.c.event_key, answer.c.state.in_(states))

    def number(those: ColumnElement[bool]) -> int:
        return conn.execute(select(func.count()).select_from(ended).where(those)).scalar_one()

    settled = ~having("waiting", "failed")
    told, cannot = settled & having("told"), settled & ~having("told") & having("cannot")
    return number(told), number(cannot), number(~told & ~cannot)


def _is_live() -> ColumnElement[bool]:
    """A back-fill starts nothing and is answered by nobody (N78)."""
    backfill = f'"mode":"{Mode.BACKFILL.value}"'
    return exists().where(
        event.c.key == link.c.event_key, event.c.id == link.c.event_id, ~event.c.body.contains(backfill)
    )
