"""What time alone does to whistles, in the caller's transaction: late steps are noted, and it is said which moves are
the hub's to make. The rules are `hub.whistle.ticking`'s; `Clockwork` holds the lease.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy import Connection

from hub.clock import day_of
from hub.errors import Refused
from hub.model import Contract, Event, Move, Whistle, WhistleId
from hub.run.ground.contractbook import ContractBook
from hub.run.matters.retimed import retimed_by
from hub.store import due, events, incidents, lateness, steps, whistles
from hub.store.lateness import Fact
from hub.store.steps import Made
from hub.whistle import ticking
from hub.whistle.calendar import Calendar
from hub.whistle.lifecycle import Step
from hub.whistle.reached import SOURCE, done_at
from hub.whistle.retiming import known_now, rounds_before
from hub.whistle.ticking import EXTENDED, RulesOn, Tick, tick

log = structlog.get_logger()

LATE_RECEIVED: Final = "late_received"
"""Why a source's own deadline does not count: it was over before the hub heard of the matter (N79)."""


@dataclass(frozen=True, slots=True)
class Due:
    """A move that is the hub's to make with a whistle, as long as that stands at `version`."""

    whistle: WhistleId
    version: int
    move: Move


@dataclass(frozen=True, slots=True)
class Ticked:
    """What one portion came to."""

    seen: int
    noted: int
    """Steps that are noted as late for the first time."""
    moves: tuple[Due, ...]
    """What the hub is to do; who does it not is asked again."""


class Ticks:
    """Looks at whistles whose moment has come."""

    def __init__(self, *, calendar: Calendar, rules_on: RulesOn, contracts: ContractBook) -> None:
        self._calendar, self._rules_on, self._contracts = calendar, rules_on, contracts

    def look(self, conn: Connection, now: datetime, most: int) -> Ticked:
        """One portion, longest due first: notes what is late, and puts each whistle off until it is due again."""
        found = due.passed(conn, now, most)
        moves = steps.of_whistles(conn, [one.id for one in found])
        told = [
            (one, tick(one, _steps(moves.get(one.id, ())), self._rules_on, self._calendar, now))
            for one in found
        ]
        noted = self._note(conn, told, now) + lateness.note(conn, self._before(conn, found, moves), now)
        due.look_again(conn, [(one, it.look_at) for one, it in told])
        return Ticked(
            len(found), noted, tuple(Due(one.id, one.version, it.move) for one, it in told if it.move)
        )

    def _note(self, conn: Connection, told: Sequence[tuple[Whistle, Tick]], now: datetime) -> int:
        known = lateness.of_whistles(conn, [one.id for one, _ in told])
        new: list[Fact] = []
        for one, it in told:
            for late in it.late:
                key = (one.id, late.step, one.round)
                if key in known:
                    _excuse(conn, known[key], late.excused)
                else:
                    new.append(Fact(key, late.due_at, late.excused or self._excused(conn, one, late.step)))
            for step, done in it.in_time:
                _take_back(conn, known.get((one.id, step, one.round)), done)
        return lateness.note(conn, new, now)

    def _before(
        self, conn: Connection, found: Iterable[Whistle], moves: Mapping[str, Sequence[Made]]
    ) -> list[Fact]:
        """What was late in rounds that are over, for where nobody looked between it and the reopening."""
        facts: list[Fact] = []
        for one in found:
            contract = self._contract(conn, one) if one.round else None
            if contract is None:
                continue
            history = _steps(moves.get(one.id, ()))
            for number, had in rounds_before(one, contract.limits_at, history, self._calendar):
                for each in had:
                    done = done_at(history, each.step, number)
                    if done is not None and (late := ticking.lateness(each, done)):
                        facts.append(Fact((one.id, late.step, number), late.due_at, late.excused))
        return facts

    def _excused(self, conn: Connection, one: Whistle, step: str) -> str:
        """The source's deadline was over before the report that it stands in came here, and that came late."""
        late = next((each for each in one.deadlines if each.step == step == SOURCE), None)
        told = _first_told(conn, one.incident_id, late.due_at) if late else None
        if late is None or told is None or late.due_at >= told.received_at:
            return ""
        after = self._rules_on(day_of(told.received_at)).late_after
        return LATE_RECEIVED if told.received_at - told.reported_at > after else ""

    def retime(self, conn: Connection, behind: str, most: int) -> tuple[str, int]:
        """Counts provisional deadlines again, a portion by id; those that are certain stay as they are. Returns the
        last id, "" once nothing is left, and how many whistles have other deadlines than before."""
        found = due.provisional(conn, behind, most)
        moves = steps.of_whistles(conn, [one.id for one in found])
        changed = [
            again
            for one in found
            if (again := self._again(conn, one, moves.get(one.id, ()))) is not None and again != one
        ]
        return (found[-1].id if len(found) == most else ""), whistles.retime(conn, changed)

    def _again(self, conn: Connection, one: Whistle, made: Sequence[Made]) -> Whistle | None:
        contract = self._contract(conn, one)
        return known_now(one, retimed_by(one, contract, made, self._calendar)) if contract else None

    def _contract(self, conn: Connection, one: Whistle) -> Contract | None:
        """What it was blown under; None, and a word in the log, where nobody kept that."""
        try:
            return self._contracts.of(conn, one.contract_id)
        except Refused as error:
            log.warning("deadlines_not_counted", whistle=one.id, code=error.code)
            return None


def _steps(made: Iterable[Made]) -> tuple[Step, ...]:
    return tuple(one.step for one in made)


def _first_told(conn: Connection, incident: str, due_at: datetime) -> Event | None:
    """The first revision of the matter's reports that told of a source's deadline at this moment."""
    keys = [one.event_key for one in incidents.links_of(conn, [incident]).get(incident, [])]
    told = (one.event for made in events.of_keys(conn, keys).values() for one in made)
    keep = [one for one in told if any(clock.due_at == due_at for clock in one.clocks)]
    return min(keep, key=lambda one: one.received_at, default=None)


def _excuse(conn: Connection, fact: Fact, excused: str) -> None:
    """More time was granted meanwhile, or is over; what others excused is theirs."""
    if fact.excused != excused and {fact.excused, excused} <= {"", EXTENDED}:
        lateness.excuse(conn, fact.key, fact.excused, excused)


def _take_back(conn: Connection, fact: Fact | None, done: datetime) -> None:
    """Word of what was done in time was stored after it was noted as late."""
    if fact is not None and done <= fact.due_at:
        lateness.take_back(conn, fact.key)
