"""A post blows a whistle for a matter (网格吹哨): at its own level, within its area, calling whom a contract names.

A post cannot hand a department's duty to whom it likes: only a clause that takes the matter makes a department
callable, and its legal basis says whose duty it is (domain.md 0.4, 3.4). Where the pack asks for it, another post
reviews the whistle first; until then no department hears of it, and the review has a clock of its own. A whistle never
stands below its matter: where that is higher by then, it is blown at the matter's level.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from hub.clock import day_of
from hub.contract.route import Routed
from hub.errors import Refused
from hub.model import (
    Actor,
    Call,
    Incident,
    IncidentState,
    Level,
    Move,
    Reason,
    Role,
    Whistle,
    WhistleState,
)
from hub.pipeline import Journey
from hub.run.exits.concern import Concern, concerns_of
from hub.run.exits.telling import Notice
from hub.run.ground.contractbook import ContractBook
from hub.run.matters.deciding import check_code
from hub.run.matters.dispatch import Dispatch, whistle_of
from hub.run.matters.round import By, Round
from hub.store import incidents, steps, whistles
from hub.store.steps import Made
from hub.whistle.clocks import deadline, due_from
from hub.whistle.follow import BLOWN_BY, LET_GO, is_led
from hub.whistle.levels import raised
from hub.whistle.lifecycle import advance
from hub.whistle.posts import Posted, check_four_eyes, check_may_blow
from hub.whistle.timetable import source_deadlines


class Blowing:
    """One person at one post, inside the caller's transaction."""

    def __init__(
        self,
        conn: Connection,
        dispatch: Dispatch,
        journey: Journey,
        contracts: ContractBook,
        *,
        who: Posted,
        by: str,
        at: datetime,
    ) -> None:
        """`by`: the account that stands in the history; no department sees it."""
        self._conn, self._dispatch, self._journey = conn, dispatch, journey
        self._contracts = contracts
        self._who, self._by, self._at = who, by, at
        self._rules, self._calendar = journey.pack.rules_on(day_of(at)), journey.pack.calendar

    def blow(
        self, incident_id: str, level: Level, department: str = "", reason_code: str = ""
    ) -> tuple[Whistle, ...]:
        """Calls `department`, or without one whom the contracts call at `level`; gives back the whistles, which wait
        for a review where the pack asks for one.

        Raises Refused C106 where there is no such matter in the post's area, W110 where it is not open, W151 where the
        post may not blow at this level, W153 where no clause makes the department callable, W152 where everyone who
        would be called is called already.
        """
        check_code(reason_code)
        check_may_blow(self._who, level, self._rules)
        incident = self._in_its_area(incident_id)
        if incident.state is not IncidentState.OPEN:
            raise Refused("W110", incident=incident.id)
        risen = raised(incident, level)
        standing = whistles.of_incidents(self._conn, [incident.id]).get(incident.id, [])
        known = {one.id for one in standing}
        round_, by = Round(), self._made_by(Actor.BLOWER, reason_code)
        (concern,) = concerns_of(self._conn, [(risen, self._at)])
        asked_for = replace(risen, level=level)  # by which it is decided who reviews it
        submitted = [
            self._submitted(round_, whistle_of(asked_for, call, known, self._at, concern.clocks), by)
            for call in self._calls(concern, standing, department)
        ]
        if self._rules.levels[level].reviewed_by is None:
            self._raise(round_, incident, level, standing, by)
            submitted = [self._blown(round_, one, risen) for one in submitted]
            for one in submitted:
                round_.blow(one, risen, standing)
        else:
            round_.new += submitted
        self._dispatch.settle(self._conn, round_, incident, [*standing, *submitted], self._at)
        return tuple(map(round_.as_it_stands, submitted))

    def review(self, whistle_id: str, move: Move, reason_code: str = "") -> Whistle:
        """APPROVE blows it at once, REFUSE ends it; gives back the whistle then.

        Raises Refused W103 where there is no such whistle in the post's area, W156 where another post reviews its
        level, W150 where a refusal has no reason, W101 where it waits for no review, W158 where who submitted it
        approves it; they may refuse it.
        """
        check_code(reason_code)
        if move is Move.REFUSE and not reason_code:
            raise Refused("W150", move=move.value)
        held = whistles.held_together(self._conn, [whistle_id])
        whistle = held.get(whistle_id)
        incident = self._known_here(whistle.incident_id) if whistle else None
        if whistle is None or incident is None:  # not there and not in its area look alike
            raise Refused("W103")
        said = self._rules.levels.get(whistle.level)
        if said is None or said.reviewed_by is not self._who.post:
            raise Refused("W156", allowed=said.reviewed_by.value if said and said.reviewed_by else "-")
        standing = [one for one in held.values() if one.incident_id == incident.id]
        round_, by = Round(), self._made_by(Actor.REVIEWER, reason_code)
        reviewed = round_.move(whistle, move, by)
        if move is Move.APPROVE:
            check_four_eyes(self._submitted_by(whistle), whistle.blown_by, self._by, self._who)
            risen = raised(incident, whistle.level)
            self._raise(round_, incident, whistle.level, standing, by)
            blown = self._blown(round_, reviewed, risen)
            round_.put(reviewed, blown)
            round_.blown.append(Notice.of(blown, risen))
            round_.inherit(blown, standing)
            reviewed = blown
        self._dispatch.settle(self._conn, round_, incident, standing, self._at)
        return reviewed

    def _submitted(self, round_: Round, draft: Whistle, by: By) -> Whistle:
        """A draft becomes a whistle that waits for its review, with a clock for that alone."""
        review = deadline("review", self._rules.review_within, self._at, self._calendar)
        unsent = replace(
            draft, state=WhistleState.DRAFT, version=0, blown_by=str(self._who), deadlines=(review,)
        )
        return self._moved(round_, unsent, Move.SUBMIT, by)

    def _blown(self, round_: Round, one: Whistle, incident: Incident) -> Whistle:
        """At the level of its matter, which may have risen meanwhile. The department's clocks start with the call,
        whatever the review took."""
        limits = self._contracts.of(self._conn, one.contract_id).limits_at(incident.level)
        since = self._at.replace(microsecond=0)
        due = due_from(since, self._calendar)
        blown = self._moved(round_, one, Move.BLOW, By(actor=Actor.HUB, at=self._at))
        own = (due(step, limit) for step, limit in limits.items())
        return replace(
            blown,
            level=incident.level,
            blown_at=self._at,
            clock_at=since,
            deadlines=(*own, *source_deadlines(one.source_clocks, since)),
        )

    def _submitted_by(self, one: Whistle) -> str:
        made = steps.of_whistles(self._conn, [one.id]).get(one.id, [])
        return next((each.by for each in made if each.step.move is Move.SUBMIT), "")

    @staticmethod
    def _moved(round_: Round, one: Whistle, move: Move, by: By) -> Whistle:
        """A move that no reporter is told of."""
        moved, step = advance(one, move, by.at, actor=by.actor)
        round_.steps.append(Made(step, by.account, by.reason_code))
        return moved

    @staticmethod
    def _raise(round_: Round, incident: Incident, level: Level, standing: Sequence[Whistle], by: By) -> None:
        if raised(incident, level) != incident:
            round_.rise(incident, level, standing, replace(by, actor=Actor.BLOWER))

    def _made_by(self, actor: Actor, reason_code: str) -> By:
        return By(actor=actor, at=self._at, account=self._by, reason_code=reason_code)

    def _in_its_area(self, incident_id: str) -> Incident:
        """The matter, locked. Raises Refused C106 where the post knows of none."""
        incident = self._known_here(incident_id)
        if incident is None:
            raise Refused("C106", id=incident_id)
        return incident

    def _known_here(self, incident_id: str) -> Incident | None:
        """The matter, locked. What lies elsewhere, and what is secret, is as if it was not there."""
        incidents.lock_rows(self._conn, [incident_id])
        incident = incidents.load(self._conn, [incident_id]).get(incident_id)
        if incident is None or incident.secret or not self._who.covers(incident.place):
            return None
        return incident

    def _calls(self, concern: Concern, standing: Sequence[Whistle], department: str) -> tuple[Call, ...]:
        """Whom to call: whoever is at it already, or was relieved of it by the centre, is not called again."""
        incident = concern.incident
        busy = {w.department for w in standing if w.state not in LET_GO}
        if department:
            able = self._journey.callable(concern.event, incident, self._at, concern.accused)
            if department not in {call.department for call in able}:
                raise Refused("W153", allowed=", ".join(sorted({c.department for c in able})) or "-")
            wanted = [call for call in able if call.department == department][:1]
        else:
            routed = self._journey.route(concern.event, incident, self._at, concern.accused)
            wanted = list(routed.calls) if isinstance(routed, Routed) else []
        fresh = [call for call in wanted if call.department not in busy]
        if not fresh:
            raise Refused("W152", departments=", ".join(sorted(busy)) or "-")
        return tuple(self._as_blown(call, standing) for call in fresh)

    def _as_blown(self, call: Call, standing: Sequence[Whistle]) -> Call:
        """首接负责: where somebody leads the matter already, whoever is called beside them helps."""
        said = Reason(BLOWN_BY, {"post": str(self._who)})
        role = Role.ASSIST if is_led(standing) else call.role
        return replace(call, role=role, reasons=(*call.reasons, said))
