"""What departments are sent: a whistle, and word that one was called off. Project, check, announce, audit.

Everything that leaves for a department passes `access.project` here or in `hub.run.opening`; there
is no third way out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from hub.access.exits import OUTPUTS, Exit
from hub.access.projected import Projected
from hub.bus import Message
from hub.bus.topics import whistles as whistle_topic
from hub.contract.wire import HANDLE, ended_data_schema, whistle_data_schema
from hub.errors import Bug
from hub.intake.validate import Validator
from hub.model import Channel, Ending, Incident, Output, Whistle
from hub.pack import Pack
from hub.run import envelope
from hub.run.ledger import Ledger
from hub.run.showing import Showing
from hub.store import whistles
from hub.store.outbox import Outbox

_EXIT: Final = {
    Channel.KAFKA: Exit.TOPIC_WHISTLE,
    Channel.PULL: Exit.HTTP_PULL,
    Channel.WEBHOOK: Exit.WEBHOOK,
}


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell one department: its whistle, or (`ending`) that it was called off."""

    whistle: Whistle
    incident: Incident
    ending: Ending | None = None

    @property
    def id(self) -> str:
        """What the department drops repeats by."""
        return self.whistle.id if self.ending is None else f"{self.whistle.id}:{self.whistle.version}"


class Notices:
    """Sends notices over the channels of their contracts, in the caller's transaction."""

    def __init__(self, *, pack: Pack, outbox: Outbox, showing: Showing, ledger: Ledger) -> None:
        self._district, self._outbox, self._showing, self._ledger = pack.district, outbox, showing, ledger
        self._channels = {c.id: c.channels for c in pack.contracts}
        self._blown = {c.id: Validator(whistle_data_schema(c, {})) for c in pack.contracts}
        self._ended = {c.id: Validator(ended_data_schema(c)) for c in pack.contracts}

    def send(self, conn: Connection, notices: Sequence[Notice], now: datetime) -> None:
        """Each over every channel of its contract, in this order; once a transaction (the ledger's rule)."""
        messages: list[Message] = []
        deliveries: list[whistles.NewDelivery] = []
        rows = []
        for notice, channel in _on_channels(notices, self._channels):
            whistle, exit_ = notice.whistle, _EXIT[channel]
            shown = self._shown(notice, OUTPUTS[exit_] or Output.STREAM, now)
            rows.append(self._showing.audit_row(shown, whistle, exit_=exit_, purpose=HANDLE, at=now))
            value = self._message(notice, shown, now)
            if channel is Channel.KAFKA:
                messages.append(Message(whistle_topic(whistle.department), notice.incident.id, value))
            else:
                deliveries.append(_delivery(notice, channel, value))
        self._outbox.append(conn, messages, now)
        whistles.queue(conn, deliveries, now)
        self._ledger.append(conn, rows, now)

    def _shown(self, notice: Notice, output: Output, now: datetime) -> Projected:
        show = self._showing.whistle if notice.ending is None else self._showing.ended
        return show(notice.whistle, notice.incident, output=output, purpose=HANDLE, at=now)

    def _message(self, notice: Notice, shown: Projected, now: datetime) -> str:
        whistle, ending = notice.whistle, notice.ending
        href = f"/departments/me/whistles/{whistle.id}"
        data: dict[str, object] = {**shown.as_json(), "department": whistle.department, "href": href}
        if ending is not None:
            data["reason"] = ending.value
        form = (self._blown if ending is None else self._ended)[whistle.contract_id]
        for fault in form.faults(data):
            raise Bug("A121", pointer=fault.pointer, contract=whistle.contract_id)
        return envelope.wrap(
            "grid.whistle.v1" if ending is None else "grid.whistle.cancelled.v1",
            id_=notice.id,
            source=self._district,
            subject=whistle.id,
            at=now,
            data=data,
        )


def _on_channels(
    notices: Sequence[Notice], channels: dict[str, tuple[Channel, ...]]
) -> Iterator[tuple[Notice, Channel]]:
    for notice in notices:
        for channel in channels[notice.whistle.contract_id]:
            yield notice, channel


def _delivery(notice: Notice, channel: Channel, value: str) -> whistles.NewDelivery:
    return whistles.NewDelivery(
        message_id=notice.id,
        whistle_id=notice.whistle.id,
        department=notice.whistle.department,
        channel=channel.value,
        message=value,
    )
