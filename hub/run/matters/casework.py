"""The casework worker: events in, links, incidents and whistles out; one transaction a batch.

The consumer's offsets move in that same transaction (`outbox.advance`), compared and swapped, so a
worker that lost its partitions while it slept commits nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Final

import structlog
from sqlalchemy import Connection

from hub.access.vault import Vault
from hub.bus import Consumer, Delivered
from hub.bus.message import Fenced, Partition
from hub.clock import Clock
from hub.incident.sighting import Sighting
from hub.model import Event, EventId, Fate
from hub.pipeline import Journey
from hub.run.ground import arrivals
from hub.run.ground.sealing import texts_of
from hub.run.ground.seen import Matters, Reports
from hub.run.ground.trouble import Moves, Patience, may_be_put_aside, together
from hub.run.matters.caseload import Caseload
from hub.run.matters.dispatch import Dispatch
from hub.run.matters.evaluating import Evaluating
from hub.run.matters.latecomers import Latecomers
from hub.run.sources.intake import ENGINEER
from hub.store import events, keys, outbox, records
from hub.store.engine import Store

log = structlog.get_logger()

GROUP: Final = "casework"
_LOOK: Final = 100
"""Messages that one look takes, of up to fifty events each: a newcomer to the group waits for the end of it."""
Read = tuple[Delivered, list[str]]
"""A message, and the events that it tells of."""


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
        latecomers: Latecomers,
        evaluating: Evaluating,
        reports: Reports,
        clock: Clock,
        batch: int,
    ) -> None:
        """`reports`: what intake has just stored, where it is this process too."""
        self._store, self._consumer, self._journey = store, consumer, journey
        self._vault, self._dispatch, self._latecomers = vault, dispatch, latecomers
        self._evaluating = evaluating
        self._reports, self._matters = reports, Matters()
        self._clock, self._batch = clock, batch
        self._patience = Patience()

    def step(self, timeout_s: float = 0.2) -> int:
        """Handles what one look brings; returns how many events came. Raises TryLater where store or bus is away."""
        delivered = self._consumer.poll(min(self._batch, _LOOK), timeout_s)
        read = [(one, arrivals.told(one)) for one in delivered]
        self._reports.ask({one.key for one in delivered})
        try:
            for portion in _portions(read, self._batch):
                self._take(portion)
        except Fenced:
            log.info("casework_fenced", events=_number(read))
            self._patience.collided(moves_of(delivered))
            self._consumer.rewind()
            return 0
        except BaseException:
            self._consumer.rewind()
            raise
        self._patience.went_on()
        return _number(read)

    def _take(self, portion: Sequence[Read]) -> None:
        moves = moves_of([one for one, _ in portion])
        try:
            self._commit([id_ for _, events in portion for id_ in events], moves)
        except Exception as error:
            if not self._patience.is_over(error, moves):
                raise
            log.warning("casework_batch_failed", error=type(error).__name__, events=_number(portion))
            for one, events in portion:
                self._one_by_one(one, events)

    def _commit(self, events: Sequence[str], moves: Moves) -> None:
        self._dispatch.begin()
        self._evaluating.begin()
        with self._store.write() as conn:
            load = self._handle(conn, events)
            outbox.advance(conn, GROUP, moves)
        self._dispatch.committed()
        self._evaluating.committed()
        if load is not None:
            self._matters.keep(load.matters())

    def _one_by_one(self, one: Delivered, events: Sequence[str]) -> None:
        """A message's events each for itself; one that fails is held for an engineer (B102). Behind the last the
        position moves on; those before it prove that it is still ours."""
        here: Moves = {(one.topic, one.part): (one.offset, one.offset)}
        for id_ in events:
            try:
                together(partial(self._commit, [id_], here))
            except Exception as error:
                if not may_be_put_aside(error):
                    raise
                log.warning("event_held", event_id=id_, error=type(error).__name__)
                with self._store.write() as conn:
                    self._hold(conn, id_)
                    outbox.advance(conn, GROUP, here)
        self._commit([], moves_of([one]))

    def _hold(self, conn: Connection, subject: str) -> None:
        now = self._clock.now()
        ends = [
            records.End(id=record, fate=Fate.HELD, code="B102", owner=ENGINEER)
            for record in events.records_of(conn, [EventId(subject)]).values()
        ]
        events.settle(conn, {EventId(subject): (Fate.HELD, "failed")})
        records.settle(conn, ends, now)

    def _handle(self, conn: Connection, ids: Sequence[str]) -> Caseload | None:
        now = self._clock.now()
        todo = self._undecided(conn, list(dict.fromkeys(ids)))
        if not todo:
            return None
        load = Caseload(conn, self._journey, self._vault, self._matters, todo, now)
        for event, _ in todo:
            load.take(event)
        load.write()
        closed = self._dispatch.call(conn, load.concerns(), now)
        changed = {**closed, **self._evaluating.hear(conn, load.said, now)}
        self._latecomers.tell(
            conn, load.late, now
        )  # answers behind deliveries, as `hub.run.matters.moving` writes them
        events.settle(conn, load.fates)
        record_of = {event.id: event.record_id for event, _ in todo}
        # linked first: of a record with several events, `published` then writes over it
        fates = {
            record_of[i]: fate
            for wanted in (Fate.LINKED, Fate.PUBLISHED)
            for i, (fate, _) in load.fates.items()
            if fate is wanted
        }
        records.settle_from_casework(conn, fates, now)
        touched = {one.id: one for one in load.touched()} | changed
        self._dispatch.tell_incidents(conn, list(touched.values()), now)
        return load

    def _undecided(self, conn: Connection, ids: Sequence[str]) -> list[tuple[Event, Sighting]]:
        """Those of the events that nobody has decided about, in their order, as link rules see them."""
        here = {i: known for i in ids if (known := self._reports.get(i)) is not None}
        found = {i: here[i] for i in events.undecided(conn, here)}
        stored = events.load(conn, (i for i in ids if i not in here))
        waiting = [one for one in stored.values() if one.fate is None]
        texts = texts_of(self._vault, waiting, keys.of(conn, {one.event.record_id for one in waiting}))
        for one in waiting:
            found[one.event.id] = (one.event, self._journey.sight(one.event, texts[one.event.id]))
        return [found[i] for i in ids if i in found]

    def close(self) -> None:
        """Leaves the group."""
        self._consumer.close()


def _number(read: Iterable[Read]) -> int:
    """How many events; a message that tells of none counts as one that was handled."""
    return sum(max(len(events), 1) for _, events in read)


def _portions(read: Iterable[Read], most: int) -> Iterator[list[Read]]:
    """Whole messages, of about `most` events together: what one transaction takes."""
    portion: list[Read] = []
    for one in read:
        if portion and sum(len(events) for _, events in portion) + len(one[1]) > most:
            yield portion
            portion = []
        portion.append(one)
    if portion:
        yield portion


def moves_of(delivered: Sequence[Delivered]) -> Moves:
    """How far a batch moves each of its partitions."""
    moves: dict[Partition, tuple[int, int]] = {}
    for one in delivered:
        first, _ = moves.get((one.topic, one.part), (one.offset, 0))
        moves[one.topic, one.part] = (first, one.offset + 1)
    return moves
