"""One whistle as a person of its department works on it: what was opened of its matter, its clocks, its history, what was
handed in, and the moves that are open from here.

The matter and its reports come out of `hub.run.exits.opening` alone. What else stands here is the department's own, and
is told as far as the field that it follows from is shown: clocks with the deadlines, the history with the state.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from hub.access.exits import Exit
from hub.contract.wire import HANDLE
from hub.errors import Refused
from hub.model import Actor, Contract, Deadline, Move, Reason, Whistle
from hub.run.exits.attached import Attached
from hub.run.exits.looking import Door
from hub.run.exits.opening import Opening
from hub.run.ground.contractbook import ContractBook
from hub.run.ground.ledger import Ledger
from hub.run.inbox.listing import Reader
from hub.run.ringing.contacts import Contacts
from hub.run.supervision.carded import Carded
from hub.run.whitelist.disclosing import Disclosed, Disclosing
from hub.store import evidence, steps, whistles
from hub.store.engine import Store
from hub.store.evidence import Piece
from hub.store.steps import Made
from hub.whistle.follow import is_designated
from hub.whistle.lifecycle import ACTIVE, Step, open_moves
from hub.whistle.reached import REVIEW, done_at, is_done

CALLBACK: Final = "callback"
NOTHING: Final = Disclosed(revealed=(), opened=(), reveals=(), emergencies=())


@dataclass(frozen=True, slots=True)
class Clock:
    """One deadline; `done_at` None while the step is open, and where nobody kept when it was reached."""

    deadline: Deadline
    is_done: bool
    done_at: datetime | None
    is_late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """`matter`: as opened; `callback`: the same for calling back, where that was asked for. `moves`: open from here."""

    id: str
    version: int
    matter: Mapping[str, Any]
    callback: Mapping[str, Any]
    files: Mapping[str, Any]
    clocks: Sequence[Clock]
    history: Sequence[Made]
    reasons: Sequence[Reason]
    pieces: Sequence[Piece]
    cards: Sequence[Mapping[str, Any]]
    moves: Sequence[Move]
    contract: Contract
    paused_until: datetime | None
    asked_until: datetime | None
    takes_evidence: bool
    is_lead: bool
    beyond: Disclosed
    """What two persons had shown beyond the whitelist; never on paper."""
    can_contact: bool
    """Whether its requesters can be contacted through the hub."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheets:
    """Opens them."""

    store: Store
    opening: Opening
    attached: Attached
    carded: Carded
    disclosing: Disclosing
    contacts: Contacts
    contracts: ContractBook

    def open(
        self,
        reader: Reader,
        id_: str,
        *,
        ledger: Ledger,
        now: datetime,
        through: Exit = Exit.PAGE,
        with_callback: bool = False,
    ) -> Sheet:
        """The whistle as `reader` may see it through the page, or on paper. Raises Refused W103 where it is not the
        department's, W120 where nobody has its contract."""
        door = Door(through, reader.account)
        asked: dict[str, Any] = {"ledger": ledger, "now": now, "door": door}
        matter = self.opening.open(reader.department, id_, purpose=HANDLE, **asked)
        files = self.attached.list(reader.department, id_, purpose=HANDLE, **asked)
        callback: Mapping[str, Any] = {}
        if with_callback:
            callback = self.opening.open(reader.department, id_, purpose=CALLBACK, **asked)
        own = matter.get("whistle", {})
        cards = (
            self.carded.of_whistle(reader.department, id_, account=reader.account, ledger=ledger, now=now)
            if through is Exit.PAGE
            else []
        )
        beyond = NOTHING
        if through is Exit.PAGE:
            beyond = self.disclosing.of_whistle(reader.account, id_, ledger=ledger, now=now)
        with self.store.read() as conn:
            return self._sheet(
                conn, id_, own, now, matter=matter, files=files, callback=callback, cards=cards, beyond=beyond
            )

    def form_of(self, department: str, id_: str) -> Mapping[str, Any]:
        """The JSON Schema of the whistle's result. Raises Refused W103 where it is not the department's."""
        with self.store.read() as conn:
            whistle = whistles.load(conn, [id_]).get(id_)
            if whistle is None or whistle.department != department:
                raise Refused("W103")
            return self.contracts.of(conn, whistle.contract_id).form

    def _sheet(
        self, conn: Connection, id_: str, own: Mapping[str, Any], now: datetime, **opened: Any
    ) -> Sheet:
        whistle = whistles.load(conn, [id_])[id_]
        contract = self.contracts.of(conn, whistle.contract_id)
        made = steps.of_whistles(conn, [id_]).get(id_, [])
        sees_state = "state" in own
        return Sheet(
            id=id_,
            version=whistle.version,
            clocks=_clocks(whistle, [one.step for one in made], now) if "deadlines" in own else (),
            history=made if sees_state else (),
            reasons=whistle.reasons if "reasons" in own else (),
            pieces=evidence.of_whistles(conn, [id_]).get(id_, []),
            moves=moves_in(whistle, contract) if sees_state else (),
            contract=contract,
            paused_until=whistle.paused_until,
            asked_until=whistle.asked_until,
            takes_evidence=sees_state and whistle.state in ACTIVE,
            is_lead=own.get("role") == "lead",
            can_contact=sees_state and self.contacts.is_possible(conn, whistle, now),
            **opened,
        )


def moves_in(whistle: Whistle, contract: Contract) -> tuple[Move, ...]:
    """What its department can do with it now, by the lifecycle; without what its contract never allows."""
    never = {
        Move.RETURN: not contract.returns.reason_codes
        or is_designated(whistle)
        or whistle.returns >= contract.returns.max_returns,
        Move.PAUSE: not contract.pauses.reason_codes,
        Move.ASK: not contract.extensions.reason_codes,
    }
    return tuple(one for one in open_moves(whistle, Actor.DEPARTMENT) if not never.get(one, False))


def _clocks(whistle: Whistle, made: Sequence[Step], now: datetime) -> list[Clock]:
    """In the order in which they count."""
    found = []
    for one in sorted(whistle.deadlines, key=lambda each: each.counts_at):
        if one.step == REVIEW:
            continue
        at = done_at(made, one.step, whistle.round)
        done = is_done(whistle, made, one.step)
        is_late = at > one.counts_at if at else not done and one.counts_at < now
        found.append(Clock(one, done, at, is_late))
    return found
