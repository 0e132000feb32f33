"""What everybody who reported was told in a drill of lives, beside the moves of their matters and the source's book."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from hub import ids
from hub.model import IncidentState, Move, Role, Stage
from hub.store.moments import from_us
from tests.drills.life import Life, Wrong
from tests.drills.told import FERRY, Book

_SURELY: Final = timedelta(minutes=100)
"""Ten seconds of the drill: no transaction takes longer. Who was linked so long before a move is told of it, and what a lead
took so long before an assistant's move was taken when that was made."""
_STEPS: Final = frozenset({Move.SIGN, Move.CONTACT, Move.ARRIVE, Move.RESULT, Move.RETURN})
"""What departments of a drill report and reporters hear of; a return only where it leaves a matter without its lead."""
_OPEN_STAGES: Final = (Stage.ACCEPTED, Stage.IN_PROGRESS)
"""What whoever joins late is told by a word of its own; of a return they are told as everyone was."""


@dataclass(frozen=True, slots=True)
class _Link:
    """One report in its matter."""

    key: str
    incident: str
    seq: int
    linked_at: datetime


@dataclass(frozen=True, slots=True)
class _Matter:
    """As it stands at the end."""

    id: str
    state: str
    closed_us: int | None
    lives: Sequence[Life]

    @property
    def waits(self) -> bool:
        """Whether departments report nothing of it before all who report it are linked."""
        return any(one.stand.matter % 2 == 0 for one in self.lives)


@dataclass(frozen=True, slots=True)
class _Turn:
    """Something that happened to a matter; its reporters hear of it, for sure where they have been linked long."""

    matter: _Matter
    seed: str
    at: datetime
    move: Move
    is_sure: bool


@dataclass(frozen=True, slots=True)
class _Answer:
    """What stands in the store to be told."""

    id: str
    source: str
    key: str
    state: str
    seq: int


def answered(conn: Connection, lives: Sequence[Life], book: Book) -> Wrong:
    """Of each turn that matters everybody who reported is told once; the book has what was told, in order; a source
    that cannot be told is marked so."""
    links = conn.exec_driver_sql(
        "SELECT event_key, incident_id, seq, linked_us FROM link WHERE undone_us IS NULL"
    )
    matters = conn.exec_driver_sql("SELECT id, state, closed_us FROM incident")
    by_matter: dict[str, list[Life]] = {}
    for one in lives:
        by_matter.setdefault(one.whistle.incident_id, []).append(one)
    told = [
        turn
        for row in matters
        for turn in _turns(_Matter(row.id, row.state, row.closed_us, by_matter.get(row.id, [])))
    ]
    causes, sure = _due([_Link(r[0], r[1], r[2], from_us(r[3])) for r in links], told)
    rows = conn.exec_driver_sql("SELECT id, source, event_key, state, seq FROM answer ORDER BY seq")
    stored = [_Answer(*row) for row in rows]
    there = {one.id for one in stored}
    wanted = {one.id: "cannot" if one.source == FERRY else "told" for one in stored}
    missing, double = _in_book([one for one in stored if one.source != FERRY], book)
    missing += [f"answer {causes[id_]}" for id_ in sure - there]
    missing += [f"{one.state} answer {one.id}" for one in stored if one.state != wanted[one.id]]
    return missing, double + [f"answer without a cause {id_}" for id_ in there - causes.keys()]


def _turns(matter: _Matter) -> Iterator[_Turn]:
    """What may be told of one matter, once each, and what must be: no matter of a drill is paused or done anew."""
    mine = matter.lives
    ended = from_us(matter.closed_us) if matter.closed_us else None
    was_returned = any(step.move is Move.RETURN for one in mine if _leads(one) for step in one.history)
    signed = [step.at for one in mine if _leads(one) for step in one.history if step.move is Move.SIGN]
    taken_at = min(signed, default=None)
    for one in mine:
        for step in one.history:
            # Of two moves at nearly one moment the one that is later by its clock may hold first.
            is_helped = taken_at is not None and taken_at + _SURELY < step.at and not was_returned
            is_heard = step.move in _STEPS and (_leads(one) or (is_helped and step.move is not Move.RETURN))
            is_the_end = step.move is Move.RESULT and (_leads(one) or step.at == ended)
            yield _Turn(
                matter, f"{one.id}:{step.version}", step.at, step.move, is_sure=is_heard and not is_the_end
            )
    if ended is not None:
        yield _Turn(matter, f"{matter.id}:done_by_dept:{ended}", ended, Move.RESULT, is_sure=True)
        is_verified = matter.state == IncidentState.VERIFIED
        yield _Turn(matter, f"{matter.id}:closed:{ended}", ended, Move.CHECK, is_sure=is_verified)
    returns = sum(step.move is Move.RETURN for one in mine for step in one.history)
    for stage in _OPEN_STAGES:  # who joins late hears how it stands
        for times in range(returns + 1):
            yield _Turn(matter, f"{matter.id}:{stage}:0:{times}", from_us(0), Move.SIGN, is_sure=False)
    for one in filter(_leads, mine if was_returned else ()):
        # A source's other clock makes a version, too, without a move.
        for version in range(one.whistle.version + 1):
            yield _Turn(matter, f"{one.id}:{version}", from_us(0), Move.RETURN, is_sure=False)


def _leads(one: Life) -> bool:
    return one.whistle.role is Role.LEAD


def _due(links: Iterable[_Link], told: Iterable[_Turn]) -> tuple[dict[str, str], set[str]]:
    """Answer → what it is of, for all that may be told; and those of them that must be."""
    by_matter: dict[str, list[_Turn]] = {}
    for one in told:
        by_matter.setdefault(one.matter.id, []).append(one)
    causes: dict[str, str] = {}
    sure: set[str] = set()
    for link in links:
        for one in by_matter.get(link.incident, ()):
            id_ = ids.answer_id(one.seed, link.key, link.seq)
            causes[id_] = f"{one.move} of {one.seed} for {link.key}"
            # Results, and every move of every second matter, wait until all who report it are linked.
            waited = one.move in (Move.RESULT, Move.CHECK) or one.matter.waits
            if one.is_sure and (waited or link.linked_at + _SURELY < one.at):
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
