"""What a department's software has to know of its contracts: those that hold, those announced, those that were.

Schemas are those that messages are checked against before they leave (`hub.contract.wire`), without the masks that
grants add to them. Nothing here is about a matter.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection

from hub.contract.clauses import holds_on
from hub.contract.wire import ended_data_schema, whistle_data_schema
from hub.errors import Refused
from hub.jsonform import plain
from hub.model import Channel, Contract
from hub.pack import Pack
from hub.run.exits.wirefields import wire_fields
from hub.store import contracts


class Standing(StrEnum):
    """Where a version stands on one day."""

    ANNOUNCED = "announced"
    """It holds from its first day on."""
    VALID = "valid"
    OVER = "over"
    """Nobody is called by it any more; whistles blown under it go on under it."""


@dataclass(frozen=True, slots=True)
class Agreements:
    """Asked for one department at a time. `schemas`: the unified ones."""

    pack: Pack
    schemas: Mapping[str, Mapping[str, Any]]

    def of(self, conn: Connection, department: str, day: date) -> list[dict[str, Any]]:
        """Every version of the department's contract, oldest first: those of the pack, and those ever used."""
        mine = self._of_pack(department)
        left = _ever_used(conn, department)
        told = [(one, _standing(one, day)) for one in mine.values()]
        told += [(one, Standing.OVER) for id_, one in left.items() if id_ not in mine]
        return [self._told(one, standing) for one, standing in sorted(told, key=lambda pair: pair[0].version)]

    def all(self, conn: Connection, day: date) -> list[tuple[Contract, Standing]]:
        """Every version of every department, by department, the newest first: those of the pack, and those ever used."""
        here = {one.id: (one, _standing(one, day)) for one in self.pack.contracts}
        left = {one.id: (one, Standing.OVER) for one in contracts.all_used(conn)}
        return sorted((left | here).values(), key=lambda pair: (pair[0].department, -pair[0].version))

    def check_pulled(self, conn: Connection, department: str) -> None:
        """Returns where something may ever wait for the department to pull it: by any version, since whistles go by the one
        that they were blown under. Raises Refused W143, naming the newest version's channels."""
        mine = self._of_pack(department).values()
        if any(Channel.PULL in one.channels for one in mine):
            return
        versions = [*_ever_used(conn, department).values(), *mine]
        if versions and not any(Channel.PULL in one.channels for one in versions):
            newest = max(versions, key=attrgetter("version"))
            raise Refused("W143", channels=", ".join(channel.value for channel in newest.channels))

    def _of_pack(self, department: str) -> dict[str, Contract]:
        return {one.id: one for one in self.pack.contracts if one.department == department}

    def _told(self, one: Contract, standing: Standing) -> dict[str, Any]:
        fields = wire_fields(one, self.schemas)
        return {
            "contract_id": one.id,
            "version": one.version,
            "title": one.title,
            "standing": standing.value,
            "valid_from": one.valid_from.isoformat(),
            "valid_to": one.valid_to.isoformat() if one.valid_to else None,
            "channels": [channel.value for channel in one.channels],
            "deadlines": plain(one.deadlines),
            "level_deadlines": plain(one.level_deadlines),
            "returns": plain(one.returns),
            "pauses": plain(one.pauses),
            "extensions": plain(one.extensions),
            "closing": one.closing.value,
            "form": plain(one.form),
            "whistle": whistle_data_schema(one, fields),
            "called_off": ended_data_schema(one, fields),
        }


def _ever_used(conn: Connection, department: str) -> dict[str, Contract]:
    return {one.id: one for one in contracts.all_used(conn) if one.department == department}


def _standing(one: Contract, day: date) -> Standing:
    if holds_on(one, day):
        return Standing.VALID
    return Standing.ANNOUNCED if day < one.valid_from else Standing.OVER
