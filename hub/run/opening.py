"""A department opens one of its whistles: everything linked to it, under the grants of this moment.

Each opening is projected and audited in the transaction that reads it; an opening that cannot be
audited shows nothing.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache, partial
from typing import Any, Final

from sqlalchemy import Connection, select

from hub.access.exits import Exit
from hub.access.vault import DataKey, Vault
from hub.errors import Refused
from hub.jsonform import loads
from hub.model import EventText, Output, Resident, Whistle
from hub.run.ledger import Ledger
from hub.run.sealing import EVENT_SEALED_AT, RESIDENT_SEALED_AT
from hub.run.showing import OpenedReport, Showing
from hub.store import events, incidents, keys, whistles
from hub.store.engine import Store
from hub.store.tables import resident

PURPOSES: Final = ("handle", "callback")


class Opening:
    """Opens whistles for their departments."""

    def __init__(self, *, store: Store, vault: Vault, showing: Showing) -> None:
        self._store, self._vault, self._showing = store, vault, showing

    def open(
        self, department: str, whistle_id: str, *, purpose: str, ledger: Ledger, now: datetime
    ) -> dict[str, Any]:
        """The whistle, its matter and its reports as `department` may see them now.

        Raises Refused W103 where it is not its own: not there and not yours look alike.
        """
        with self._store.write() as conn:
            whistle = whistles.load(conn, [whistle_id]).get(whistle_id)
            if whistle is None or whistle.department != department:
                raise Refused("W103")
            shown, rows = self._show(conn, whistle, purpose, now)
            ledger.append(conn, rows, now)
        ledger.committed()
        return shown

    def _show(
        self, conn: Connection, whistle: Whistle, purpose: str, now: datetime
    ) -> tuple[dict[str, Any], list[Any]]:
        incident = incidents.load(conn, [whistle.incident_id])[whistle.incident_id]
        head = self._showing.whistle(whistle, incident, output=Output.API, purpose=purpose, at=now)
        rows = [self._showing.audit_row(head, whistle, exit_=Exit.HTTP_WHISTLE, purpose=purpose, at=now)]
        reports = []
        linked = self._reports(conn, whistle)
        known = _known_values(linked)
        for opened in linked:
            one = self._showing.report(opened, whistle, incident, known=known, purpose=purpose, at=now)
            rows.append(
                self._showing.audit_row(
                    one,
                    whistle,
                    exit_=Exit.HTTP_WHISTLE,
                    purpose=purpose,
                    at=now,
                    rows=(opened.event.id,),
                )
            )
            reports.append(one.as_json())
        return {**head.as_json(), "reports": reports}, rows

    def _reports(self, conn: Connection, whistle: Whistle) -> list[OpenedReport]:
        links = incidents.links_of(conn, [whistle.incident_id]).get(whistle.incident_id, [])
        newest = incidents.latest_events(conn, (one.event_key for one in links))
        stored = events.load(conn, newest.values())
        subjects = [s.event.record_id for s in stored.values()]
        subjects += [s.event.requester for s in stored.values() if s.event.requester]  # type: ignore[misc]  # both are strings here
        data_keys = keys.of(conn, subjects)
        people = self._residents(conn, [s.event.requester for s in stored.values() if s.event.requester])
        return [
            OpenedReport(
                one.event,
                partial(self._text, one, data_keys),
                partial(self._resident, one.event.requester, people, data_keys),
            )
            for one in stored.values()
            if one.event.accused != whistle.department  # 被诉单位 is not shown the matter (domain.md 2.5)
        ]

    def _text(self, one: events.StoredEvent, data_keys: Mapping[str, DataKey]) -> EventText:
        key = data_keys.get(one.event.record_id)
        if key is None:
            return EventText()
        return loads(EventText, self._vault.open(key, EVENT_SEALED_AT, one.sealed))

    @staticmethod
    def _residents(conn: Connection, ids: list[Any]) -> dict[str, bytes]:
        rows = conn.execute(select(resident.c.id, resident.c.sealed).where(resident.c.id.in_(ids)))
        return {r.id: r.sealed for r in rows}

    def _resident(
        self, id_: str | None, sealed: Mapping[str, bytes], data_keys: Mapping[str, DataKey]
    ) -> Resident | None:
        if id_ is None or id_ not in sealed or id_ not in data_keys:
            return None
        return loads(Resident, self._vault.open(data_keys[id_], RESIDENT_SEALED_AT, sealed[id_]))


def _known_values(linked: list[OpenedReport]) -> Callable[[], tuple[str, ...]]:
    """Names, phones, ids and home addresses of everyone who reported this matter; opened once, if at all."""

    @cache
    def known() -> tuple[str, ...]:
        people = [person for one in linked if (person := one.resident())]
        return tuple(v for p in people for v in (p.name, p.phone, p.id_number, p.address) if v)

    return known
