"""What a department is told of a whistle: its message through one exit, under the grants of this moment.

A topic is told when the whistle is blown: what lies there can't be taken back. A pull, and each try of a
webhook, is told when it is sent, so that a grant that ended meanwhile shows nothing (invariant 4).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import structlog
from sqlalchemy import Connection

from hub.access.audit import AuditRow
from hub.access.exits import OUTPUTS, Exit
from hub.access.projected import Projected
from hub.contract.wire import HANDLE, whistle_data_schema
from hub.errors import Bug, Refused
from hub.intake.validate import Validator
from hub.model import Contract, Incident, Output, Whistle
from hub.run import envelope
from hub.run.contractbook import ContractBook
from hub.run.looking import Look, audit_rows, shown
from hub.run.showing import Showing
from hub.run.wirefields import wire_fields
from hub.store import incidents, whistles

log = structlog.get_logger()

KIND: Final = "grid.whistle.v1"


@dataclass(frozen=True, slots=True)
class ToTell:
    """A whistle on its way out: whose, of which matter, through which exit."""

    whistle: Whistle
    incident: Incident
    through: Exit


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
        log.warning("whistle_not_told", whistle_id=whistle.id, code=error.code)


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
        self._wire: Final[dict[tuple[str, tuple[tuple[str, str], ...]], Validator]] = {}

    def tell(self, conn: Connection, going: Sequence[ToTell], at: datetime) -> list[Told]:
        """The messages of `going`, in its order; rows of limited grants are counted in this transaction.

        The id is the whistle's, however often it is told. Raises Bug A121 where a projection is not what the
        contract asks for, Refused W120 where nobody has the contract's version.
        """
        contracts = [self._contracts.of(conn, one.whistle.contract_id) for one in going]
        looks = [self._look(one, contract, at) for one, contract in zip(going, contracts, strict=True)]
        return [
            self._told(one, contract, projected, at)
            for one, contract, projected in zip(going, contracts, shown(conn, looks, at), strict=True)
        ]

    def again(
        self, conn: Connection, whistle_ids: Iterable[str], *, through: Exit, at: datetime
    ) -> dict[str, Told]:
        """Whistle id → what is told of it now, for deliveries whose message is made when it is sent.

        One that cannot be told (W120, A121) is left out and logged: the others of its department go on.
        """
        stored = whistles.load(conn, whistle_ids)
        matters = incidents.load(conn, {one.incident_id for one in stored.values()})
        found: dict[str, Told] = {}
        looks: list[tuple[ToTell, Contract, Look]] = []
        for whistle in stored.values():
            one = ToTell(whistle, matters[whistle.incident_id], through)
            with _left_out(whistle):
                contract = self._contracts.of(conn, whistle.contract_id)
                looks.append((one, contract, self._look(one, contract, at)))
        projections = shown(conn, [look for _, _, look in looks], at)
        for (one, contract, _), projected in zip(looks, projections, strict=True):
            with _left_out(one.whistle):
                found[one.whistle.id] = self._told(one, contract, projected, at)
        return found

    def _look(self, one: ToTell, contract: Contract, at: datetime) -> Look:
        output = OUTPUTS[one.through] or Output.STREAM
        return self._showing.whistle(
            one.whistle, one.incident, contract, output=output, purpose=HANDLE, at=at
        )

    def _told(self, one: ToTell, contract: Contract, projected: Projected, at: datetime) -> Told:
        whistle = one.whistle
        data = {
            **projected.as_json(),
            "department": whistle.department,
            "href": f"/departments/me/whistles/{whistle.id}",
        }
        for fault in self._wire_of(contract, projected).faults(data):
            raise Bug("A121", pointer=fault.pointer, contract=contract.id)
        message = envelope.wrap(
            KIND,
            id_=whistle.id,
            source=self._district,
            subject=whistle.id,
            at=whistle.blown_at,
            data=data,
        )
        rows = audit_rows(projected, whistle, through=one.through, at=at, rows=(one.incident.id,))
        return Told(message, tuple(rows))

    def _wire_of(self, contract: Contract, projected: Projected) -> Validator:
        """Compiled once a contract and set of masks: where the audit says masked, the message must look so."""
        masks = projected.account.masks
        wire = self._wire.get((contract.id, masks))
        if wire is None:
            fields = wire_fields(contract, self._schemas, dict(masks))
            wire = self._wire[contract.id, masks] = Validator(whistle_data_schema(contract, fields))
        return wire
