"""What a person decides about whistles: whether a return holds, who is designated, whether there is more time, and
whether a result stands.

A return that holds relieves its department, and the matter waits at the desk until somebody is designated. One that
is dismissed stays with its department, which may not return it again; neither may one that was designated (domain.md
3.4). No clock begins anew by it: the time that a dismissed return took is the department's own.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from hub.clock import day_of
from hub.contract.clauses import holds_on
from hub.contract.route import designated
from hub.errors import Refused
from hub.model import Actor, Contract, Ending, Incident, IncidentState, Move, Reason, Role, Whistle
from hub.pack import Pack
from hub.run.exits.concern import concerns_of
from hub.run.exits.telling import Notice
from hub.run.matters.dispatch import Dispatch
from hub.run.matters.reopening import reopen
from hub.run.matters.round import By, Round
from hub.store import incidents, steps, whistles
from hub.whistle.clocks import due_from
from hub.whistle.follow import DESIGNATED, still_open
from hub.whistle.lifecycle import LADDER, TABLE, UNBLOWN, Need, is_above

_CODE: Final = re.compile(r"[A-Z][A-Z0-9_]{0,31}")
_SAYS: Final = {Move.UPHOLD: Ending.REASSIGNED.value, Move.DISMISS: DESIGNATED}
"""What a move adds to a whistle's reasons."""
_TOLD: Final[Mapping[Move, Ending | None]] = {
    Move.UPHOLD: Ending.REASSIGNED,
    Move.DISMISS: None,
    Move.GRANT: None,
    Move.DENY: None,
}
"""Decisions that the department hears of, beside what is done again: that it is over for it, or (None) how its whistle
stands now."""


def check_code(reason_code: str) -> None:
    """Returns where `reason_code` is a code or empty; raises Refused W114 for words, which may name somebody."""
    if reason_code and not _CODE.fullmatch(reason_code):
        raise Refused("W114")


