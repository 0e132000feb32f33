"""What a department is told of a whistle, and that it was called off: a message through one exit, under the
grants of this moment.

A topic is told when the whistle is blown: what lies there can't be taken back. A pull, and each try of a
webhook, is told when it is sent, so that a grant that ended meanwhile shows nothing (invariant 4).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import structlog
from sqlalchemy import Connection

from hub.access.audit import AuditRow
from hub.access.exits import OUTPUTS, Exit
from hub.access.projected import Projected
from hub.contract.wire import HANDLE, card_data_schema, ended_data_schema, whistle_data_schema
from hub.errors import Bug, Refused
from hub.intake.validate import Validator
from hub.jsonform import plain
from hub.model import Contract, Ending, Incident, Output, Whistle
from hub.run.exits import cardnotice
from hub.run.exits.cardnotice import CARD, CardNotice
from hub.run.exits.looking import Look, audit_rows, shown
from hub.run.exits.showing import Showing
from hub.run.exits.wirefields import wire_fields
from hub.run.ground import envelope
from hub.run.ground.contractbook import ContractBook
from hub.store import incidents, whistles
from hub.whistle.follow import ending_of
from hub.whistle.lifecycle import RELIEVED

log = structlog.get_logger()

BLOWN: Final = "grid.whistle.v1"
CALLED_OFF: Final = "grid.whistle.cancelled.v1"
_SCHEMAS: Final = {BLOWN: whistle_data_schema, CALLED_OFF: ended_data_schema, CARD: card_data_schema}


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell one department: its whistle, or (`ending`) that it was called off.

    `id` is the CloudEvents id: what the department acknowledges, and drops repeats by. It is the whistle's own
    where it is told for the first time (`of`), else that of this state of it (`of_change`).
    """

    id: str
    whistle: Whistle
    incident: Incident
    ending: Ending | None = None

    @classmethod
    def of(cls, whistle: Whistle, incident: Incident) -> "Notice":
        """The whistle is blown."""
        return cls(whistle.id, whistle, incident)

    @classmethod
    def of_change(cls, whistle: Whistle, incident: Incident, ending: Ending | None = None) -> "Notice":
        """It was called off; or without `ending` it is the department's again."""
        return cls(f"{whistle.id}:{whistle.version}", whistle, incident, ending)

    @property
    def kind(self) -> str:
        """The CloudEvents type."""
        return BLOWN if self.ending is None else CALLED_OFF


Word = Notice | CardNotice
"""Whatever a department is told."""


@dataclass(frozen=True, slots=True)
class Told:
    """The message, a CloudEvent in JSON, and the audit rows without which it may not leave."""

    message: str
    rows: tuple[AuditRow, ...]


@contextmanager
def _left_out(whistle: Whistle) -> Iterator[None]:
    """A whistle that cannot be told stops no other; it waits, and `doctor` counts it as not fetched."""
    try:
        yield
    except (Bug, Refused) as error:
        log.warning("whistle_not_told", whistle_id=whistle.id, code=error.code, pointer=error.pointer)


