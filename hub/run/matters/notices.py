"""Word for departments on its way, in the transaction of what it tells of: topics now, the others when they are sent."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from hub.access.exits import Exit
from hub.bus import Message
from hub.bus.topics import whistles as whistle_topic
from hub.model import Channel, Whistle
from hub.run.exits.telling import Telling, Word
from hub.run.ground.contractbook import ContractBook
from hub.run.ground.ledger import Ledger
from hub.store import deliveries
from hub.store.outbox import Outbox


class Notices:
    """Sends notices over the channels of their contracts."""

    def __init__(self, *, outbox: Outbox, telling: Telling, contracts: ContractBook) -> None:
        self._outbox, self._telling, self._contracts = outbox, telling, contracts

    def send(self, conn: Connection, notices: Sequence[Word], ledger: Ledger, now: datetime) -> None:
        """Each over every channel of its contract, in this order; once a transaction (the ledger's rule)."""
        ways = [
            (notice, channel)
            for notice in notices
            for channel in self._contracts.of(conn, notice.whistle.contract_id).channels
        ]
        topical = [notice for notice, channel in ways if channel is Channel.KAFKA]
        told = self._telling.tell(conn, topical, through=Exit.TOPIC_WHISTLE, at=now)
        messages = [
            Message(whistle_topic(one.whistle.department), one.incident.id, said.message)
            for one, said in zip(topical, told, strict=True)
        ]
        self._outbox.append(conn, messages, now)
        others = [_delivery(n.id, n.whistle, c) for n, c in ways if c is not Channel.KAFKA]
        deliveries.queue(conn, others, now)
        ledger.append(conn, [row for said in told for row in said.rows], now)


def queued(whistle: Whistle, channel: Channel) -> deliveries.NewDelivery | None:
    """The delivery of a whistle's blowing over one channel of its contract; None for a topic, which has none."""
    return None if channel is Channel.KAFKA else _delivery(whistle.id, whistle, channel)


def _delivery(message_id: str, whistle: Whistle, channel: Channel) -> deliveries.NewDelivery:
    return deliveries.NewDelivery(
        message_id=message_id,
        whistle_id=whistle.id,
        department=whistle.department,
        channel=channel.value,
    )
