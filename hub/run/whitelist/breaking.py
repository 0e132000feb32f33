"""紧急授权 (break-glass): one person opens a matter for the departments that are called for it, another one agrees, and a
security administrator reviews it afterwards. One transaction each, audited in it; it ends by itself after 24 hours."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from hub.access.account import Result
from hub.access.audit import AuditRow
from hub.access.beyond import (
    WAITS_FOR,
    Decided,
    Emergency,
    Ended,
    Reviewed,
    State,
    Verdict,
    check_decide,
    check_end,
    check_review,
)
from hub.access.exits import Exit
from hub.access.vault import Vault
from hub.errors import Refused
from hub.model import DepartmentId, Duration, IncidentId, Unit
from hub.model.account import Account, Role
from hub.pack import Pack
from hub.run.exits.insight import accused_of, insight
from hub.run.exits.linked import people_of
from hub.run.ground.ledger import Ledger, written
from hub.run.ground.trouble import together
from hub.run.whitelist.reasons import check_reason, kept
from hub.run.whitelist.revealing import DECIDERS
from hub.store import emergencies, incidents, whistles
from hub.store.engine import Store
from hub.whistle.clocks import deadline
from hub.whistle.sight import OF_THE_MATTER, SIGHT

REVIEWED_WITHIN: Final = Duration(5, Unit.WORK_DAY)
"""After somebody agreed to it."""
_MOST: Final = 500
_OPEN: Final = frozenset((State.WAITING, State.LIVE))
_SEEN_IN: Final = sorted(state.value for state, sight in SIGHT.items() if sight in OF_THE_MATTER)
"""States of a whistle in which its department may see its matter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """What somebody of the district or an operator proposes: `of` is a matter, of an operator one of its department's
    whistles."""

    of: str
    kind: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaking:
    """One object serves all threads of a process; `ledger` gives the calling thread's own."""

    store: Store
    vault: Vault
    pack: Pack
    ledger: Callable[[], Ledger]

    def propose(self, alarm: Alarm, who: Account, now: datetime) -> Emergency:
        """Waits for a second person from now on. Raises Refused A445 for a matter that is not there or not in sight of who
        asks, A447 for a set that the pack has not, A446 where one waits or gives for that matter already, A204, A213, A303."""
        return together(lambda: self._propose(alarm, who, now))

    def _propose(self, alarm: Alarm, who: Account, now: datetime) -> Emergency:
        with written(self.store, self.ledger(), now) as (conn, rows):
            incident = self._matter(conn, alarm.of, who)
            emergencies.hold(conn, incident)
            check_reason(alarm.reason)
            if self.pack.beyond.kind(alarm.kind) is None:
                raise Refused("A447")
            if any(one.state_at(now) in _OPEN for one in emergencies.of_incident(conn, incident)):
                raise Refused("A446")
            one = Emergency(
                id=emergencies.emergency_id(incident, alarm.kind, who.name, now),
                incident_id=incident,
                kind=alarm.kind,
                reason=kept(alarm.reason, people_of(conn, self.vault, incident)()),
                by=who.name,
                at=now,
            )
            emergencies.add(conn, one)
            rows.append(self._row(one, who, "ask", now))
        return one

    def _matter(self, conn: Connection, of: str, who: Account) -> IncidentId:
        """Of who belongs to the district any; of an operator the matter that one of its whistles opens."""
        if who.role is Role.DISTRICT and of in incidents.load(conn, [of]):
            return incidents.homes(conn, [of])[of]
        if who.role is Role.OPERATOR:
            whistle = whistles.load(conn, [of]).get(of)
            is_own = whistle is not None and whistle.department == who.organisation
            if whistle is not None and is_own and insight(conn, whistle).is_of_the_matter:
                return whistle.incident_id
        elif who.role is not Role.DISTRICT:
            raise Refused("A303")
        raise Refused("A445")

    def decide(self, id_: str, verdict: Verdict, who: Account, now: datetime) -> Emergency:
        """The verdict of a second person; approved, it gives from now on for a day, and is to be reviewed. Raises Refused
        A440 where there is none, A441 for one's own, A442 where it does not wait any more, A303 for another role."""
        return together(lambda: self._decide(id_, Decided(verdict=verdict, by=who.name, at=now), who, now))

    def _decide(self, id_: str, said: Decided, who: Account, now: datetime) -> Emergency:
        if who.role not in DECIDERS:
            raise Refused("A303")
        due_at = None
        if said.verdict is Verdict.APPROVE:
            due_at = deadline("review", REVIEWED_WITHIN, now, self.pack.calendar).due_at
        with written(self.store, self.ledger(), now) as (conn, rows):
            one = _found(conn, id_)
            check_decide(one, who.name, now)
            emergencies.decide(conn, id_, said, due_at)
            rows.append(self._row(one, who, said.verdict.value, now))
        return one

    def end(self, id_: str, who: Account, now: datetime) -> Emergency:
        """It gives nothing from now on; it is reviewed all the same. The district, a security administrator and whoever
        asked for it may: less is shown by that. Raises Refused A440, A450 where it gives nothing now, A303 for others."""
        return together(lambda: self._end(id_, Ended(by=who.name, at=now), who, now))

    def _end(self, id_: str, said: Ended, who: Account, now: datetime) -> Emergency:
        with written(self.store, self.ledger(), now) as (conn, rows):
            one = _found(conn, id_)
            if who.role not in DECIDERS and who.name != one.by:
                raise Refused("A303")
            check_end(one, now)
            emergencies.end(conn, id_, said)
            rows.append(self._row(one, who, "end", now))
        return one

    def review(self, id_: str, note: str, who: Account, now: datetime) -> Emergency:
        """What a security administrator found afterwards. Raises Refused A440, A441 for one of the two who opened it, A448
        where there is nothing to review, A204, A213, A303."""
        return together(lambda: self._review(id_, Reviewed(by=who.name, at=now, note=note), who, now))

    def _review(self, id_: str, said: Reviewed, who: Account, now: datetime) -> Emergency:
        if who.role is not Role.SECURITY_ADMIN:
            raise Refused("A303")
        check_reason(said.note)
        with written(self.store, self.ledger(), now) as (conn, rows):
            one = _found(conn, id_)
            check_review(one, who.name)
            home = incidents.homes(conn, [one.incident_id])[one.incident_id]
            known = people_of(conn, self.vault, home)
            emergencies.review(conn, id_, replace(said, note=kept(said.note, known())))
            rows.append(self._row(one, who, "review", now))
        return one

    def waiting(self, now: datetime) -> int:
        """How many wait for a second person."""
        with self.store.read() as conn:
            return emergencies.waiting(conn, now - WAITS_FOR)

    def listed(self, *, department: DepartmentId | None = None) -> Sequence[Emergency]:
        """The newest five hundred, newest first; with `department`, of matters that it may see alone: neither relieved of nor
        accused in."""
        with self.store.read() as conn:
            if department is None:
                return emergencies.latest(conn, _MOST)
            every = emergencies.latest_for(conn, _MOST, department, _SEEN_IN)
            accused = accused_of(conn, {one.incident_id for one in every})
        return [one for one in every if department not in accused.get(one.incident_id, ())]

    def unreviewed(self) -> Sequence[Emergency]:
        """Those that gave something and were not reviewed yet, the longest due first."""
        with self.store.read() as conn:
            return emergencies.unreviewed(conn, _MOST)

    def _row(self, one: Emergency, who: Account, what: str, at: datetime) -> AuditRow:
        """Who said what of it: nothing was shown by that."""
        kind = self.pack.beyond.kind(one.kind)
        return AuditRow(
            at=at,
            who=who.name,
            exit=Exit.PAGE,
            result=Result.DENY if what == Verdict.REFUSE else Result.ALLOW,
            purpose="whitelist",
            fields=kind.fields if kind else (),
            rows=(one.incident_id,),
            count=0,
            matter=one.id,
            on_behalf_of=who.organisation,
            reason=what,
        )


def _found(conn: Connection, id_: str) -> Emergency:
    one = emergencies.find(conn, id_)
    if one is None:
        raise Refused("A440")
    return one
