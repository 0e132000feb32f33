"""A department's whistles as its inbox lists them: filtered, ordered, a page at a time; and how many stand in each state.

Every statement stays within one of two indexes of the table until it knows which rows it shows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, func, or_, select

from hub.jsonform import loads
from hub.model import Level, Whistle, WhistleState
from hub.store.moments import to_us
from hub.store.tables import whistle
from hub.whistle.lifecycle import OVER, UNBLOWN

_HIDDEN: Final = sorted(one.value for one in (*UNBLOWN, WhistleState.REFUSED))
"""States of what no department was called by."""
_OVER: Final = sorted(one.value for one in OVER if one is not WhistleState.REFUSED)
_NEVER_US: Final = 2**62


class Order(StrEnum):
    """In which order."""

    DEADLINE = "deadline"
    """What is due next comes first; only of what is open."""
    NEWEST = "newest"
    OLDEST = "oldest"


class Which(StrEnum):
    """Which of them."""

    OPEN = "open"
    OVER = "over"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ends: the number that its order goes by, and the whistle's id."""

    us: int
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which whistles of one department. Filters that are empty or None ask for nothing; `fields`: column → value."""

    department: str
    which: Which = Which.OPEN
    fields: Mapping[str, str] = field(default_factory=dict)
    """Of `state`, `level`, `role`, `category` and `subdistrict_id`."""
    due_from: datetime | None = None
    due_before: datetime | None = None
    blown_since: datetime | None = None
    order: Order = Order.DEADLINE
    behind: Place | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """One of them, and where it stands in its order."""

    whistle: Whistle
    place: Place


def page(conn: Connection, asked: Asked, limit: int) -> list[Found]:
    """The next `limit` of them."""
    column = whistle.c.next_us if asked.order is Order.DEADLINE else whistle.c.blown_us
    down = asked.order is Order.NEWEST
    query = select(whistle.c.id, column.label("place_us"), whistle.c.body).where(*_where(asked, column, down))
    ordered = (column.desc(), whistle.c.id.desc()) if down else (column, whistle.c.id)
    rows = conn.execute(query.order_by(*ordered).limit(limit))
    return [Found(loads(Whistle, r.body), Place(r.place_us, r.id)) for r in rows]


def _where(asked: Asked, column: ColumnElement[Any], down: bool) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [whistle.c.department == asked.department]
    if asked.which is Which.OPEN:
        found.append(whistle.c.next_us.is_not(None))
    elif asked.which is Which.OVER:
        found.append(whistle.c.state.in_(_OVER))
    elif "state" not in asked.fields:
        found.append(whistle.c.state.not_in(_HIDDEN))
    found += [whistle.c[name] == value for name, value in asked.fields.items()]
    if asked.due_from is not None:
        found.append(whistle.c.next_us >= to_us(asked.due_from))
    if asked.due_before is not None:
        found.append(whistle.c.next_us < to_us(asked.due_before))
    if asked.blown_since is not None:
        found.append(whistle.c.blown_us > to_us(asked.blown_since))
    if asked.behind is not None:
        us, id_ = asked.behind.us, asked.behind.id
        first = column <= us if down else column >= us  # by which the index is entered
        rest = whistle.c.id < id_ if down else whistle.c.id > id_
        found += [first, or_(column != us, rest)]
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressing:
    """How many open whistles: all, by state, late ones, those blown since a moment, and emergencies that nobody has signed.

    What is over is not counted: of a large department that takes longer than to show a page.
    """

    by_state: Mapping[str, int]
    late: int
    new: int
    emergencies: int

    @property
    def open(self) -> int:
        """All of them."""
        return sum(self.by_state.values())


def pressing(conn: Connection, department: str, *, now: datetime, since: datetime | None) -> Pressing:
    """As they stand now; none is new where `since` is None."""
    rows = conn.execute(
        select(
            whistle.c.state,
            func.count().label("n"),
            func.count().filter(whistle.c.next_us < to_us(now)).label("late"),
            func.count().filter(whistle.c.level == Level.EMERGENCY.value).label("emergencies"),
            func.count().filter(whistle.c.blown_us > (to_us(since) if since else _NEVER_US)).label("new"),
        )
        .where(whistle.c.department == department, whistle.c.next_us.is_not(None))
        .group_by(whistle.c.state)
    ).all()
    return Pressing(
        by_state={r.state: r.n for r in rows},
        late=sum(r.late for r in rows),
        new=sum(r.new for r in rows),
        emergencies=sum(r.emergencies for r in rows if r.state == WhistleState.BLOWN.value),
    )
