"""Whether cards come out the same from what is stored: those that do not are void, with why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from hub.clock import day_of
from hub.errors import Refused
from hub.model import Actor, Whistle
from hub.pack import Pack
from hub.run.ground.contractbook import ContractBook
from hub.run.supervision.following import unfollowed
from hub.store import cards, deferrals, steps, turns, whistles
from hub.store.cards import IssuedCard
from hub.store.steps import Made
from hub.store.tables import card as card_table
from hub.whistle.calculation import Past, differences
from hub.whistle.supervision import COUNTING, Turn, Waits, turned

PORTION: Final = 500
_GONE: Final = "WHISTLE"
_NO_CONTRACT: Final = "CONTRACT"


@dataclass(frozen=True, slots=True)
class Void:
    """A card that did not come out the same, and what came out otherwise."""

    card: IssuedCard
    differs: tuple[str, ...]


class Proving:
    """Computes cards again by one pack."""

    def __init__(self, pack: Pack, contracts: ContractBook) -> None:
        self._pack, self._contracts = pack, contracts

    def portion(self, conn: Connection, behind: str = "") -> list[IssuedCard]:
        """The next cards that stand, by id, from the one `behind` on."""
        return cards.in_states(conn, COUNTING, PORTION, behind=behind)

    def check(self, conn: Connection, some: Sequence[IssuedCard], now: datetime) -> list[Void]:
        """Makes those of them void that do not come out the same; gives them back."""
        called = whistles.load(conn, {one.whistle_id for one in some})
        made = steps.of_whistles(conn, called)
        matters = {one.id: _matter_of(one, called) for one in some}
        waits = deferrals.waits(conn, set(matters.values()))
        found: list[Void] = []
        for one in some:
            whistle = called.get(one.whistle_id)
            if whistle is None:
                found.append(Void(one, (_GONE,)))
                continue
            past = past_of(made.get(whistle.id, ()), waits.get(matters[one.id]))
            if differs := self._differs(conn, one, past):
                found.append(Void(one, differs))
        for void in found:
            make_void(conn, void.card, "_".join(void.differs), actor=Actor.HUB, by="", at=now)
        return found

    def _differs(self, conn: Connection, one: IssuedCard, past: Past) -> tuple[str, ...]:
        told = one.calculation
        try:
            contract = self._contracts.of(conn, told.contract_id)
        except Refused:
            return (_NO_CONTRACT,)
        rules = self._pack.rules_on(day_of(told.called_at)).cards
        return differences(told, past, contract, self._pack.calendar, rules)


def past_of(made: Iterable[Made], waits: Waits | None) -> Past:
    """What is stored of a whistle, from its moves and the waiting of its matter."""
    known = waits or Waits()
    return Past(tuple(one.step for one in made), known.holds, known.carried)


def _matter_of(one: IssuedCard, called: Mapping[str, Whistle]) -> str:
    """The matter whose waiting counted when the card was issued."""
    whistle = called.get(one.whistle_id)
    return one.calculation.incident_id or (whistle.incident_id if whistle else "")


def make_void(
    conn: Connection, card: IssuedCard, reason_code: str, *, actor: Actor, by: str, at: datetime
) -> None:
    """`card` counts no more, nor does what rests on it."""
    turn = turned(
        card.id, card.state, card.version, Turn.VOID, actor=actor, by=by, at=at, reason_code=reason_code
    )
    turns.make(conn, card_table, turn)
    unfollowed(conn, card, by=by, at=at)
