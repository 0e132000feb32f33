"""The account of a drill of lives: every whistle's history, every card, every answer, beside what was sent and what the
pure rules make of it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, select

from hub import ids
from hub.clock import day_of
from hub.errors import Refused
from hub.model import Actor, Move, Whistle, WhistleState
from hub.run.answering import STAGE
from hub.run.assembly import Assembly
from hub.store import cards, evaluations, lateness, measures, steps, whistles
from hub.store.moments import from_us
from hub.store.steps import Made
from hub.store.tables import measure, report, whistle
from hub.whistle.calculation import Past, called_at, reproduce
from hub.whistle.cards import Course, cards_due, is_unsettled, reached_in
from hub.whistle.lifecycle import Step, advance
from hub.whistle.retiming import terms_of
from hub.whistle.ticking import tick
from tests.drills.called import LEAD
from tests.drills.lives import Lives, Stand, script
from tests.drills.told import FERRY, Book

Wrong = tuple[list[str], list[str]]
"""What is missing, and what is there without a cause or twice."""
_SURELY: Final = timedelta(minutes=100)
"""Ten seconds of the drill: no transaction takes longer. Who was linked so long before a move is told of it."""


@dataclass(frozen=True, slots=True)
class Life:
    """One whistle at the end, and all that happened to it."""

    stand: Stand
    whistle: Whistle
    made: Sequence[Made]

    @property
    def history(self) -> tuple[Step, ...]:
        """Its moves, first to last."""
        return tuple(one.step for one in self.made)


def find(hub: Assembly, company: Lives, book: Book, there: Mapping[str, int]) -> Wrong:
    """Everything that is wrong with lives, cards and answers. `there`: message id → how often a department was told."""
    now = hub.clock.now()
    with hub.store.read() as conn:
        stands = {one.id: one for one in company.stands()}
        stored = whistles.load(conn, conn.execute(select(whistle.c.id)).scalars().all())
        made = steps.of_whistles(conn, stored)
        lives = [Life(stands[id_], one, made.get(id_, ())) for id_, one in sorted(stored.items())]
        found = [
            *(_walk(one) for one in lives),
            *(_reported(conn, one, company) for one in lives),
            *(_decided(conn, one) for one in lives),
            *(_late(conn, hub, one, now) for one in lives),
            *(_carded(conn, hub, one, there, now) for one in lives),
            _followed(conn, there),
            _answered(conn, lives, book),
        ]
    return [x for missing, _ in found for x in missing], [x for _, double in found for x in double]


# -- moves --------------------------------------------------------------------------------------------


def _walk(one: Life) -> Wrong:
    """The history is a legal walk that ends where the whistle stands, one version a move."""
    history = [step for step in one.history if step.move is not Move.DESIGNATE]
    versions = [step.version for step in history]
    due = list(range(2, one.whistle.version + 1))
    missing = [f"move {n} of {one.whistle.id}" for n in set(due) - set(versions)]
    double = [f"move {n} of {one.whistle.id}" for n in Counter(versions) - Counter(due)]
    began = terms_of(one.whistle, lambda _: {}, one.history).level
    walker = replace(
        one.whistle, state=WhistleState.BLOWN, version=1, returns=0, round=0, level=began,
        paused_until=None, asked_until=None,
    )  # fmt: skip
    for step in history:
        try:
            walker, again = advance(
                walker, step.move, step.at, actor=step.actor, until=step.until, level=step.level
            )
        except Refused as refused:
            return missing, [*double, f"{step.move} of {one.whistle.id}: {refused.code}"]
        if again != step:
            double.append(f"another {step.move} of {one.whistle.id}")
    if (walker.state, walker.version, walker.returns) != (one.whistle.state, one.whistle.version, one.whistle.returns):
        missing.append(f"way to {one.whistle.state} of {one.whistle.id}")
    return missing, double


def _reported(conn: Connection, one: Life, company: Lives) -> Wrong:
    """Exactly the moves that its department sent, in its order, as far as the whistle went; each stored once."""
    due = list(script(one.stand.department, one.stand.kind))
    done = [step.move.value for step in one.history if step.actor is Actor.DEPARTMENT]
    stored = Counter(
        conn.execute(select(report.c.move).where(report.c.whistle_id == one.whistle.id)).scalars()
    )
    taken = sum(id_ == one.whistle.id for id_, _ in company.accepted)
    missing, double = [], [f"{move} of {one.whistle.id}" for move in Counter(done) - Counter(due)]
    if done != due[: len(done)]:
        double.append(f"order of {done} of {one.whistle.id}")
    if one.whistle.state is not WhistleState.CANCELLED:
        missing += [f"{move} of {one.whistle.id}" for move in due[len(done) :]]
    missing += [f"report {move} of {one.whistle.id}" for move in Counter(done) - stored]
    double += [f"report {move} of {one.whistle.id}" for move in stored - Counter(done)]
    missing += [f"{taken - len(done)} moves of {one.whistle.id} that were taken"] if taken > len(done) else []
    unsent = Counter(done) - Counter(company.said.get(one.whistle.id, ()))
    return missing, double + [f"{move} of {one.whistle.id} that nobody sent" for move in unsent]


def _decided(conn: Connection, one: Life) -> Wrong:
    """Each return has its decision, each result its place in the archive, once; each mark is stored with its move."""
    moves = Counter(step.move for step in one.history)
    missing, double = [], []
    for cause, ends in ((Move.RETURN, (Move.UPHOLD, Move.DISMISS, Move.CANCEL)), (Move.RESULT, (Move.ARCHIVE,))):
        off = moves[cause] - sum(moves[end] for end in ends if end is not Move.CANCEL)
        if off > moves[Move.CANCEL]:
            missing.append(f"{off} ends of {cause} of {one.whistle.id}")
        if off < 0:
            double.append(f"{-off} ends of {cause} of {one.whistle.id}")
    marks = len(evaluations.of_whistles(conn, [one.whistle.id]).get(one.whistle.id, []))
    off = moves[Move.EVALUATE] - marks
    missing += [f"{off} marks of {one.whistle.id}"] if off > 0 else []
    double += [f"{-off} marks of {one.whistle.id}"] if off < 0 else []
    if one.stand.department == LEAD and moves[Move.DESIGNATE]:
        double.append(f"designation of {one.whistle.id}")
    return missing, double


# -- clocks and cards ---------------------------------------------------------------------------------


def _late(conn: Connection, hub: Assembly, one: Life, now: datetime) -> Wrong:
    """Late steps are noted exactly as the rules tell them from the history."""
    due = {late.step for late in tick(one.whistle, one.history, hub.pack.rules_on, hub.pack.calendar, now).late}
    noted = {step for _, step, _ in lateness.of_whistles(conn, [one.whistle.id])}
    name = one.whistle.id
    return [f"late {step} of {name}" for step in due - noted], [f"late {step} of {name}" for step in noted - due]


def _carded(conn: Connection, hub: Assembly, one: Life, there: Mapping[str, int], now: datetime) -> Wrong:
    """Each card that the rules give by now stands once and was told; every one that stands comes out the same when it
    is computed again. A warning whose step was done before anybody looked may stand or not."""
    rules, past = hub.pack.rules_on(day_of(called_at(one.whistle))).cards, Past(one.history)
    course = Course(
        level=one.whistle.level,
        deadlines=one.whistle.deadlines,
        reached=reached_in(one.whistle, one.history),
        excused=cards.excused(conn, [one.whistle.id]).get((one.whistle.id, one.whistle.round), {}),
        unsettled=is_unsettled(one.whistle.state),
    )
    due = {(x.deadline.step, x.rule.name) for x in cards_due(course, rules, now, hub.pack.calendar)}
    standing = cards.of_whistles(conn, [one.whistle.id]).get(one.whistle.id, [])
    issued = Counter((card.step, card.rule) for card in standing)
    contract = hub.contracts.of(conn, one.whistle.contract_id)
    missing = [f"card {key} of {one.whistle.id}" for key in due - set(issued)]
    missing += [f"word of card {card.id}" for card in standing if not there.get(card.id)]
    double = [f"card {key} of {one.whistle.id}" for key, number in issued.items() if number > 1]
    double += [
        f"card {card.rule} of {one.whistle.id} that does not come out"
        for card in standing
        if not reproduce(card.calculation, past, contract, hub.pack.calendar, rules)
    ]
    return missing, double


def _followed(conn: Connection, there: Mapping[str, int]) -> Wrong:
    """No card serves twice for measures of one kind, and no department has cards enough for one more."""
    asked = measures.load(conn, conn.execute(select(measure.c.id)).scalars().all()).values()
    used = Counter((one.kind, card) for one in asked for card in one.cards)
    missing = [f"word of measure {one.id}" for one in asked if not there.get(one.id)]
    return missing, [f"{kind} for card {card}" for (kind, card), number in used.items() if number > 1]


# -- answers ------------------------------------------------------------------------------------------


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


def _answered(conn: Connection, lives: Sequence[Life], book: Book) -> Wrong:
    """Of each move that matters everybody who reported is told once; the book has what was told, in order."""
    links = [
        _Link(r[0], r[1], from_us(r[2]))
        for r in conn.exec_driver_sql(
            "SELECT event_key, incident_id, linked_us FROM link WHERE undone_us IS NULL"
        )
    ]
    stored = [
        _Answer(*r) for r in conn.exec_driver_sql("SELECT id, source, event_key, state, seq FROM answer ORDER BY seq")
    ]
    causes, sure = _due(links, lives)
    there = {one.id for one in stored}
    missing = [f"answer {causes[id_]}" for id_ in sure - there]
    double = [f"answer without a cause {id_}" for id_ in there - causes.keys()]
    wanted = {one.id: "cannot" if one.source == FERRY else "told" for one in stored}
    missing += [f"{one.state} answer {one.id}" for one in stored if one.state != wanted[one.id]]
    books = _in_book([one for one in stored if one.source != FERRY], [one.nonce for one in book.read()])
    return missing + books[0], double + books[1]


def _due(links: Iterable[_Link], lives: Iterable[Life]) -> tuple[dict[str, str], set[str]]:
    """(answer → what it is of, for all that may be told; those that must be)."""
    by_matter: dict[str, list[Life]] = {}
    for one in lives:
        by_matter.setdefault(one.whistle.incident_id, []).append(one)
    causes: dict[str, str] = {}
    sure: set[str] = set()
    for link in links:
        for one in by_matter.get(link.incident, ()):
            for step in one.history:
                if step.move not in STAGE:
                    continue
                id_ = ids.digest_of("answer", f"{one.whistle.id}:{step.version}", link.key)
                causes[id_] = f"{step.move} of {one.whistle.id} for {link.key}"
                waited = one.stand.matter % 2 == 0 or step.move is Move.RESULT
                if waited or link.linked_at + _SURELY < step.at:
                    sure.add(id_)
    return causes, sure


def _in_book(stored: Sequence[_Answer], book: Sequence[str]) -> Wrong:
    """All that is told stands in the book, nothing else does, and of each report in the order of the store."""
    known, firsts = {one.id: one for one in stored}, list(dict.fromkeys(book))
    missing = [f"entry of {id_}" for id_ in known.keys() - set(firsts)]
    double = [f"entry {id_} of no answer" for id_ in set(firsts) - known.keys()]
    last: dict[str, int] = {}
    for one in (known[id_] for id_ in firsts if id_ in known):
        if one.seq < last.get(one.key, 0):
            double.append(f"order of {one.id}")
        last[one.key] = one.seq
    return missing, double
