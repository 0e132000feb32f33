"""What sources are to be told, in order; of one report never a later answer before an earlier one."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, func, select, update

from hub.store import numbering
from hub.store.engine import chunks, insert
from hub.store.lists import among
from hub.store.moments import to_us
from hub.store.resting import is_due_again
from hub.store.tables import answer

ASIDE: Final = 12
"""Tries, half an hour of them, after which an answer steps aside for those of other reports."""
_RECEIPT: Final = 128
"""A source's own id for an answer is cut to the column's length: it is for people to read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAnswer:
    """Something to tell a source; `body` is `hub.plugin.Answer` in JSON, `state` waiting or cannot."""

    id: str
    source: str
    event_key: str
    body: str
    state: str


def add(conn: Connection, answers: Sequence[NewAnswer], at: datetime) -> None:
    """Queues what sources are to be told; a repeat changes nothing."""
    if not answers:
        return
    numbers = numbering.following(conn, answer, "source", [one.source for one in answers])
    insert(
        conn,
        answer,
        [
            {
                "id": one.id,
                "source": one.source,
                "event_key": one.event_key,
                "body": one.body,
                "state": one.state,
                "attempts": 0,
                "next_us": to_us(at),
                "seq": number,
            }
            for number, one in zip(numbers, answers, strict=True)
        ],
    )


def due(conn: Connection, source: str, now: datetime, limit: int) -> Sequence[Row[Any]]:
    """What `source` is to be told next, in order; of one report never a later answer before an earlier one.

    An answer whose next try is not due yet keeps all behind it waiting, since its source may be away; one that failed
    ASIDE times only those of its own report.
    """
    due: list[Row[Any]] = []
    resting: set[str] = set()
    for r in _waiting_answers(conn, source, limit):
        if len(due) == limit:
            break
        if r.event_key in resting:
            continue
        if is_due_again(r.next_us, now):
            due.append(r)
        elif r.attempts < ASIDE:
            break
        else:
            resting.add(r.event_key)
    return due


def _waiting_answers(conn: Connection, source: str, portion: int) -> Iterator[Row[Any]]:
    """All of a source, in order, read by portions."""
    behind = -1
    while True:
        rows = conn.execute(
            select(answer)
            .where(answer.c.source == source, answer.c.state == "waiting", answer.c.seq > behind)
            .order_by(answer.c.seq)
            .limit(portion)
        ).all()
        yield from rows
        if len(rows) < portion:
            return
        behind = rows[-1].seq


def told(conn: Connection, event_keys: Iterable[str]) -> dict[str, list[str]]:
    """Event key → what its source was told, `hub.plugin.Answer` in JSON, in order."""
    found: dict[str, list[str]] = {}
    for part in chunks(event_keys):
        rows = conn.execute(
            select(answer.c.event_key, answer.c.body)
            .where(among(answer.c.event_key, part), answer.c.state == "told")
            .order_by(answer.c.event_key, answer.c.seq)
        )
        for r in rows:
            found.setdefault(r.event_key, []).append(r.body)
    return found


def settle(conn: Connection, id_: str, state: str, receipt: str, next_at: datetime, attempts: int) -> None:
    """Told, failed for good, or to be tried again at `next_at`."""
    conn.execute(
        update(answer)
        .where(answer.c.id == id_)
        .values(state=state, receipt=receipt[:_RECEIPT], next_us=to_us(next_at), attempts=attempts)
    )


def counts(conn: Connection) -> dict[str, int]:
    """Answers by state."""
    rows = conn.execute(select(answer.c.state, func.count().label("n")).group_by(answer.c.state))
    return {r.state: r.n for r in rows}
