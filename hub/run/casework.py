"""The casework worker: events in, links, incidents and whistles out; one transaction a batch.

The consumer's offsets move in that same transaction (`outbox.advance`), compared and swapped, so a
worker that lost its partitions while it slept commits nothing.
"""

from collections.abc import Sequence
from typing import Final

import orjson
import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from hub.access.vault import Vault
from hub.bus import Consumer, Delivered
from hub.bus.message import Fenced, Partition
from hub.clock import Clock
from hub.errors import TryLater
from hub.model import EventId, Fate
from hub.pipeline import Journey
from hub.run.caseload import Caseload
from hub.run.dispatch import Dispatch
from hub.run.intake import texts_of
from hub.store import events, keys, outbox, records
from hub.store.engine import Store

log = structlog.get_logger()

GROUP: Final = "casework"


class Casework:
    """One member of the casework group."""

    def __init__(
        self,
        *,
        store: Store,
        consumer: Consumer,
        journey: Journey,
        vault: Vault,
        dispatch: Dispatch,
        clock: Clock,
        batch: int,
    ) -> None:
        self._store, self._consumer, self._journey = store, consumer, journey
        self._vault, self._dispatch, self._clock, self._batch = vault, dispatch, clock, batch

    def step(self, timeout_s: float = 0.2) -> int:
        """Handles one batch; returns how many events came. Raises TryLater where store or bus is away."""
        delivered = self._consumer.poll(self._batch, timeout_s)
        if not delivered:
            return 0
        try:
            self._commit(delivered)
        except Fenced:
            log.info("casework_fenced", events=len(delivered))
            self._consumer.rewind()
            return 0
        except (TryLater, DBAPIError):
            self._consumer.rewind()
            raise
        except Exception as error:
            log.warning("casework_batch_failed", error=type(error).__name__, events=len(delivered))
            self._one_by_one(delivered)
        return len(delivered)

    def _commit(self, delivered: Sequence[Delivered]) -> None:
        with self._store.write() as conn:
            self._handle(conn, [orjson.loads(d.value)["subject"] for d in delivered])
            outbox.advance(conn, GROUP, moves_of(delivered))
        self._dispatch.committed()

    def _one_by_one(self, delivered: Sequence[Delivered]) -> None:
        """The batch again, an event at a time; the one that fails is held for an engineer (B102)."""
        for one in delivered:
            try:
                self._commit([one])
            except (Fenced, TryLater, DBAPIError):
                self._consumer.rewind()
                raise
            except Exception as error:
                subject = orjson.loads(one.value)["subject"]
                log.warning("event_held", event_id=subject, error=type(error).__name__)
                with self._store.write() as conn:
                    self._hold(conn, subject)
                    outbox.advance(conn, GROUP, moves_of([one]))

    def _hold(self, conn: Connection, subject: str) -> None:
        now = self._clock.now()
        ends = [
            records.End(id=record, fate=Fate.HELD, code="B102", owner="engineer")
            for record in events.records_of(conn, [EventId(subject)]).values()
        ]
        events.settle(conn, {EventId(subject): (Fate.HELD, "failed")})
        records.settle(conn, ends, now)

    def _handle(self, conn: Connection, ids: Sequence[str]) -> None:
        now = self._clock.now()
        stored = events.load(conn, dict.fromkeys(ids))
        todo = [stored[i] for i in dict.fromkeys(ids) if i in stored and stored[i].fate is None]
        if not todo:
            return
        data_keys = keys.of(conn, {s.event.record_id for s in todo})
        texts = texts_of(self._vault, todo, data_keys)
        load = Caseload(conn, self._journey, self._vault, [(s.event, texts[s.event.id]) for s in todo], now)
        for one in todo:
            load.take(one.event)
        load.write()
        self._dispatch.blow(conn, load.opened, now)
        events.settle(conn, load.fates)
        fates = {stored[i].event.record_id: fate for i, (fate, _) in load.fates.items()}
        # A record of several events keeps the fate that ranks first: published before linked.
        for i, (fate, _) in load.fates.items():
            record = stored[i].event.record_id
            if fate.value == "published":
                fates[record] = fate
        records.settle_from_casework(conn, fates, now)
        self._dispatch.tell_incidents(conn, load.touched(), now)

    def close(self) -> None:
        """Leaves the group."""
        self._consumer.close()


def moves_of(delivered: Sequence[Delivered]) -> dict[Partition, tuple[int, int]]:
    """Partition → (first offset of the batch, the offset after its last)."""
    moves: dict[Partition, tuple[int, int]] = {}
    for one in delivered:
        first, _ = moves.get((one.topic, one.part), (one.offset, 0))
        moves[one.topic, one.part] = (first, one.offset + 1)
    return moves
