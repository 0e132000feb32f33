"""挂账: a hard matter is agreed to wait, by two persons, until a day on which it is looked at again; that it waits on
takes two persons again.

Its clocks run on, and what is overdue stays so; no card is issued while it waits.
"""

from datetime import date, datetime

from sqlalchemy import Connection

from hub.errors import Refused
from hub.model import Actor, IncidentState
from hub.run.matters.deciding import check_code
from hub.run.supervision.asking import end_of
from hub.store import cards, deferrals, incidents, turns, whistles
from hub.store.deferrals import Deferral, deferral_id
from hub.store.moments import to_us
from hub.store.tables import deferral
from hub.whistle.supervision import State, Turn, asked_in, turned


class Deferring:
    """One person's word, inside the caller's transaction. `by`: the account that stands in the history."""

    def __init__(self, conn: Connection, *, by: str, at: datetime) -> None:
        self._conn, self._by, self._at = conn, by, at

    def propose(self, incident_id: str, reason_code: str, review: date) -> Deferral:
        """The matter is to wait until the end of that day, if another one agrees.

        Raises Refused C106 where there is no such matter, W110 where it is not open, W137 where it waits already,
        W114, W139.
        """
        check_code(reason_code)
        incidents.lock_rows(self._conn, [incident_id])
        known = incidents.load(self._conn, [incident_id]).get(incident_id)
        if known is None:
            raise Refused("C106", id=incident_id[:40])
        if known.state is not IncidentState.OPEN:
            raise Refused("W110", incident=known.id)
        for one in deferrals.of_incidents(self._conn, [known.id]).get(known.id, []):
            if one.state is not State.ENDED:
                raise Refused("W137", incident=known.id, first=one.id)
        proposed = Deferral(
            id=deferral_id(known.id, self._at),
            incident_id=known.id,
            reason_code=reason_code,
            proposed_by=self._by,
            proposed_at=self._at,
            review_at=end_of(review, self._at),
        )
        deferrals.add(self._conn, proposed)
        return proposed

    def agree(self, id_: str) -> State:
        """Another account agrees: no card is issued from now on, until the day that was asked for.

        Raises Refused W136, W131, W138 where it is who asked, W139 where that day is over by now.
        """
        one = self._deferral(id_)
        asked_by, until = one.proposed_by, one.review_at
        if one.state is State.RENEWING:
            wish = asked_in(turns.of_subjects(self._conn, [one.id])[one.id])
            if wish is not None and wish.until is not None:
                asked_by, until = wish.by, wish.until
        if asked_by == self._by:
            raise Refused("W138")
        if until <= self._at:
            raise Refused("W139", most=0)
        return self._make(one, Turn.AGREE, until=until)

    def renew(self, id_: str, review: date) -> State:
        """It was looked at, and is to wait on until the end of that day; nothing changes until another account agrees.
        Raises Refused W136, W131, W139."""
        one, until = self._deferral(id_), end_of(review, self._at)
        return self._make(one, Turn.RENEW, until=until)

    def end(self, id_: str, reason_code: str = "") -> State:
        """It was looked at, and waits no longer. Raises Refused W136, W131, W114."""
        check_code(reason_code)
        return self._make(self._deferral(id_), Turn.END, until=self._at, reason_code=reason_code)

    def _deferral(self, id_: str) -> Deferral:
        one = deferrals.load(self._conn, [id_]).get(id_)
        if one is None:
            raise Refused("W136")
        return one

    def _make(self, one: Deferral, turn: Turn, *, until: datetime, reason_code: str = "") -> State:
        made = turned(
            one.id,
            one.state,
            one.version,
            turn,
            actor=Actor.CENTRE,
            by=self._by,
            at=self._at,
            reason_code=reason_code,
            until=until,
        )
        if turn is Turn.RENEW:
            turns.make(self._conn, deferral, made)
        else:
            turns.make(self._conn, deferral, made, review_us=to_us(until))
        if turn is Turn.END:  # cards may fall due before the day that was agreed
            called = whistles.of_incidents(self._conn, [one.incident_id]).get(one.incident_id, [])
            cards.look_again(self._conn, [whistle.id for whistle in called])
        return made.after
