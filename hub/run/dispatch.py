"""From an opened incident to whistles on their way: route, project, store, announce, audit.

Everything that leaves for a department passes `access.project` here or in `hub.run.opening`; there
is no third way out.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import Connection

from hub import ids
from hub.access.audit import AuditRow
from hub.access.exits import OUTPUTS, Exit
from hub.access.projected import Projected
from hub.bus import Message
from hub.bus.topics import INCIDENTS
from hub.bus.topics import whistles as whistle_topic
from hub.contract.route import Routed
from hub.contract.wire import whistle_data_schema
from hub.errors import Bug
from hub.intake.validate import Validator
from hub.model import Call, Channel, Incident, Mode, Output, Whistle, WhistleState
from hub.pipeline import Journey
from hub.run import envelope
from hub.run.caseload import Opened
from hub.run.ledger import Ledger
from hub.run.showing import Showing
from hub.store import incidents, whistles
from hub.store.outbox import Outbox

log = structlog.get_logger()

PURPOSE: Final = "handle"
_EXIT: Final = {
    Channel.KAFKA: Exit.TOPIC_WHISTLE,
    Channel.PULL: Exit.HTTP_PULL,
    Channel.WEBHOOK: Exit.WEBHOOK,
}


class Dispatch:
    """Calls departments for the incidents of a batch, in that batch's transaction."""

    def __init__(self, *, journey: Journey, outbox: Outbox, showing: Showing, ledger: Ledger) -> None:
        self._journey, self._outbox, self._showing, self._ledger = journey, outbox, showing, ledger
        pack = journey.pack
        self._contracts = {c.id: c for c in pack.contracts}
        self._wire = {c.id: Validator(whistle_data_schema(c, {})) for c in pack.contracts}

    def blow(self, conn: Connection, opened: Sequence[Opened], now: datetime) -> list[Whistle]:
        """Whistles for what `opened` calls; what no contract takes goes to the fallback queue."""
        made: list[tuple[Whistle, Incident]] = []
        unrouted: list[tuple[str, str]] = []
        for one in opened:
            if one.event.mode is Mode.BACKFILL:  # history starts no clock and no whistle (N78)
                continue
            routed = self._journey.route(one.event, one.incident)
            if isinstance(routed, Routed):
                made += [(_whistle(one.incident, call, now), one.incident) for call in routed.calls]
            else:
                unrouted.append((one.incident.id, routed.reasons[0].rule))
        self._queue_fallback(conn, unrouted, now)
        incident_of = {w.id: i for w, i in made}
        fresh = whistles.add(conn, [w for w, _ in made])
        self._send(conn, [(w, incident_of[w.id]) for w in fresh], now)
        return fresh

    def _queue_fallback(self, conn: Connection, unrouted: Sequence[tuple[str, str]], now: datetime) -> None:
        pack = self._journey.pack
        due = now + timedelta(seconds=pack.fallback_s)
        incidents.queue_fallback(conn, [(ids_, why) for ids_, why in unrouted], pack.fallback_owner, now, due)  # type: ignore[misc]  # ids are strings here

    def _send(self, conn: Connection, pairs: Sequence[tuple[Whistle, Incident]], now: datetime) -> None:
        messages: list[Message] = []
        deliveries: list[whistles.NewDelivery] = []
        rows: list[AuditRow] = []
        for whistle, incident in pairs:
            for channel in self._contracts[whistle.contract_id].channels:
                exit_ = _EXIT[channel]
                shown = self._showing.whistle(
                    whistle, incident, output=OUTPUTS[exit_] or Output.STREAM, purpose=PURPOSE, at=now
                )
                rows.append(self._showing.audit_row(shown, whistle, exit_=exit_, purpose=PURPOSE, at=now))
                value = self._envelope(whistle, shown, now)
                if channel is Channel.KAFKA:
                    messages.append(Message(whistle_topic(whistle.department), incident.id, value))
                else:
                    deliveries.append(
                        whistles.NewDelivery(
                            whistle_id=whistle.id,
                            department=whistle.department,
                            channel=channel.value,
                            message=value,
                        )
                    )
        self._outbox.append(conn, messages, now)
        whistles.queue(conn, deliveries, now)
        self._ledger.append(conn, rows, now)

    def _envelope(self, whistle: Whistle, shown: Projected, now: datetime) -> str:
        data = {
            **shown.as_json(),
            "department": whistle.department,
            "href": f"/departments/me/whistles/{whistle.id}",
        }
        for fault in self._wire[whistle.contract_id].faults(data):
            raise Bug("A121", pointer=fault.pointer, contract=whistle.contract_id)
        return envelope.wrap(
            "grid.whistle.v1",
            id_=whistle.id,
            source=self._journey.pack.district,
            subject=whistle.id,
            at=now,
            data=data,
        )

    def tell_incidents(self, conn: Connection, touched: Sequence[Incident], now: datetime) -> None:
        """The compacted topic of matters: state and place, no words of anyone."""
        self._outbox.append(
            conn,
            [
                Message(
                    INCIDENTS,
                    one.id,
                    envelope.wrap(
                        "grid.incident.v1",
                        id_=f"{one.id}:{one.version}",
                        source=self._journey.pack.district,
                        subject=one.id,
                        at=now,
                        data=_public(one),
                    ),
                )
                for one in touched
            ],
            now,
        )

    def begin(self) -> None:
        """A new transaction: what one before it wrote to the ledger and rolled back is forgotten."""
        self._ledger.begin()

    def committed(self) -> None:
        """The batch holds: the ledger may go on from it."""
        self._ledger.committed()


def _public(one: Incident) -> dict[str, object]:
    """Secret matters show neither place nor category on the shared topic."""
    shown: dict[str, object] = {"incident_id": one.id, "state": one.state, "version": one.version}
    if not one.secret:
        shown |= {
            "category": one.category,
            "urgency": one.urgency,
            "subdistrict_id": one.place.subdistrict_id,
            "grid_id": one.place.grid_id,
            "event_count": one.event_count,
        }
    return shown


def _whistle(incident: Incident, call: Call, now: datetime) -> Whistle:
    return Whistle(
        id=ids.whistle_id(incident.id, call.department),
        incident_id=incident.id,
        department=call.department,
        role=call.role,
        level=incident.level,
        contract_id=call.contract_id,
        clause=call.clause,
        state=WhistleState.BLOWN,
        blown_at=now,
        deadlines=call.deadlines,
        reasons=call.reasons,
        returns=0,
        version=1,
    )
