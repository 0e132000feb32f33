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
from hub.contract.wire import HANDLE, ended_data_schema, whistle_data_schema
from hub.errors import Bug, Refused
from hub.intake.validate import Validator
from hub.model import Contract, Ending, Incident, Output, Whistle
from hub.run import envelope
from hub.run.contractbook import ContractBook
from hub.run.looking import Look, audit_rows, shown
from hub.run.showing import Showing
from hub.run.wirefields import wire_fields
from hub.store import incidents, whistles
from hub.whistle.follow import ending_of
from hub.whistle.lifecycle import RELIEVED

log = structlog.get_logger()

BLOWN: Final = "grid.whistle.v1"
CALLED_OFF: Final = "grid.whistle.cancelled.v1"


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
        self._wire: Final[dict[tuple[str, tuple[tuple[str, str], ...], bool], Validator]] = {}

    def tell(self, conn: Connection, notices: Sequence[Notice], *, through: Exit, at: datetime) -> list[Told]:
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
        looks: list[tuple[Notice, Contract, Look]] = []
        for message_id, whistle_id in waiting.items():
            whistle = stored[whistle_id]
            is_over = message_id != whistle_id and whistle.state in RELIEVED
            ending = ending_of(whistle) if is_over else None
            notice = Notice(message_id, whistle, matters[whistle.incident_id], ending)
            with _left_out(whistle):
                contract = self._contracts.of(conn, whistle.contract_id)
                looks.append((notice, contract, self._look(notice, contract, through, at)))
        projections = shown(conn, [look for _, _, look in looks], at)
        found: dict[str, Told] = {}
        for (notice, contract, _), projected in zip(looks, projections, strict=True):
            with _left_out(notice.whistle):
                found[notice.id] = self._told(notice, contract, projected, through, at)
        return found

    def _look(self, one: Notice, contract: Contract, through: Exit, at: datetime) -> Look:
        """A whistle that was called off before it was fetched shows no more than which one it was: its
        department may be the accused by now (domain.md 2.5)."""
        output = OUTPUTS[through] or Output.STREAM
        over = one.ending is not None or one.whistle.state in RELIEVED
        show = self._showing.ended if over else self._showing.whistle
        return show(one.whistle, one.incident, contract, output=output, purpose=HANDLE, at=at)

    def _told(
        self, one: Notice, contract: Contract, projected: Projected, through: Exit, at: datetime
    ) -> Told:
        whistle, ending = one.whistle, one.ending
        href = f"/departments/me/whistles/{whistle.id}"
        data: dict[str, object] = {**projected.as_json(), "department": whistle.department, "href": href}
        if ending is not None:
            data["reason"] = ending.value
        for fault in self._wire_of(contract, projected, is_end=ending is not None).faults(data):
            raise Bug("A121", pointer=fault.pointer, contract=contract.id)
        message = envelope.wrap(
            BLOWN if ending is None else CALLED_OFF,
            id_=one.id,
            source=self._district,
            subject=whistle.id,
            at=whistle.blown_at if ending is None else at,
            data=data,
        )
        rows = audit_rows(projected, whistle, through=through, at=at, rows=(one.incident.id,))
        return Told(message, tuple(rows))

    def _wire_of(self, contract: Contract, projected: Projected, *, is_end: bool) -> Validator:
        """Compiled once a contract and set of masks: where the audit says masked, the message must look so."""
        key = (contract.id, projected.account.masks, is_end)
        wire = self._wire.get(key)
        if wire is None:
            fields = wire_fields(contract, self._schemas, dict(projected.account.masks))
            schema = ended_data_schema if is_end else whistle_data_schema
            wire = self._wire[key] = Validator(schema(contract, fields))
        return wire
