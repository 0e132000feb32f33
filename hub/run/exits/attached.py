"""A department opens the files of one of its whistles: those that a person released, under the grants of this moment.

Default deny, twice: without a live grant of `event.attachments` nothing is told at all, and without a person's
word only how many there are. Each look is projected and audited in the transaction that reads it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from hub.access.audit import AuditRow
from hub.access.exits import Exit
from hub.access.projected import Projected
from hub.access.vault import Vault
from hub.errors import Refused
from hub.model import SHOWN, Attachment, Event, Whistle
from hub.run.exits.insight import Insight, insight
from hub.run.exits.linked import reports_of
from hub.run.exits.looking import Door, audit_rows, shown
from hub.run.exits.showing import OpenedReport, Showing
from hub.run.ground.contractbook import ContractBook
from hub.run.ground.ledger import Ledger
from hub.run.ground.sealing import PICTURE_SEALED_AT
from hub.store import attachments, incidents, keys, whistles
from hub.store.engine import Store

MEDIA_TYPE: Final = "image/jpeg"
HTTP: Final = Door(Exit.HTTP_ATTACHMENT)


@dataclass(frozen=True, slots=True)
class Released:
    """One picture as a department is given it, under a name of ours."""

    name: str
    content: bytes


class Attached:
    """Lists and opens them."""

    def __init__(self, *, store: Store, vault: Vault, showing: Showing, contracts: ContractBook) -> None:
        self._store, self._vault, self._showing, self._contracts = store, vault, showing, contracts

    def list(
        self,
        department: str,
        whistle_id: str,
        *,
        purpose: str,
        ledger: Ledger,
        now: datetime,
        door: Door = HTTP,
    ) -> dict[str, Any]:
        """How many files the reports of the whistle came with, and those that were released, where it is granted.

        Raises Refused W103 where it is not its own, W120 where nobody has its contract.
        """
        with self._store.write() as conn:
            whistle = self._whistle(conn, department, whistle_id)
            seen = insight(conn, whistle)
            linked = self._linked(conn, seen)
            files = {
                key: [one for one in many if seen.holds(one)]
                for key, many in attachments.of_reports(conn, (one.event.key for one in linked)).items()
            }
            told = self._told(conn, whistle, linked, files, purpose, now, door)
            rows = [
                row
                for one, projected in zip(linked, told, strict=True)
                for row in _audited(projected, whistle, door, now, one.event.id)
            ]
            ledger.append(conn, rows, now)
        ledger.committed()
        given = [_given(one) for one in told]
        return {
            "offered": sum(one.get("offered", 0) for one in given),
            "attachments": [file for one in given for file in one.get("released", ())],
        }

    def open(
        self,
        department: str,
        whistle_id: str,
        attachment_id: str,
        *,
        purpose: str,
        ledger: Ledger,
        now: datetime,
        door: Door = HTTP,
    ) -> Released:
        """One picture. Raises Refused W103 as `list`; F136 where it is not there, not this whistle's, not released
        or not granted: they look alike."""
        with self._store.write() as conn:
            whistle = self._whistle(conn, department, whistle_id)
            found = self._open(conn, whistle, attachment_id, purpose, ledger, now, door)
        ledger.committed()
        if found is None:
            raise Refused("F136")
        return found

    def _open(
        self,
        conn: Connection,
        whistle: Whistle,
        attachment_id: str,
        purpose: str,
        ledger: Ledger,
        now: datetime,
        door: Door,
    ) -> Released | None:
        seen, file = insight(conn, whistle), attachments.get(conn, attachment_id)
        if file is None or not seen.holds(file):
            return None
        linked = [one for one in self._linked(conn, seen) if one.event.key == file.event_key]
        if not linked:
            return None
        (told,) = self._told(conn, whistle, linked, {file.event_key: [file]}, purpose, now, door)
        ledger.append(conn, _audited(told, whistle, door, now, file.id), now)
        return self._picture(conn, file) if _given(told).get("released") else None

    def _whistle(self, conn: Connection, department: str, whistle_id: str) -> Whistle:
        whistle = whistles.load(conn, [whistle_id]).get(whistle_id)
        if whistle is None or whistle.department != department:
            raise Refused("W103")
        return whistle

    def _linked(self, conn: Connection, seen: Insight) -> Sequence[OpenedReport]:
        """The reports that the department may ask about."""
        return reports_of(conn, self._vault, seen.shown, seen.later)

    def _told(
        self,
        conn: Connection,
        whistle: Whistle,
        linked: Sequence[OpenedReport],
        files: Mapping[str, Sequence[Attachment]],
        purpose: str,
        now: datetime,
        door: Door,
    ) -> Sequence[Projected]:
        incident = incidents.load(conn, [whistle.incident_id])[whistle.incident_id]
        contract = self._contracts.of(conn, whistle.contract_id)
        looks = [
            self._showing.attachments(
                one,
                incident,
                contract,
                released=_released(one.event, files.get(one.event.key, ())),
                purpose=purpose,
                at=now,
                output=door.output,
            )
            for one in linked
        ]
        return shown(conn, looks, now)

    def _picture(self, conn: Connection, file: Attachment) -> Released | None:
        key = keys.of(conn, [file.record_id]).get(file.record_id)
        sealed = attachments.shown(conn, file.id)
        if key is None or sealed is None:
            return None
        return Released(file.shown_name, self._vault.open(key, PICTURE_SEALED_AT, sealed))


def _released(event: Event, files: Sequence[Attachment]) -> Mapping[str, object]:
    """What there is to tell of a report's files: the full value of its field, before grants."""
    return {
        "offered": event.attachments,
        "released": [
            {"id": one.id, "name": one.shown_name, "kind": MEDIA_TYPE, "size": one.shown_size}
            for one in files
            if one.disclosure in SHOWN
        ],
    }


def _audited(one: Projected, whistle: Whistle, door: Door, now: datetime, id_: str) -> Sequence[AuditRow]:
    return audit_rows(one, whistle, through=door.through, at=now, rows=(id_,), account=door.account)


def _given(told: Projected) -> Mapping[str, Any]:
    """What came out of the projection; nothing where it was masked: half of a picture is none."""
    event = told.as_json().get("event")
    value = event.get("attachments") if isinstance(event, Mapping) else None
    return value if isinstance(value, Mapping) else {}
