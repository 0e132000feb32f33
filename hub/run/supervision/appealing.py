"""申诉: a department appeals one of its cards, once; the centre reviews that twice, by two accounts.

What was overdue stays so: an appeal that is upheld changes only what is counted (N41).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from hub import ids
from hub.access.vault import Vault
from hub.clock import day_of
from hub.errors import Refused
from hub.model import Actor
from hub.pack import Pack
from hub.run.matters.deciding import check_code
from hub.run.supervision.following import unfollowed
from hub.run.supervision.proving import make_void
from hub.store import cards, keys, turns
from hub.store.cards import IssuedCard
from hub.store.engine import Store
from hub.store.tables import card as card_table
from hub.whistle.clocks import deadline
from hub.whistle.supervision import State, Turn, Turned, turned

SEALED_AT: Final = "card.sealed"
APPEALED: Final = "appealed"
"""Why an overdue step does not count any more."""


@dataclass(frozen=True, slots=True)
class Appealed:
    """The card as it stands after the appeal; `repeated` where the same appeal had come before."""

    card_id: str
    state: State
    repeated: bool


class Appealing:
    """Takes appeals of departments, one transaction each."""

    def __init__(self, *, store: Store, vault: Vault, pack: Pack) -> None:
        self._store, self._vault, self._pack = store, vault, pack

    def take(self, department: str, card_id: str, said: Mapping[str, Any], now: datetime) -> Appealed:
        """Stores `department`'s appeal: its `nonce`, `reason_code` and `note`.

        Raises Refused W130 where it has no such card, W132 where that was appealed before, W133 where it is too late,
        W114 where the reason is no code, W131 where the card does not stand any more.
        """
        check_code(said["reason_code"])
        nonce = ids.digest_of("appeal", card_id, department, said["nonce"], said["reason_code"])
        with self._store.write() as conn:
            card = cards.load(conn, [card_id]).get(card_id)
            if card is None or card.department != department:  # not yours and not there look alike
                raise Refused("W130")
            made = turns.of_subjects(conn, [card.id]).get(card.id, [])
            if any(one.nonce == nonce for one in made):
                return Appealed(card.id, card.state, repeated=True)
            turn = self._turn(card, made, department, said["reason_code"], nonce, now)
            key = self._vault.new_key(card.id)
            keys.add(conn, [key])
            sealed = self._vault.seal(key, SEALED_AT, said["note"].encode())
            turns.make(conn, card_table, turn, sealed=sealed)
        return Appealed(card.id, turn.after, repeated=False)

    def _turn(
        self,
        card: IssuedCard,
        made: list[Turned],
        department: str,
        reason_code: str,
        nonce: str,
        now: datetime,
    ) -> Turned:
        if any(one.turn is Turn.APPEAL for one in made):
            raise Refused("W132")
        within = self._pack.rules_on(day_of(card.issued_at)).cards.appeal_within
        ends = deadline("appeal", within, card.issued_at, self._pack.calendar)
        if now > ends.due_at and not ends.provisional:  # a provisional end is the earliest one possible
            raise Refused("W133")
        return turned(
            card.id,
            card.state,
            card.version,
            Turn.APPEAL,
            actor=Actor.DEPARTMENT,
            by=department,
            at=now,
            reason_code=reason_code,
            nonce=nonce,
        )


class Reviewing:
    """The centre's word about cards, inside the caller's transaction. `by`: the account that stands in the history."""

    def __init__(self, conn: Connection, *, by: str, at: datetime) -> None:
        self._conn, self._by, self._at = conn, by, at

    def review(self, card_id: str, verdict: Turn, reason_code: str) -> State:
        """KEEP or WITHDRAW: the first word is a review and decides nothing yet, the second one is final. Gives back the
        state of the card then.

        Raises Refused W130, W131, W114 as above, W134 where both words were the same account's.
        """
        check_code(reason_code)
        card = self._card(card_id)
        if card.state is not State.REVIEWED:
            self._make(card, Turn.REVIEW, reason_code, verdict.value)
            return State.REVIEWED
        made = turns.of_subjects(self._conn, [card.id])[card.id]
        if any(one.turn is Turn.REVIEW and one.by == self._by for one in made):
            raise Refused("W134")
        after = self._make(card, verdict, reason_code)
        if after is State.WITHDRAWN:
            cards.excuse(self._conn, card, APPEALED)
            unfollowed(self._conn, card, by=self._by, at=self._at)
        return after

    def void(self, card_id: str, reason_code: str) -> State:
        """A person says that the card does not hold; gives back its state. Raises Refused W130, W131, W114."""
        check_code(reason_code)
        card = self._card(card_id)
        make_void(self._conn, card, reason_code, actor=Actor.CENTRE, by=self._by, at=self._at)
        return State.VOID

    def _card(self, card_id: str) -> IssuedCard:
        card = cards.load(self._conn, [card_id]).get(card_id)
        if card is None:
            raise Refused("W130")
        return card

    def _make(self, card: IssuedCard, turn: Turn, reason_code: str, verdict: str = "") -> State:
        """`verdict`: of a first review, what it says."""
        made = turned(
            card.id,
            card.state,
            card.version,
            turn,
            actor=Actor.CENTRE,
            by=self._by,
            at=self._at,
            reason_code="_".join(part for part in (verdict.upper(), reason_code) if part),
        )
        turns.make(self._conn, card_table, made)
        return made.after