class Telling:
    """Makes the messages of whistles. One object serves all threads of a process."""

    def __init__(
        self,
        *,
        showing: Showing,
        contracts: ContractBook,
        district: str,
        schemas: Mapping[str, Mapping[str, Any]],
    ) -> None:
        self._showing, self._contracts, self._district, self._schemas = showing, contracts, district, schemas
        self._wire: Final[dict[tuple[str, tuple[tuple[str, str], ...], str], Validator]] = {}

    def tell(self, conn: Connection, notices: Sequence[Word], *, through: Exit, at: datetime) -> list[Told]:
        """The messages of `notices`, in their order; rows of limited grants are counted in this transaction.

        The id is the notice's, however often it is told. Raises Bug A121 where a projection is not what the
        contract asks for, Refused W120 where nobody has the contract's version.
        """
        contracts = [self._contracts.of(conn, one.whistle.contract_id) for one in notices]
        looks = [
            self._look(one, contract, through, at) for one, contract in zip(notices, contracts, strict=True)
        ]
        return [
            self._told(one, contract, projected, through, at)
            for one, contract, projected in zip(notices, contracts, shown(conn, looks, at), strict=True)
        ]

    def again(
        self, conn: Connection, waiting: Mapping[str, str], *, through: Exit, at: datetime
    ) -> dict[str, Told]:
        """Message id → what is told of it now. `waiting`: message id → id of its whistle, in order.

        One that cannot be told (W120, A121) is left out and logged: the others of its department go on.
        """
        stored = whistles.load(conn, waiting.values())
        matters = incidents.load(conn, {one.incident_id for one in stored.values()})
        cards = cardnotice.found(conn, waiting, stored, matters)
        looks: list[tuple[Word, Contract, Look]] = []
        for message_id, whistle_id in waiting.items():
            whistle = stored[whistle_id]
            notice = cards.get(message_id) or _notice(message_id, whistle, matters[whistle.incident_id])
            with _left_out(whistle):
                contract = self._contracts.of(conn, whistle.contract_id)
                looks.append((notice, contract, self._look(notice, contract, through, at)))
        projections = shown(conn, [look for _, _, look in looks], at)
        found: dict[str, Told] = {}
        for (notice, contract, _), projected in zip(looks, projections, strict=True):
            with _left_out(notice.whistle):
                found[notice.id] = self._told(notice, contract, projected, through, at)
        return found

    def _look(self, one: Word, contract: Contract, through: Exit, at: datetime) -> Look:
        """A whistle that was called off before it was fetched shows no more than which one it was: its
        department may be the accused by now (domain.md 2.5). Word of a card never shows more."""
        output = OUTPUTS[through] or Output.STREAM
        over = one.kind != BLOWN or one.whistle.state in RELIEVED
        show = self._showing.ended if over else self._showing.whistle
        return show(one.whistle, one.incident, contract, output=output, purpose=HANDLE, at=at)

    def _told(self, one: Word, contract: Contract, projected: Projected, through: Exit, at: datetime) -> Told:
        whistle = one.whistle
        href = f"/departments/me/whistles/{whistle.id}"
        data: dict[str, object] = {**projected.as_json(), "department": whistle.department, "href": href}
        data |= _beside(one)
        for fault in self._wire_of(contract, projected, one.kind).faults(data):
            raise Bug("A121", pointer=fault.pointer, contract=contract.id)
        message = envelope.wrap(
            one.kind,
            id_=one.id,
            source=self._district,
            subject=whistle.id,
            at=_said_at(one, at),
            data=data,
        )
        rows = audit_rows(projected, whistle, through=through, at=at, rows=(one.incident.id,))
        return Told(message, tuple(rows))

    def _wire_of(self, contract: Contract, projected: Projected, kind: str) -> Validator:
        """Compiled once a contract and set of masks: where the audit says masked, the message must look so."""
        key = (contract.id, projected.account.masks, kind)
        wire = self._wire.get(key)
        if wire is None:
            fields = wire_fields(contract, self._schemas, dict(projected.account.masks))
            wire = self._wire[key] = Validator(_SCHEMAS[kind](contract, fields))
        return wire


def _notice(message_id: str, whistle: Whistle, incident: Incident) -> Notice:
    is_over = message_id != whistle.id and whistle.state in RELIEVED
    return Notice(message_id, whistle, incident, ending_of(whistle) if is_over else None)


def _beside(one: Word) -> dict[str, object]:
    """What a message says beside what is projected."""
    if isinstance(one, CardNotice):
        return {"card": plain(one.data())}
    return {} if one.ending is None else {"reason": one.ending.value}


def _said_at(one: Word, at: datetime) -> datetime:
    if isinstance(one, CardNotice):
        return one.at
    return one.whistle.blown_at if one.ending is None else at
