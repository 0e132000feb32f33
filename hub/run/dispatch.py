"""From an opened incident to whistles on their way: route, tell, store, announce, audit.

Everything that leaves for a department passes `access.project` in `hub.run.looking`: told by
`hub.run.telling`, or opened by `hub.run.opening`; there is no third way out.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import Connection

from hub import ids
from hub.access.exits import Exit
from hub.bus import Message
from hub.bus.topics import INCIDENTS
from hub.bus.topics import whistles as whistle_topic
from hub.contract.route import Routed
from hub.model import Call, Channel, Incident, Mode, Whistle, WhistleState
from hub.pipeline import Journey
from hub.run import envelope
from hub.run.caseload import Opened
from hub.run.contractbook import ContractBook
from hub.run.ledger import Ledger
from hub.run.telling import Telling, ToTell
from hub.store import incidents, whistles
from hub.store.outbox import Outbox

log = structlog.get_logger()

_TOLD_NOW: Final = {Channel.KAFKA: Exit.TOPIC_WHISTLE, Channel.WEBHOOK: Exit.WEBHOOK}
"""Channels whose message is made when the whistle is blown; a pull's is made when it is fetched."""
TOLD_WHEN_SENT: Final = ""
"""Stands in a delivery for the message that `Telling.again` makes when it is sent."""


class Dispatch:
    """Calls departments for the incidents of a batch, in that batch's transaction."""

    def __init__(
        self,
        *,
        journey: Journey,
        outbox: Outbox,
        telling: Telling,
        contracts: ContractBook,
        ledger: Ledger,
    ) -> None:
        self._journey, self._outbox, self._ledger = journey, outbox, ledger
        self._telling, self._contracts = telling, contracts

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
        ways = [
            (whistle, incident, channel)
            for whistle, incident in pairs
            for channel in self._contracts.of(conn, whistle.contract_id).channels
        ]
        going = [
            ToTell(whistle, incident, _TOLD_NOW[channel])
            for whistle, incident, channel in ways
            if channel in _TOLD_NOW
        ]
        told = self._telling.tell(conn, going, now)
        message_of = {
            (one.whistle.id, one.through): said.message for one, said in zip(going, told, strict=True)
        }
        messages: list[Message] = []
        deliveries: list[whistles.NewDelivery] = []
        for whistle, incident, channel in ways:
            value = message_of[whistle.id, _TOLD_NOW[channel]] if channel in _TOLD_NOW else TOLD_WHEN_SENT
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
        self._ledger.append(conn, [row for said in told for row in said.rows], now)

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
