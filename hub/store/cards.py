"""Cards, once issued; and for each whistle the moment before which none falls due.

That moment has an index of its own: clocks that run cost nothing until then. It may be too early, and never too late.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, exists, literal, select, update

from hub import ids
from hub.jsonform import dumps, loads
from hub.store.engine import chunks, insert
from hub.store.lists import among
from hub.store.moments import from_us, to_us
from hub.store.tables import card, card_due, overdue, whistle
from hub.whistle.calculation import Calculation
from hub.whistle.cardrules import Card
from hub.whistle.lifecycle import OVER
from hub.whistle.supervision import COUNTING, State

_AT_ONCE: Final = 0
_EXPECT: Final = {
    "sqlite": "SELECT j.value ->> 0, j.value ->> 1 FROM json_each(?) AS j WHERE true",
    "postgresql": "SELECT j ->> 0, (j ->> 1)::bigint FROM jsonb_array_elements(%s::jsonb) AS j",
}
_EARLIER: Final = """
    ON CONFLICT (whistle_id) DO UPDATE SET at_us = excluded.at_us WHERE excluded.at_us < card_due.at_us"""
_COUNTING: Final = tuple(sorted(one.value for one in COUNTING))
_OVER: Final = tuple(sorted(one.value for one in OVER))


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedCard:
    """One card. Only `state` and `version` ever change."""

    id: str
    whistle_id: str
    department: str
    round: int
    step: str
    rule: str
    card: Card
    due_at: datetime
    """When it fell due."""
    issued_at: datetime
    calculation: Calculation
    state: State = State.STANDING
    version: int = 1


def card_id(whistle_id: str, round_: int, step: str, rule: str) -> str:
    """The one card of this rule for this step of this round."""
    return "cd_" + ids.digest_of("card", whistle_id, str(round_), step, rule)


# -- when to look -------------------------------------------------------------------------------------


def expect(conn: Connection, moments: Sequence[tuple[str, datetime]]) -> None:
    """(whistle, moment before which no card of it falls due): where an earlier one stands, that stays."""
    if not moments:
        return
    rows = sorted((id_, to_us(at)) for id_, at in moments)
    name = conn.dialect.name
    conn.exec_driver_sql(
        f"INSERT INTO card_due (whistle_id, at_us) {_EXPECT[name]} {_EARLIER}",
        (dumps(rows),),
    )


def look_again(conn: Connection, whistle_ids: Iterable[str]) -> None:
    """These whistles are looked at once, at the next look."""
    rows = [{"whistle_id": id_, "at_us": _AT_ONCE} for id_ in sorted(whistle_ids)]
    insert(conn, card_due, rows, update=("at_us",))


def look_at_all(conn: Connection) -> None:
    """Every whistle that is not over, or that was still to be looked at, is looked at once: other rules, or another
    calendar, may say other moments."""
    conn.execute(update(card_due).values(at_us=_AT_ONCE))
    known = exists().where(card_due.c.whistle_id == whistle.c.id)
    open_ = select(whistle.c.id, literal(_AT_ONCE)).where(whistle.c.state.not_in(_OVER), ~known)
    conn.execute(card_due.insert().from_select(["whistle_id", "at_us"], open_))


def is_due(conn: Connection, now: datetime) -> bool:
    """Whether there is a whistle to look at."""
    return conn.execute(select(exists().where(card_due.c.at_us <= to_us(now)))).scalar_one()


def to_look_at(conn: Connection, now: datetime, limit: int) -> list[str]:
    """Whistles of which a card may be due by now, earliest first; nobody else moves their moments until commit."""
    query = (
        select(card_due.c.whistle_id)
        .where(card_due.c.at_us <= to_us(now))
        .order_by(card_due.c.at_us)
        .limit(limit)
    )
    if conn.dialect.name == "postgresql":
        query = query.with_for_update(skip_locked=True)
    return list(conn.execute(query).scalars())


def looked_at(conn: Connection, next_: Mapping[str, datetime | None]) -> None:
    """Whistle → when to look again; None: never, unless it moves."""
    gone = sorted(id_ for id_, at in next_.items() if at is None)
    for part in chunks(gone):
        conn.execute(delete(card_due).where(among(card_due.c.whistle_id, part)))
    rows = [{"whistle_id": id_, "at_us": to_us(at)} for id_, at in sorted(next_.items()) if at is not None]
    insert(conn, card_due, rows, update=("at_us",))


# -- cards --------------------------------------------------------------------------------------------


def add(conn: Connection, cards: Sequence[IssuedCard]) -> int:
    """Issues them; one that stands already is not issued twice. Returns how many are new."""
    return insert(conn, card, [_row(one) for one in cards])


def _row(one: IssuedCard) -> dict[str, object]:
    return {
        "id": one.id,
        "whistle_id": one.whistle_id,
        "department": one.department,
        "round": one.round,
        "step": one.step,
        "rule": one.rule,
        "card": one.card.value,
        "due_us": to_us(one.due_at),
        "issued_us": to_us(one.issued_at),
        "calculation": dumps(one.calculation),
        "state": one.state.value,
        "version": one.version,
        "sealed": b"",
    }


def _card(row: Row[Any]) -> IssuedCard:
    return IssuedCard(
        id=row.id,
        whistle_id=row.whistle_id,
        department=row.department,
        round=row.round,
        step=row.step,
        rule=row.rule,
        card=Card(row.card),
        due_at=from_us(row.due_us),
        issued_at=from_us(row.issued_us),
        calculation=loads(Calculation, row.calculation),
        state=State(row.state),
        version=row.version,
    )


_COLUMNS: Final = tuple(column for column in card.c if column.name != "sealed")


def load(conn: Connection, card_ids: Iterable[str]) -> dict[str, IssuedCard]:
    """Cards by id."""
    found: dict[str, IssuedCard] = {}
    for part in chunks(card_ids):
        rows = conn.execute(select(*_COLUMNS).where(among(card.c.id, part)))
        found |= {r.id: _card(r) for r in rows}
    return found


def of_whistles(conn: Connection, whistle_ids: Iterable[str]) -> dict[str, list[IssuedCard]]:
    """Whistle → its cards, as they fell due."""
    found: dict[str, list[IssuedCard]] = {}
    for part in chunks(whistle_ids):
        rows = conn.execute(
            select(*_COLUMNS).where(among(card.c.whistle_id, part)).order_by(card.c.due_us, card.c.id)
        )
        for r in rows:
            found.setdefault(r.whistle_id, []).append(_card(r))
    return found


def of_department(conn: Connection, department: str, limit: int) -> list[IssuedCard]:
    """A department's cards, newest first."""
    rows = conn.execute(
        select(*_COLUMNS)
        .where(card.c.department == department)
        .order_by(card.c.due_us.desc(), card.c.id)
        .limit(limit)
    )
    return [_card(r) for r in rows]


