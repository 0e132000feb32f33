"""Which departments are called for a matter, and what becomes of their whistles when it moves on.

The one place that decides it: for casework, and for a person who joins or parts matters. The rules are
`hub.whistle.follow`'s; `hub.run.notices` tells the departments.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from hub.contract.route import Routed
from hub.model import (
    Call,
    Ending,
    Event,
    Incident,
    IncidentId,
    IncidentState,
    Mode,
    Reason,
    Role,
    Whistle,
    WhistleId,
    WhistleState,
)
from hub.pipeline import Journey
from hub.run.announcing import as_closed, tell_incidents
from hub.run.concern import Concern, concerns_of
from hub.run.contractbook import ContractBook
from hub.run.desk import NO_LEAD, RETURNED, Desk
from hub.run.expecting import expect
from hub.run.latecomers import Latecomers
from hub.run.ledger import Ledger
from hub.run.notices import Notices
from hub.run.telling import Notice, Telling
from hub.store import events, incidents, steps, whistles
from hub.store.outbox import Outbox
from hub.store.steps import Made
from hub.whistle.follow import (
    MERGED,
    Turn,
    ended,
    follow,
    is_done,
    is_led,
    join,
    next_id,
    part,
    still_open,
)
from hub.whistle.lifecycle import RELIEVED, UNSETTLED, Step

_NONE: Final[tuple[Call, ...]] = ()
Closed = Mapping[str, Incident]
"""Matters that a round closed, by id, as they stand then."""


@dataclass(slots=True)
class _Round:
    """What one transaction does to whistles, gathered so that it is written and told once."""

    blown: list[Notice] = field(default_factory=list)
    told: list[Notice] = field(default_factory=list)
    """Word of whistles that were blown before."""
    moved: list[Whistle] = field(default_factory=list)
    waiting: list[tuple[IncidentId, str]] = field(default_factory=list)
    released: list[IncidentId] = field(default_factory=list)
    over: list[Incident] = field(default_factory=list)
    steps: list[Made] = field(default_factory=list)

    def end(self, gone: Iterable[tuple[Whistle, Step]], incident: Incident, why: Ending) -> None:
        """These whistles of `incident` end now, and nobody but the hub ended them."""
        for whistle, step in gone:
            self.moved.append(whistle)
            self.told.append(Notice.of_change(whistle, incident, why))
            self.steps.append(Made(step, "", why.value))


class Dispatch:
    """Calls departments, in the caller's transaction; one of `call`, `join` and `part` a transaction."""

    def __init__(
        self,
        *,
        journey: Journey,
        outbox: Outbox,
        telling: Telling,
        contracts: ContractBook,
        ledger: Ledger,
        latecomers: Latecomers,
    ) -> None:
        self._journey, self._outbox, self._ledger = journey, outbox, ledger
        self._latecomers = latecomers
        self._desk = Desk(journey.pack)
        self._notices = Notices(outbox=outbox, telling=telling, contracts=contracts, ledger=ledger)

    def call(self, conn: Connection, concerns: Sequence[Concern], now: datetime) -> Closed:
        """Brings each matter's whistles to what its route asks for now; the same again changes nothing.

        Afterwards a live open matter has a lead that is at it, or waits at the desk. Gives back those that are
        closed by it, since all leads that are left have handed in their results.
        """
        round_ = _Round()
        # What was opened just now has no whistle yet.
        known = whistles.of_incidents(conn, (c.incident.id for c in concerns if c.incident.version > 1))
        self._bring(round_, concerns, known, now)
        return self._write(conn, round_, now)

    def join(self, conn: Connection, source: Incident, target: Incident, now: datetime) -> Closed:
        """`source` was merged into `target`: its open whistles go on there or end as merged, and `target` calls
        whom it lacks. Who reported `source` is told what was done about `target` before."""
        known = whistles.of_incidents(conn, (source.id, target.id))
        standing = known.get(target.id, [])
        takes_more = target.state is IncidentState.OPEN
        done = join(known.get(source.id, []), target.id, standing, takes_more=takes_more, at=now)
        round_ = _Round(moved=list(done.moved), released=[source.id])
        round_.end(done.ended, source, Ending.MERGED)
        moved = {w.id: w for w in done.moved}
        together = [*(moved.pop(w.id, w) for w in standing), *moved.values()]
        self._bring(round_, concerns_of(conn, [(target, now)]), {target.id: together}, now)
        closed = self._write(conn, round_, now)
        # Deliveries before answers, as in casework: who numbers both never waits for who numbers both.
        self._latecomers.tell(conn, _brought(conn, source.id, target.id), now)
        return closed

    def part(self, conn: Connection, source: Incident, target: Incident, now: datetime) -> Closed:
        """A merge was undone: what came from `source` goes back, and both call whom they lack."""
        known = whistles.of_incidents(conn, (source.id, target.id))
        back = part(known.get(target.id, []), source.id)
        gone = {w.id for w in back}
        stand: dict[str, list[Whistle]] = {
            source.id: [*known.get(source.id, []), *back],
            target.id: [w for w in known.get(target.id, []) if w.id not in gone],
        }
        round_ = _Round(moved=list(back))
        concerns = concerns_of(conn, [(source, now), (target, now)], Ending.UNLINKED)
        self._bring(round_, concerns, stand, now)
        return self._write(conn, round_, now)

    def settle(self, conn: Connection, incident: Incident, one: Whistle, made: Made, now: datetime) -> None:
        """The centre has moved `one`, whose return it looked at; its department is told where that is over for it,
        or where it is called again."""
        round_ = _Round(moved=[one], steps=[made])
        if one.state in RELIEVED:
            round_.told.append(Notice.of_change(one, incident, Ending.REASSIGNED))
        elif one.state is WhistleState.BLOWN:
            round_.told.append(Notice.of_change(one, incident))
        self._decided(conn, round_, incident, now)

    def designate(
        self, conn: Connection, incident: Incident, call: Call, made: Made, now: datetime
    ) -> Whistle:
        """The centre calls a department as lead, whatever the route says; where it assists, that ends."""
        standing = whistles.of_incidents(conn, [incident.id]).get(incident.id, [])
        one = _whistle(incident, call, {w.id for w in standing}, now)
        round_ = _Round()
        assists = [w for w in still_open(standing) if w.department == one.department]
        round_.end([ended(w, Ending.REROUTED, now) for w in assists], incident, Ending.REROUTED)
        round_.blown.append(Notice.of(one, incident))
        round_.steps.append(replace(made, step=replace(made.step, whistle_id=one.id)))
        self._decided(conn, round_, incident, now)
        return one

    def _decided(self, conn: Connection, round_: _Round, incident: Incident, now: datetime) -> None:
        """Writes what the centre decided; the matter is led then, or done, or waits at the desk."""
        known = whistles.of_incidents(conn, [incident.id]).get(incident.id, [])
        changed = {w.id: w for w in round_.moved}
        standing = [changed.get(w.id, w) for w in known] + [notice.whistle for notice in round_.blown]
        if is_led(standing) or incident.state is not IncidentState.OPEN:
            round_.released.append(incident.id)
        elif is_done(standing):
            round_.over.append(as_closed(incident, now))
            round_.released.append(incident.id)
        else:
            round_.waiting.append((incident.id, RETURNED))
        self._write(conn, round_, now)
        self.tell_incidents(conn, round_.over, now)

    # -- deciding ------------------------------------------------------------------------------------

    def _bring(
        self,
        round_: _Round,
        concerns: Iterable[Concern],
        known: Mapping[str, Sequence[Whistle]],
        now: datetime,
    ) -> None:
        for concern in concerns:
            standing = known.get(concern.incident.id, ())
            state = concern.incident.state
            if state is IncidentState.CANCELLED:
                self._call_off(round_, concern, still_open(standing), Ending.WITHDRAWN, now)
                round_.released.append(concern.incident.id)
            elif state is IncidentState.OPEN and (standing or not concern.is_history):
                self._follow(round_, concern, standing, now)

    def _follow(self, round_: _Round, concern: Concern, standing: Sequence[Whistle], now: datetime) -> None:
        incident = concern.incident
        routed = self._journey.route(concern.event, incident, concern.since, concern.accused)
        turn = follow(standing, routed.calls if isinstance(routed, Routed) else _NONE, concern.accused)
        known = {w.id for w in standing}
        # Called off first: a department whose role changes reads the end before the new beginning.
        self._call_off(round_, concern, turn.end, concern.why, now)
        left = [w for w in standing if w not in turn.end]
        if isinstance(routed, Routed) and is_done(left) and not _needs_a_lead(turn):
            round_.over.append(as_closed(incident, now))
            round_.released.append(incident.id)
            return
        fresh = [_whistle(incident, call, known, now) for call in turn.blow]
        round_.blown += [Notice.of(w, incident) for w in fresh]
        why = NO_LEAD if isinstance(routed, Routed) else routed.reasons[0].rule
        self._lead(round_, concern, [*left, *fresh], why)

    @staticmethod
    def _call_off(
        round_: _Round, concern: Concern, gone: Sequence[Whistle], why: Ending, now: datetime
    ) -> None:
        round_.end([ended(w, why, now) for w in gone], concern.incident, why)

    @staticmethod
    def _lead(round_: _Round, concern: Concern, standing: Sequence[Whistle], why: str) -> None:
        """A matter that nobody leads waits at the desk; one that was opened just now did not wait before."""
        incident = concern.incident
        if not is_led(standing):
            returned = any(w.state in UNSETTLED or w.state is WhistleState.REASSIGNED for w in standing)
            round_.waiting.append((incident.id, RETURNED if returned else why))
        elif incident.version > 1:
            round_.released.append(incident.id)

    # -- writing -------------------------------------------------------------------------------------

    def _write(self, conn: Connection, round_: _Round, now: datetime) -> Closed:
        whistles.change(conn, *round_.moved)
        whistles.add(conn, [notice.whistle for notice in round_.blown])
        steps.add(conn, round_.steps)
        expect(conn, self._journey.pack, [*round_.moved, *(notice.whistle for notice in round_.blown)])
        self._desk.wait(conn, round_.waiting, now)
        self._desk.release(conn, round_.released, now)
        self._notices.send(conn, [*round_.told, *round_.blown], now)
        incidents.change(conn, round_.over)
        return {one.id: one for one in round_.over}

    def tell_incidents(self, conn: Connection, touched: Sequence[Incident], now: datetime) -> None:
        """The compacted topic of matters: each of `touched` as it stands."""
        tell_incidents(conn, self._outbox, self._journey.pack.district, touched, now)

    def begin(self) -> None:
        """A new transaction: what one before it wrote to the ledger and rolled back is forgotten."""
        self._ledger.begin()

    def committed(self) -> None:
        """The batch holds: the ledger may go on from it."""
        self._ledger.committed()


def _brought(conn: Connection, source: IncidentId, target: IncidentId) -> list[tuple[Event, IncidentId]]:
    """The live reports that came to `target` from `source`, as they were joined, with `target`."""
    came = Reason(MERGED, {"from": source})
    links = [one for one in incidents.links_of(conn, [target]).get(target, []) if came in one.link.reasons]
    stored = events.load(conn, (one.link.event_id for one in links)).values()
    return [(one.event, target) for one in stored if one.event.mode is not Mode.BACKFILL]


def _needs_a_lead(turn: Turn) -> bool:
    return any(call.role is Role.LEAD for call in turn.blow)


def _whistle(incident: Incident, call: Call, known: set[WhistleId], now: datetime) -> Whistle:
    return Whistle(
        id=next_id(incident.id, call.department, known),
        incident_id=incident.id,
        department=call.department,
        role=call.role,
        level=incident.level,
        contract_id=call.contract_id,
        clause=call.clause,
        state=WhistleState.BLOWN,
        blown_at=now,
        deadlines=call.deadlines,
        reasons=call.reasons,
        returns=0,
        version=1,
    )
