"""督办: what a department has to answer for. A person opens it, its answer is sealed, and a person closes it."""

from datetime import date, datetime, time, timedelta
from typing import Final

from sqlalchemy import Connection

from hub.access.vault import Vault
from hub.clock import SHANGHAI, day_of
from hub.errors import Refused
from hub.model import Actor
from hub.run.matters.deciding import check_code
from hub.store import keys, measures, turns, whistles
from hub.store.measures import Asked, measure_id
from hub.store.moments import to_us
from hub.store.tables import measure
from hub.whistle.cardrules import Measure
from hub.whistle.supervision import State, Trigger, Turn, turned

SEALED_AT: Final = "measure.sealed"
MOST_DAYS: Final = 366
"""No answer, and no review, is put off for longer."""


def end_of(day: date, now: datetime) -> datetime:
    """The end of that day; raises Refused W139 where it does not lie ahead, or too far."""
    if not day_of(now) < day <= day_of(now) + timedelta(days=MOST_DAYS):
        raise Refused("W139", most=MOST_DAYS)
    return datetime.combine(day + timedelta(days=1), time.min, SHANGHAI)


class Asking:
    """One person's word, inside the caller's transaction. `by`: the account that stands in the history."""

    def __init__(self, conn: Connection, vault: Vault, *, by: str, at: datetime) -> None:
        self._conn, self._vault, self._by, self._at = conn, vault, by, at

    def open(self, whistle_id: str, why: Trigger, due: date) -> Asked:
        """The department of this whistle has to answer by the end of that day; gives back the record.

        Raises Refused W103 where there is no such whistle, W139.
        """
        one = whistles.load(self._conn, [whistle_id]).get(whistle_id)
        if one is None:
            raise Refused("W103")
        asked = Asked(
            id=measure_id(Measure.ORDER, one.id, why, self._by, str(to_us(self._at))),
            kind=Measure.ORDER,
            department=one.department,
            whistle_id=one.id,
            why=why,
            opened_at=self._at,
            due_at=end_of(due, self._at),
        )
        measures.add(self._conn, [asked])
        return asked

    def answer(self, id_: str, words: str, *, actor: Actor = Actor.CENTRE, nonce: str = "") -> State:
        """The answer, sealed; a second one takes the first one's place until the record is closed. Raises Refused W135,
        W131, W140 without words."""
        one = self._asked(id_)
        if not words.strip():
            raise Refused("W140")
        turn = turned(
            one.id,
            one.state,
            one.version,
            Turn.ANSWER,
            actor=actor,
            by=self._by,
            at=self._at,
            nonce=nonce,
        )
        keys.add(self._conn, [self._vault.new_key(one.id)])
        key = keys.of(self._conn, [one.id])[one.id]
        turns.make(self._conn, measure, turn, sealed=self._vault.seal(key, SEALED_AT, words.encode()))
        return turn.after

    def close(self, id_: str, reason_code: str) -> State:
        """The answer is enough. Raises Refused W135, W131, W114."""
        check_code(reason_code)
        one = self._asked(id_)
        turn = turned(
            one.id,
            one.state,
            one.version,
            Turn.CLOSE,
            actor=Actor.CENTRE,
            by=self._by,
            at=self._at,
            reason_code=reason_code,
        )
        turns.make(self._conn, measure, turn)
        return turn.after

    def _asked(self, id_: str) -> Asked:
        one = measures.load(self._conn, [id_]).get(id_)
        if one is None:
            raise Refused("W135")
        return one
