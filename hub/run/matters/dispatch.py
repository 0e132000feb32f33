"""Which departments are called for a matter, and what becomes of their whistles when it moves on.

The one place that decides it: for casework, and for a person who joins or parts matters. The rules are
`hub.whistle.follow`'s; `hub.run.matters.moving` writes and tells it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from hub.contract.route import Routed
from hub.errors import Refused
from hub.incident.rules import LinkRules
from hub.model import (
    Actor,
    Call,
    Ending,
    Event,
    Incident,
    IncidentId,
    IncidentState,
    Level,
    Mode,
    Move,
    Reason,
    Role,
    SourceClock,
    Whistle,
    WhistleState,
)
from hub.pipeline import Journey
from hub.run.exits.concern import Concern, concerns_of
from hub.run.ground.ledger import Ledger
from hub.run.matters.desk import NO_LEAD
from hub.run.matters.latecomers import Latecomers
from hub.run.matters.moving import Moving
from hub.run.matters.round import By, Heir, Round
from hub.store import events, incidents, whistles
from hub.store.steps import Made
from hub.whistle.follow import MERGED, Turn, follow, is_led, join, next_id, part, still_open
from hub.whistle.lifecycle import DONE, LADDER, UNBLOWN, Step, is_above
from hub.whistle.reached import SOURCE
from hub.whistle.retiming import source_clocks_of
from hub.whistle.timetable import source_deadlines

_NONE: Final[tuple[Call, ...]] = ()
_ENDED: Final = (IncidentState.CLOSED, IncidentState.VERIFIED)
Changed = Mapping[IncidentId, Incident]
"""Matters that a round changed, by id, as they stand then."""


class Dispatch:
    """Calls departments, in the caller's transaction; one of its methods a transaction."""

    def __init__(self, *, journey: Journey, moving: Moving, ledger: Ledger, latecomers: Latecomers) -> None:
        self._journey, self._moving, self._ledger = journey, moving, ledger
        self._latecomers = latecomers

    def call(self, conn: Connection, concerns: Sequence[Concern], now: datetime) -> Changed:
        """Brings each matter's whistles to what its route asks for now; the same again changes nothing.

        Afterwards a live open matter has a lead that is at it, or waits at the desk. Gives back those that are
        closed by it, since all leads that are left have handed in their results.
        """
        round_ = Round()
        # What was opened just now has no whistle yet.
        known = whistles.of_incidents(conn, (c.incident.id for c in concerns if c.incident.version > 1))
        self._bring(conn, round_, concerns, known, now)
        return self._moving.write(conn, round_, self._ledger, now)

    def join(self, conn: Connection, source: Incident, target: Incident, now: datetime) -> Changed:
        """`source` was merged into `target`: its open whistles go on there or end as merged, and `target` calls
        whom it lacks. Of two whistles of one department the one that stays keeps the earlier deadlines. Who reported
        `source` is told how `target` stands."""
        known = whistles.of_incidents(conn, (source.id, target.id))
        standing, coming = known.get(target.id, []), known.get(source.id, [])
        takes_more = target.state is IncidentState.OPEN
        done = join(coming, target.id, standing, takes_more=takes_more, at=now)
        before = {w.id: w for w in (*standing, *coming)}
        round_ = Round(released=[source.id])
        for one in done.moved:
            round_.put(before[one.id], one)
        for one, step in done.ended:
            round_.ended(before[one.id], one, step, source, Ending.MERGED)
            for heir in still_open(standing):
                if heir.department == one.department and heir.state not in UNBLOWN:
                    round_.heirs.append(Heir(heir, (one,), target))
        mine = {w.id for w in standing}
        together = [round_.as_it_stands(w) for w in standing] + [w for w in done.moved if w.id not in mine]
        ended = [one for one, _ in done.ended if one.id not in mine]
        self._bring(conn, round_, concerns_of(conn, [(target, now)]), {target.id: together}, now, ended)
        changed = self._moving.write(conn, round_, self._ledger, now)
        whistles.label(conn, (source.id, target.id))
        # Deliveries before answers, as in casework: who numbers both never waits for who numbers both.
        brought = _brought(conn, source.id, target.id)
        as_is = changed.get(target.id, target)
        self._latecomers.tell_joined(conn, [event for event, _ in brought], source, as_is, now)
        self._latecomers.tell(conn, brought, now)
        return changed

    def part(self, conn: Connection, source: Incident, target: Incident, now: datetime) -> Changed:
        """A merge was undone: what came from `source` goes back, and both call whom they lack; `target` is open again
        where nobody but who goes back had done it. Who reported `source` is told how that stands."""
        known = whistles.of_incidents(conn, (source.id, target.id))
        standing = known.get(target.id, [])
        back = {w.id: w for w in part(standing, source.id)}
        round_ = Round()
        for one in standing:
            if one.id in back:
                round_.put(one, back[one.id])
        stand: dict[str, list[Whistle]] = {
            source.id: [*known.get(source.id, []), *back.values()],
            target.id: [w for w in standing if w.id not in back],
        }
        self._take_up(conn, round_, target, stand[target.id], list(back.values()), now)
        both = [(source, now), (round_.matter(target), now)]
        left = [w for w in standing if w.id in back]
        self._bring(conn, round_, concerns_of(conn, both, Ending.UNLINKED), stand, now, left)
        changed = self._moving.write(conn, round_, self._ledger, now)
        whistles.label(conn, (source.id, target.id))
        returned = _live(conn, incidents.links_of(conn, [source.id]).get(source.id, []))
        as_is = changed.get(source.id, source)
        self._latecomers.tell_parted(conn, [event for event, _ in returned], target, as_is, now)
        self._latecomers.tell(conn, returned, now)
        return changed

    def unlink(
        self, conn: Connection, report: Event, home: Incident, fresh: Incident, now: datetime
    ) -> Changed:
        """A report left `home` for a matter of its own: both call whom they lack, and its source hears of it."""
        concerns = concerns_of(conn, [(fresh, now), (home, now)], Ending.UNLINKED)
        changed = self.call(conn, concerns, now)
        if report.mode is not Mode.BACKFILL:
            self._latecomers.tell_parted(conn, [report], home, changed.get(fresh.id, fresh), now)
        return changed

    def designate(self, conn: Connection, incident: Incident, call: Call, by: By) -> Whistle:
        """The centre calls a department as lead, whatever the route says; where it assists, or waits for its review to be
        called, that ends."""
        standing = whistles.of_incidents(conn, [incident.id]).get(incident.id, [])
        (concern,) = concerns_of(conn, [(incident, by.at)])
        one = whistle_of(incident, call, {w.id for w in standing}, by.at, concern.clocks)
        round_ = Round()
        others = [w for w in still_open(standing) if w.department == one.department]
        round_.end(others, incident, Ending.REROUTED, by.at)
        round_.blow(one, incident, standing)
        round_.steps.append(Made(_designated(one, by), by.account, by.reason_code))
        self.settle(conn, round_, incident, [*standing, one], by.at)
        return round_.as_it_stands(one)

    def raise_(self, conn: Connection, incident: Incident, by: By, level: Level | None = None) -> Incident:
        """The matter and its whistles that are at work rise to `level`, one up without it; whom that calls is called.

        Raises Refused W155 where there is no such level above.
        """
        above = level or LADDER.get(incident.level)
        if above is None or not is_above(above, incident.level):
            raise Refused("W155", level=incident.level.value)
        standing = whistles.of_incidents(conn, [incident.id]).get(incident.id, [])
        round_ = Round()
        round_.rise(incident, above, standing, by)
        raised = round_.matter(incident)
        standing = [round_.as_it_stands(one) for one in standing]
        self._bring(conn, round_, concerns_of(conn, [(raised, by.at)]), {incident.id: standing}, by.at)
        changed = self._moving.write(conn, round_, self._ledger, by.at)
        self.tell_incidents(conn, list(changed.values()), by.at)
        return changed[incident.id]

    def end_announced(self, conn: Connection, incident: Incident, now: datetime) -> None:
        """What was announced for `incident` is over: it is closed, or goes on with the departments that are at it, or that
        the desk looks for."""
        standing = whistles.of_incidents(conn, [incident.id]).get(incident.id, [])
        round_ = Round()
        if standing or not all(one.calls_nobody for one in concerns_of(conn, [(incident, now)])):
            round_.change(incident, replace(incident, until=None))
        else:
            round_.close(incident, (), now)
        self.tell_incidents(conn, list(self._moving.write(conn, round_, self._ledger, now).values()), now)

    def settle(
        self,
        conn: Connection,
        round_: Round,
        incident: Incident,
        standing: Sequence[Whistle],
        now: datetime,
    ) -> None:
        """Writes what a person decided about one matter, whose whistles stood as `standing` before; it is led then, or
        done, or waits at the desk."""
        self._moving.settle(conn, round_, incident, [round_.as_it_stands(w) for w in standing], now)
        self.tell_incidents(conn, list(self._moving.write(conn, round_, self._ledger, now).values()), now)

    def settle_all(
        self,
        conn: Connection,
        round_: Round,
        matters: Mapping[str, Incident],
        standing: Iterable[Whistle],
        now: datetime,
    ) -> None:
        """The same of many matters at once; `standing` are all whistles of all of them."""
        by_matter: dict[str, list[Whistle]] = {}
        for one in standing:
            by_matter.setdefault(one.incident_id, []).append(round_.as_it_stands(one))
        for id_, incident in matters.items():
            self._moving.settle(conn, round_, incident, by_matter.get(id_, []), now)
        self.tell_incidents(conn, list(self._moving.write(conn, round_, self._ledger, now).values()), now)

    def tell_incidents(self, conn: Connection, touched: Sequence[Incident], now: datetime) -> None:
        """The compacted topic of matters: each of `touched` as it stands."""
        self._moving.announce(conn, touched, now)

    @property
    def link_rules(self) -> LinkRules:
        """By which reports join."""
        return self._journey.pack.link_rules

    def begin(self) -> None:
        """A new transaction: what one before it wrote to the ledger and rolled back is forgotten."""
        self._ledger.begin()

    def committed(self) -> None:
        """The batch holds: the ledger may go on from it."""
        self._ledger.committed()

    # -- deciding ------------------------------------------------------------------------------------

    def _bring(
        self,
        conn: Connection,
        round_: Round,
        concerns: Iterable[Concern],
        known: Mapping[str, Sequence[Whistle]],
        now: datetime,
        left: Sequence[Whistle] = (),
    ) -> None:
        """`left`: whistles by which departments were called for the matter, and which are no more among its own. What is
        closed calls nobody; it is verified where its results were checked while it was a part of another matter."""
        for concern in concerns:
            standing = known.get(concern.incident.id, ())
            state = concern.incident.state
            if state is IncidentState.CANCELLED:
                round_.end(still_open(standing), concern.incident, Ending.WITHDRAWN, now)
                round_.released.append(concern.incident.id)
                round_.over.append(concern.incident.id)
            elif state is IncidentState.CLOSED:
                self._moving.settle(conn, round_, concern.incident, standing, now)
            elif state is IncidentState.OPEN and (standing or not concern.calls_nobody):
                self._follow(conn, round_, concern, standing, now, left)
            elif state is IncidentState.OPEN and concern.is_over_elsewhere:
                round_.close(concern.incident, standing, now)

    def _follow(
        self,
        conn: Connection,
        round_: Round,
        concern: Concern,
        standing: Sequence[Whistle],
        now: datetime,
        gone: Sequence[Whistle],
    ) -> None:
        incident = concern.incident
        routed = self._journey.route(concern.event, incident, concern.since, concern.accused)
        turn = follow(standing, routed.calls if isinstance(routed, Routed) else _NONE, concern.accused)
        # Called off first: a department whose role changes reads the end before the new beginning.
        round_.end(turn.end, incident, concern.why, now)
        left = [w for w in standing if w not in turn.end]
        self._keep_time(round_, concern, left)
        if isinstance(routed, Routed) and not _needs_a_lead(turn) and self._moving.is_done(conn, left):
            self._moving.settle(conn, round_, incident, left, now)
            return
        for one in left:
            round_.lift(one, incident, By(actor=Actor.HUB, at=now))
        known = {w.id for w in standing}
        fresh = [whistle_of(incident, call, known, now, concern.clocks) for call in turn.blow]
        for one in fresh:
            round_.blow(one, incident, [*standing, *gone])
        why = NO_LEAD if isinstance(routed, Routed) else routed.reasons[0].rule
        # What those handed back who end now counts, too.
        standing = [*map(round_.as_it_stands, standing), *fresh]
        if incident.version > 1 or not is_led(standing):  # opened just now and led, it never waited
            self._moving.lead(round_, incident, standing, why, now)

    def _take_up(
        self,
        conn: Connection,
        round_: Round,
        one: Incident,
        standing: Sequence[Whistle],
        gone: Sequence[Whistle],
        now: datetime,
    ) -> None:
        """A matter that was done by leads who are `gone` from it is to be done still, if its sources ask for it."""
        by = [w for w in gone if w.role is Role.LEAD and w.state in DONE]
        if one.state not in _ENDED or not by or self._moving.is_done(conn, standing):
            return
        if any(not concern.is_let_go for concern in concerns_of(conn, [(one, now)])):
            round_.reopen(one, by[-1], Move.BLOW)

    @staticmethod
    def _keep_time(round_: Round, concern: Concern, standing: Sequence[Whistle]) -> None:
        """The sources' own clocks follow their keepers (N39): each moves by what its own source says of it."""
        for one in still_open(standing):
            now = round_.as_it_stands(one)
            if one.state not in UNBLOWN and source_clocks_of(now) != concern.clocks:
                round_.keep_clocks(now, concern.clocks, concern.incident)