class Deciding:
    """One person's decision, inside the caller's transaction."""

    def __init__(self, conn: Connection, dispatch: Dispatch, pack: Pack, *, by: str, at: datetime) -> None:
        """`by`: the account that stands in the history; no department sees it."""
        self._conn, self._dispatch, self._pack, self._by, self._at = conn, dispatch, pack, by, at

    def decide(
        self,
        whistle_id: str,
        move: Move,
        reason_code: str = "",
        *,
        actor: Actor = Actor.CENTRE,
        seen: int | None = None,
    ) -> Whistle:
        """Makes one move of the table for `actor`; gives back the whistle then. `seen`: the version that they saw.

        Raises Refused W103 where there is no such whistle, W101 where its state allows no such move, W114 where the
        reason is no code, W150 where the move needs one, W128 where somebody moved it since, W110 where
        what is to be done again is no matter of its own any more, W159 where it is over and the whistle assisted.
        """
        check_code(reason_code)
        standing = whistles.held_together(self._conn, [whistle_id])
        if whistle_id not in standing:
            raise Refused("W103")
        whistle = standing[whistle_id]
        if seen is not None and seen != whistle.version:
            raise Refused("W128", version=whistle.version)
        way = TABLE.get((whistle.state, move))
        if way is not None and Need.REASON in way.needs and not reason_code:
            raise Refused("W150", move=move.value)
        incident, round_ = self._incident(whistle.incident_id), Round()
        by = By(actor=actor, at=self._at, account=self._by, reason_code=reason_code)
        if move in (Move.REOPEN, Move.REWORK):
            moved = reopen(self._conn, round_, whistle, incident, move, by)
        else:
            moved = round_.move(whistle, move, by, reasons=(Reason(_SAYS[move]),) if move in _SAYS else ())
        if move is Move.UPHOLD:
            self._forgive(moved)
        if move in _TOLD:
            round_.told.append(Notice.of_change(moved, incident, _TOLD[move]))
        mine = [one for one in standing.values() if one.incident_id == incident.id]
        self._dispatch.settle(self._conn, round_, incident, mine, self._at)
        return moved

    def designate(
        self, incident_id: str, department: str, reason_code: str, *, though_secret: bool = False
    ) -> Whistle:
        """`department` leads the matter from now on, beside who else is at it; gives back its new whistle.

        Raises Refused C106 where there is no such matter, W110 where it is not open, W111 where the department has no
        contract today, W112 where it leads the matter already, W113 where a report of the matter accuses it, W115 where
        the matter is secret and the person did not say that they know.
        """
        check_code(reason_code)
        incident = self._open(incident_id)
        if incident.secret and not though_secret:
            raise Refused("W115", incident=incident.id)
        contract = self._contract(department)
        standing = whistles.of_incidents(self._conn, [incident.id]).get(incident.id, [])
        self._check(contract, incident, standing)
        due = due_from(self._at.replace(microsecond=0), self._pack.calendar)
        call = designated(contract, incident.level, due, Reason(DESIGNATED))
        by = By(actor=Actor.CENTRE, at=self._at, account=self._by, reason_code=reason_code)
        return self._dispatch.designate(self._conn, incident, call, by)

    def upgrade(
        self,
        incident_id: str,
        reason_code: str = "",
        *,
        actor: Actor = Actor.CENTRE,
        seen: int | None = None,
    ) -> Incident:
        """哨声升级: the matter and all its whistles that are at work rise one level, and whom the new level calls is
        called; gives back the matter then. `seen`: the matter's version that they saw.

        Raises Refused C106, W110 as above, W157 where somebody changed the matter since, W155 where there is no level
        above.
        """
        check_code(reason_code)
        incident = self._open(incident_id)
        if seen is not None and seen != incident.version:
            raise Refused("W157", incident=incident.id, version=incident.version)
        by = By(actor=actor, at=self._at, account=self._by, reason_code=reason_code)
        return self._dispatch.raise_(self._conn, incident, by)

    def rise(self, whistle: Whistle) -> None:
        """哨声升级 by the clock of one whistle: its matter rises with it, one above it; where the matter stands above it
        already, it rises there alone. Raises Refused as above."""
        incident = self._open(whistle.incident_id)
        by = By(actor=Actor.HUB, at=self._at)
        if not is_above(incident.level, whistle.level):
            self._dispatch.raise_(self._conn, incident, by, LADDER.get(whistle.level))
            return
        standing = whistles.of_incidents(self._conn, [incident.id]).get(incident.id, [])
        round_ = Round()
        round_.lift(whistle, incident, by)
        self._dispatch.settle(self._conn, round_, incident, standing, self._at)

    def _open(self, incident_id: str) -> Incident:
        """The matter, locked. Raises Refused C106 where there is none, W110 where it is not open."""
        incidents.lock_rows(self._conn, [incident_id])
        incident = self._incident(incident_id)
        if incident.state is not IncidentState.OPEN:
            raise Refused("W110", incident=incident.id)
        return incident

    def _forgive(self, whistle: Whistle) -> None:
        """What came due after the return was not the department's to do; the overdue fact of before stays (N41)."""
        made = steps.of_whistles(self._conn, [whistle.id]).get(whistle.id, [])
        returned = [one.step.at for one in made if one.step.move is Move.RETURN]
        if returned:
            whistles.forgive(self._conn, whistle.id, since=returned[-1])

    def _check(self, contract: Contract, incident: Incident, standing: Sequence[Whistle]) -> None:
        at_it = (o for o in still_open(standing) if o.role is Role.LEAD and o.state not in UNBLOWN)
        if any(one.department == contract.department for one in at_it):
            raise Refused("W112")
        accused = (one.accused for one in concerns_of(self._conn, [(incident, self._at)]))
        if any(contract.department in some for some in accused):
            raise Refused("W113")

    def _contract(self, department: str) -> Contract:
        day = day_of(self._at)
        known = [c for c in self._pack.contracts if c.department == department and holds_on(c, day)]
        if not known:
            raise Refused("W111", department=department)
        return max(known, key=lambda one: one.version)

    def _incident(self, id_: str) -> Incident:
        known = incidents.load(self._conn, [id_]).get(id_)
        if known is None:
            raise Refused("C106", id=id_)
        return known
