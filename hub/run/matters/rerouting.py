"""What other contracts would have made of the matters of the last days: routed once more, and nothing else.

Looks only: nothing is written, no department hears of it. Matters are read in portions, and of those that would be
otherwise only so many are kept as are asked for; all are counted.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection

from hub.clock import day_of
from hub.contract.clauses import holds_on
from hub.contract.replay import Case, Drifted, Effect, Route, replayed
from hub.contract.route import Router
from hub.model import Contract, Deadline, Ending, Whistle, WhistleState
from hub.pack import Pack
from hub.pipeline import matter_of
from hub.run.exits.concern import Concern, concerns_of
from hub.run.matters.retimed import retimed_by
from hub.store import contracts, incidents, steps, whistles
from hub.store.engine import Store
from hub.store.opened import opened_since
from hub.store.steps import Made
from hub.whistle.clocks import due_from
from hub.whistle.follow import ending_of, is_brought


@dataclass(slots=True)
class Rerouted:
    """The account of a replay. `looked`: matters that somebody is called for, or ought to be."""

    day: date
    """The day whose contracts of the new pack were asked."""
    looked: int = 0
    effects: Counter[Effect] = field(default_factory=Counter)
    moves: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(lead before, lead after) → matters; "" is nobody."""
    drifted: int = 0
    cases: list[Case] = field(default_factory=list)
    left_out: int = 0
    """Cases that are counted and not kept."""

    @property
    def moved(self) -> int:
        """Matters that would have another lead, or none."""
        return self.effects[Effect.MOVED] + self.effects[Effect.LOST]

    def as_json(self) -> dict[str, Any]:
        """The account as a command prints it."""
        moves = [{"before": b, "after": a, "count": n} for (b, a), n in self.moves.most_common()]
        return {
            "day": self.day,
            "looked": self.looked,
            "moved": self.moved,
            "effects": {one.value: self.effects[one] for one in Effect},
            "moves": moves,
            "drifted": self.drifted,
            "cases": self.cases,
            "left_out": self.left_out,
        }


def day_for(new: Iterable[Contract], now: datetime) -> date:
    """The first day on which every contract that `new` announces holds; today where all of them do."""
    return max([day_of(now), *(one.valid_from for one in new)])


def reroute(store: Store, pack: Pack, *, since: datetime, day: date, keep: int) -> Rerouted:
    """Every matter opened since then beside the contracts of `pack` on `day`; at most `keep` cases are told one by one."""
    found = Rerouted(day)
    with store.read() as conn:
        replay = _Replay(pack, day, contracts.all_used(conn))
        for portion in opened_since(conn, since):
            for outcome in replay.portion(conn, portion):
                _count(found, outcome, keep)
    return found


def _count(found: Rerouted, outcome: Case | Drifted | None, keep: int) -> None:
    found.looked += 1
    if isinstance(outcome, Drifted):
        found.drifted += 1
    if not isinstance(outcome, Case):
        return
    found.effects.update(outcome.effects)
    if {Effect.MOVED, Effect.LOST, Effect.GAINED} & set(outcome.effects):
        sides = (one.department if one else "" for one in (outcome.before, outcome.after))
        found.moves[next(sides), next(sides)] += 1
    if len(found.cases) < keep:
        found.cases.append(outcome)
    else:
        found.left_out += 1


class _Replay:
    """The new contracts of one day, and those that were ever in force."""

    def __init__(self, pack: Pack, day: date, used: Sequence[Contract]) -> None:
        self._calendar = pack.calendar
        self._new = Router(pack.contracts, day)
        self._contracts = {one.id: one for one in pack.contracts if holds_on(one, day)}
        self._used = used
        self._old: dict[tuple[str, ...], Router] = {}
        """By the ids of what held then; one a change of contracts."""

    def portion(self, conn: Connection, ids: Sequence[str]) -> Iterator[Case | Drifted | None]:
        known = whistles.of_incidents(conn, ids)
        loaded = incidents.load(conn, ids)
        made = steps.of_whistles(conn, (one.id for some in known.values() for one in some))
        for concern in concerns_of(conn, [(loaded[id_], loaded[id_].opened_at) for id_ in ids]):
            whistled = known.get(concern.incident.id, [])
            if whistled or not concern.is_history:  # what only back-fills tell of calls nobody (N78)
                yield self._one(concern, [one for one in whistled if was_routed(one)], made)

    def _one(
        self, concern: Concern, decided: Sequence[Whistle], made: Mapping[str, Sequence[Made]]
    ) -> Case | Drifted | None:
        def timed(one: Whistle, contract: Contract) -> tuple[Deadline, ...]:
            return retimed_by(one, contract, made.get(one.id, ()), self._calendar).deadlines

        return replayed(
            concern.incident.id,
            decided,
            self._route(self._new, concern),
            before=lambda: self._route(self._router_of(day_of(concern.incident.opened_at)), concern),
            contracts=self._contracts,
            timed=timed,
        )

    def _route(self, router: Router, concern: Concern) -> Route:
        matter = matter_of(concern.event, concern.incident, concern.accused)
        return router.route(matter, due_from(concern.since.replace(microsecond=0), self._calendar))

    def _router_of(self, day: date) -> Router:
        held = in_force(self._used, day)
        ids = tuple(one.id for one in held)
        if ids not in self._old:
            self._old[ids] = Router(held, day)
        return self._old[ids]


def in_force(used: Iterable[Contract], day: date) -> list[Contract]:
    """Of all versions that were ever used, each department's newest that holds on `day`: as it was first used, a
    version does not know yet that another will follow it."""
    newest: Mapping[str, Contract] = {
        one.department: one
        for one in sorted(used, key=attrgetter("valid_from", "version"))
        if holds_on(one, day)
    }
    return sorted(newest.values(), key=attrgetter("department"))


def was_routed(one: Whistle) -> bool:
    """Whether the matter's own route called this department, and did not let go of it since."""
    if is_brought(one) or not one.clause:  # a merge brought it, or the centre designated it
        return False
    return one.state is not WhistleState.CANCELLED or ending_of(one) is Ending.WITHDRAWN
