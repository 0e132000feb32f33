"""Writes what a round did to whistles, in one order, and keeps the one rule that every move ends with: a matter is led,
or done, or waits at the district's desk."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from hub.clock import day_of
from hub.model import (
    Actor,
    Closing,
    Ending,
    Incident,
    IncidentId,
    IncidentState,
    Level,
    Move,
    Role,
    Whistle,
    WhistleState,
)
from hub.pack import Pack
from hub.run.exits.telling import Telling
from hub.run.ground.contractbook import ContractBook
from hub.run.ground.ledger import Ledger
from hub.run.matters.announcing import tell_incidents
from hub.run.matters.answering import Answering
from hub.run.matters.carrying import end_over
from hub.run.matters.desk import NO_LEAD, PING_PONG, RETURNED, Desk
from hub.run.matters.expecting import expect
from hub.run.matters.inheriting import carry_on
from hub.run.matters.notices import Notices
from hub.run.matters.retimed import retimed_by
from hub.run.matters.round import By, Round
from hub.store import incidents, reports, steps, whistles
from hub.store.outbox import Outbox
from hub.whistle.follow import is_done, is_led, is_verified, still_open
from hub.whistle.levels import own_level
from hub.whistle.lifecycle import UNSETTLED, is_above

_PING_PONG: Final = "PING_PONG"
"""Why the hub raised a matter, as its history has it."""


class Moving:
    """One object serves all threads of a process; a round, and the ledger of whoever writes it, is given to it."""

    def __init__(
        self,
        *,
        pack: Pack,
        contracts: ContractBook,
        outbox: Outbox,
        telling: Telling,
        answering: Answering,
    ) -> None:
        self._pack, self._contracts, self._outbox = pack, contracts, outbox
        self._notices = Notices(outbox=outbox, telling=telling, contracts=contracts)
        self._answering, self._desk = answering, Desk(pack)

    def settle(
        self,
        conn: Connection,
        round_: Round,
        incident: Incident,
        standing: Sequence[Whistle],
        now: datetime,
    ) -> None:
        """What follows for a matter from how its whistles stand now: done, it is closed and whoever still assists is
        told so, and checked, it is verified; else it is led or waits."""
        incident = round_.matter(incident)
        if incident.state is IncidentState.OPEN:
            if not self.is_done(conn, standing):
                self.lead(round_, incident, standing, NO_LEAD, now)
                return
            round_.close(incident, standing, now)
            round_.end(still_open(standing), incident, Ending.FINISHED, now)
        # Who was checked before the last of them was done is not checked once more.
        if round_.matter(incident).state is IncidentState.CLOSED and is_verified(standing):
            round_.verify(round_.matter(incident), standing)

    def is_done(self, conn: Connection, standing: Sequence[Whistle]) -> bool:
        """Whether nothing is left to do, by the strictest rule among the contracts of those who lead."""
        rules = {self._contracts.of(conn, w.contract_id).closing for w in standing if w.role is Role.LEAD}
        return is_done(standing, Closing.EVERYONE if Closing.EVERYONE in rules else Closing.LEADS)

    def lead(
        self, round_: Round, incident: Incident, standing: Sequence[Whistle], why: str, now: datetime
    ) -> None:
        """A matter that nobody leads waits at the desk, for `why` where nobody has handed it back. One that was handed
        back as often as the pack allows rises to the district, and stands there as such (N40); also where its lead
        took it back in the same round."""
        too_often = sum(w.returns for w in standing) >= self._pack.rules_on(day_of(now)).most_returns
        led = is_led(standing)
        bounced = too_often and (not led or _was_left(round_, standing))
        if bounced and is_above(Level.HARD, own_level(round_.matter(incident))):
            round_.rise(incident, Level.HARD, standing, By(actor=Actor.HUB, at=now, reason_code=_PING_PONG))
        if led:
            round_.released.append(incident.id)
            return
        handed_back = any(w.state in UNSETTLED or w.state is WhistleState.REASSIGNED for w in standing)
        round_.waiting.append((incident.id, PING_PONG if too_often else RETURNED if handed_back else why))

    def write(
        self, conn: Connection, round_: Round, ledger: Ledger, now: datetime
    ) -> Mapping[IncidentId, Incident]:
        """Stores and tells all of the round, in the caller's transaction; gives back the matters that it changed, for
        `announce`. Raises Fenced where someone else moved one of them meanwhile.

        Deliveries before answers: who numbers both never waits for who numbers both.
        """
        carry_on(conn, round_, self._contracts, self._pack.calendar, now)
        self._retime(conn, round_)
        steps.add(conn, round_.steps)
        whistles.change(conn, round_.moved, now)
        whistles.add(conn, round_.new, now)
        expect(conn, self._pack, [*round_.new, *(one for one, _ in round_.moved)])
        reports.add(conn, round_.reports)
        self._desk.wait(conn, round_.waiting, now)
        self._desk.release(conn, round_.released, now)
        end_over(conn, round_.over, now)
        self._notices.send(conn, [*round_.told, *round_.blown], ledger, now)
        incidents.change(conn, list(round_.changed.values()), now)
        self._answering.tell(conn, round_.happened, now)
        return round_.changed

    def _retime(self, conn: Connection, round_: Round) -> None:
        """Deadlines follow from the whole history, with what this round adds to it."""
        changed = [one for one in (*(w for w, _ in round_.moved), *round_.new) if one.id in round_.retimed]
        if not changed:
            return
        stored = steps.of_whistles(conn, [one.id for one in changed])
        for one in changed:
            contract = self._contracts.of(conn, one.contract_id)
            made = [*stored.get(one.id, ()), *round_.made_by(one)]
            round_.counted(retimed_by(one, contract, made, self._pack.calendar))

    def announce(self, conn: Connection, touched: Collection[Incident], now: datetime) -> None:
        """The compacted topic of matters: each of `touched` as it stands."""
        tell_incidents(conn, self._outbox, self._pack.district, list(touched), now)


def _was_left(round_: Round, standing: Sequence[Whistle]) -> bool:
    """Whether a lead of these handed the matter back in this round."""
    leads = {one.id for one in standing if one.role is Role.LEAD}
    return any(made.step.move is Move.RETURN and made.step.whistle_id in leads for made in round_.steps)
