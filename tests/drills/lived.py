"""The account of a drill of lives: every whistle's history beside what was sent and the table of moves; with it, every
card and every answer."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import Connection, select

from hub.errors import Refused
from hub.model import Actor, Move, Whistle, WhistleState
from hub.run.assembly import Assembly
from hub.store import evaluations, steps, whistles
from hub.store.tables import report, whistle
from hub.whistle.lifecycle import Step, advance
from hub.whistle.retiming import terms_of
from tests.drills.answered import answered
from tests.drills.called import LEAD
from tests.drills.carded import carded, followed, late
from tests.drills.life import Life, Wrong
from tests.drills.lives import Lives, script
from tests.drills.told import Book


def find(hub: Assembly, company: Lives, book: Book, there: Mapping[str, int]) -> Wrong:
    """Everything that is wrong with lives, cards and answers. `there`: message id → how often a department was told."""
    now, stands = hub.clock.now(), {one.id: one for one in company.stands()}
    with hub.store.read() as conn:
        stored = whistles.load(conn, conn.execute(select(whistle.c.id)).scalars().all())
        made = steps.of_whistles(conn, stored)
        lives = [Life(stands[id_], one, made.get(id_, ())) for id_, one in sorted(stored.items())]
        found = [followed(conn, there), answered(conn, lives, book)]
        for one in lives:
            found += [_walk(one), _reported(conn, one, company), _decided(conn, one)]
            found += [late(conn, hub, one, now), carded(conn, hub, one, there, now)]
    return [x for missing, _ in found for x in missing], [x for _, double in found for x in double]


def _walk(one: Life) -> Wrong:
    """The history is a legal walk that ends where the whistle stands, one version a move."""
    history = [step for step in one.history if step.move is not Move.DESIGNATE]
    versions, due = Counter(step.version for step in history), range(2, one.whistle.version + 1)
    missing = [f"move {n} of {one.id}" for n in set(due) - versions.keys()]
    double = [f"move {n} of {one.id}" for n in versions - Counter(due)]
    walker = replace(
        one.whistle,
        state=WhistleState.BLOWN,
        version=1,
        returns=0,
        round=0,
        level=terms_of(one.whistle, lambda _: {}, history).level,
        paused_until=None,
        asked_until=None,
    )
    for step in history:
        try:
            walker, again = _again(walker, step)
        except Refused as refused:
            return missing, [*double, f"{step.move} of {one.id}: {refused.code}"]
        double += [f"another {step.move} of {one.id}"] if again != step else []
    facts = ("state", "version", "returns", "round", "level", "paused_until", "asked_until")
    off = [name for name in facts if getattr(walker, name) != getattr(one.whistle, name)]
    return missing + [f"way to the {name} of {one.id}" for name in off], double


def _again(walker: Whistle, step: Step) -> tuple[Whistle, Step]:
    return advance(walker, step.move, step.at, actor=step.actor, until=step.until, level=step.level)


def _reported(conn: Connection, one: Life, company: Lives) -> Wrong:
    """Exactly the moves that its department sent, in its order, each stored once; all of them, unless the whistle was
    called off. What the hub said that it took, it has."""
    due = list(script(one.stand.department, one.stand.kind))
    done = [step.move.value for step in one.history if step.actor is Actor.DEPARTMENT]
    kept = Counter(conn.execute(select(report.c.move).where(report.c.whistle_id == one.id)).scalars())
    taken = sum(id_ == one.id for id_, _ in company.accepted)
    missing = [f"report {move} of {one.id}" for move in Counter(done) - kept]
    missing += [f"{taken - len(done)} moves of {one.id} that were taken"] if taken > len(done) else []
    if one.whistle.state is not WhistleState.CANCELLED:
        missing += [f"{move} of {one.id}" for move in due[len(done) :]]
    double = [f"report {move} of {one.id}" for move in kept - Counter(done)]
    double += [f"moves {done} of {one.id}"] if done != due[: len(done)] else []
    unsent = Counter(done) - Counter(company.said.get(one.id, ()))
    return missing, double + [f"{move} of {one.id} that nobody sent" for move in unsent]


def _decided(conn: Connection, one: Life) -> Wrong:
    """Each return has its decision, each result its place in the archive, once; each mark is stored with its move."""
    moves = Counter(step.move for step in one.history)
    settled = moves[Move.UPHOLD] + moves[Move.DISMISS]
    pairs = {
        "decisions": (moves[Move.RETURN] if not moves[Move.CANCEL] else settled, settled),
        "archives": (moves[Move.RESULT], moves[Move.ARCHIVE]),
        "marks": (moves[Move.EVALUATE], len(evaluations.of_whistles(conn, [one.id]).get(one.id, ()))),
        "checks": (min(moves[Move.CHECK], 1), moves[Move.CHECK]),
        "designations": (moves[Move.DESIGNATE] if one.stand.department != LEAD else 0, moves[Move.DESIGNATE]),
    }
    missing = [f"{due - there} {name} of {one.id}" for name, (due, there) in pairs.items() if there < due]
    return missing, [
        f"{there - due} {name} of {one.id}" for name, (due, there) in pairs.items() if there > due
    ]
