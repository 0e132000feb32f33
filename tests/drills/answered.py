"""What everybody who reported was told in a drill of lives, beside the moves of their matters and the source's book."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from hub import ids
from hub.model import Move
from hub.run.answering import STAGE
from hub.store.moments import from_us
from tests.drills.life import Life, Wrong
from tests.drills.told import FERRY, Book

_SURELY: Final = timedelta(minutes=100)
"""Ten seconds of the drill: no transaction takes longer. Who was linked so long before a move is told of it."""


@dataclass(frozen=True, slots=True)
class _Link:
    """One report in its matter."""

    key: str
    incident: str
    linked_at: datetime


@dataclass(frozen=True, slots=True)
class _Answer:
    """What stands in the store to be told."""

    id: str
    source: str
    key: str
    state: str
    seq: int


def answered(conn: Connection, lives: Sequence[Life], book: Book) -> Wrong:
    """Of each move that matters everybody who reported is told once; the book has what was told, in order; a source
    that cannot be told is marked so."""
    links = conn.exec_driver_sql("SELECT event_key, incident_id, linked_us FROM link WHERE undone_us IS NULL")
    causes, sure = _due([_Link(r[0], r[1], from_us(r[2])) for r in links], lives)
    rows = conn.exec_driver_sql("SELECT id, source, event_key, state, seq FROM answer ORDER BY seq")
    stored = [_Answer(*row) for row in rows]
    there = {one.id for one in stored}
    wanted = {one.id: "cannot" if one.source == FERRY else "told" for one in stored}
    missing, double = _in_book([one for one in stored if one.source != FERRY], book)
    missing += [f"answer {causes[id_]}" for id_ in sure - there]
    missing += [f"{one.state} answer {one.id}" for one in stored if one.state != wanted[one.id]]
    return missing, double + [f"answer without a cause {id_}" for id_ in there - causes.keys()]


def _due(links: Iterable[_Link], lives: Iterable[Life]) -> tuple[dict[str, str], set[str]]:
    """Answer → what it is of, for all that may be told; and those of them that must be."""
    by_matter: dict[str, list[Life]] = {}
    for one in lives:
        by_matter.setdefault(one.whistle.incident_id, []).append(one)
    causes: dict[str, str] = {}
    sure: set[str] = set()
    for link in links:
        for one in by_matter.get(link.incident, ()):
            for step in (each for each in one.history if each.move in STAGE):
                id_ = ids.digest_of("answer", f"{one.id}:{step.version}", link.key)
                causes[id_] = f"{step.move} of {one.id} for {link.key}"
                # Results, and every move of every second matter, wait until all who report it are linked.
                waited = one.stand.matter % 2 == 0 or step.move is Move.RESULT
                if waited or link.linked_at + _SURELY < step.at:
                    sure.add(id_)
    return causes, sure


def _in_book(stored: Sequence[_Answer], book: Book) -> Wrong:
    """All that is told stands in the book, nothing else does, and of each report in the order of the store."""
    known, firsts = {one.id: one for one in stored}, dict.fromkeys(one.nonce for one in book.read())
    missing = [f"entry of {id_}" for id_ in known.keys() - firsts.keys()]
    double = [f"entry {id_} of no answer" for id_ in firsts.keys() - known.keys()]
    last: dict[str, int] = {}
    for one in (known[id_] for id_ in firsts if id_ in known):
        if one.seq < last.get(one.key, 0):
            double.append(f"order of {one.id}")
        last[one.key] = one.seq
    return missing, double