def _brought(conn: Connection, source: IncidentId, target: IncidentId) -> list[tuple[Event, IncidentId]]:
    """The live reports that came to `target` from `source`, as they were joined, with `target`."""
    came = Reason(MERGED, {"from": source})
    links = incidents.links_of(conn, [target]).get(target, [])
    return _live(conn, [one for one in links if came in one.link.reasons])


def _live(conn: Connection, links: Sequence[incidents.CurrentLink]) -> list[tuple[Event, IncidentId]]:
    """The reports of these links that no back-fill brought, each with the matter that it is in."""
    stored = events.load(conn, (one.link.event_id for one in links))
    told = [(stored[one.link.event_id].event, one.link.incident_id) for one in links]
    return [(event, incident) for event, incident in told if event.mode is not Mode.BACKFILL]


def _needs_a_lead(turn: Turn) -> bool:
    return any(call.role is Role.LEAD for call in turn.blow)


def whistle_of(
    incident: Incident,
    call: Call,
    known: Collection[str],
    now: datetime,
    clocks: tuple[SourceClock, ...],
) -> Whistle:
    """The whistle that `call` blows for `incident` now; `known`: ids of its whistles so far. `clocks`: what the sources
    of its reports keep."""
    own = [one for one in call.deadlines if one.step != SOURCE]
    clock_at = min((one.from_at for one in own), default=now)
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
        clock_at=clock_at,
        deadlines=(*own, *source_deadlines(clocks, clock_at)),
        reasons=call.reasons,
        returns=0,
        version=1,
        source_clocks=clocks,
    )


def _designated(one: Whistle, by: By) -> Step:
    """The history of a whistle that the centre blew begins with that."""
    return Step(
        whistle_id=one.id,
        move=Move.DESIGNATE,
        actor=by.actor,
        at=by.at,
        before=one.state,
        after=one.state,
        version=one.version,
    )