def counting(conn: Connection, department: str, since: datetime) -> list[IssuedCard]:
    """Cards that fell due since then and stand against the department, as they fell due."""
    rows = conn.execute(
        select(*_COLUMNS)
        .where(card.c.department == department, card.c.due_us >= to_us(since))
        .where(card.c.state.in_(_COUNTING))
        .order_by(card.c.due_us, card.c.id)
    )
    return [_card(r) for r in rows]


def in_states(conn: Connection, states: Iterable[State], limit: int, *, behind: str = "") -> list[IssuedCard]:
    """Cards in these states, by id, from the one `behind` on."""
    rows = conn.execute(
        select(*_COLUMNS)
        .where(card.c.state.in_([one.value for one in states]), card.c.id > behind)
        .order_by(card.c.id)
        .limit(limit)
    )
    return [_card(r) for r in rows]


def excuse(conn: Connection, one: IssuedCard, why: str) -> None:
    """The overdue step of the card does not count any more; that it was overdue stays as it is (N41).

    A card that fell due before the deadline warned, and says nothing of what was late after it; what is excused already
    stays so for the reason that it has.
    """
    if one.due_at < one.calculation.counts_at:
        return
    conn.execute(
        update(overdue)
        .where(overdue.c.whistle_id == one.whistle_id, overdue.c.step == one.step)
        .where(overdue.c.round == one.round, overdue.c.excused == "")
        .values(excused=why)
    )


def excused(conn: Connection, whistle_ids: Iterable[str]) -> dict[tuple[str, int], dict[str, str]]:
    """(whistle, round) → step → why it does not count as late; those that count are left out."""
    found: dict[tuple[str, int], dict[str, str]] = {}
    for part in chunks(whistle_ids):
        rows = conn.execute(select(overdue).where(among(overdue.c.whistle_id, part), overdue.c.excused != ""))
        for r in rows:
            found.setdefault((r.whistle_id, r.round), {})[r.step] = r.excused
    return found
