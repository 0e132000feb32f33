"""The relay: outbox → Kafka. One leader by lease."""

from datetime import timedelta
from typing import Final

from hub.bus import Bus, Fenced
from hub.clock import Clock
from hub.store import leases, outbox
from hub.store.engine import Store

LEASE: Final = "relay"
_PORTION: Final = 4
"""Batches that one look takes: Kafka and the mark cost a round trip a portion, and a casework batch alone is some
three messages an event."""


class Relay:
    """Carries what the outbox holds."""

    def __init__(
        self,
        *,
        store: Store,
        bus: Bus,
        clock: Clock,
        worker: str,
        lease_s: float,
        batch: int,
    ) -> None:
        self._store, self._bus = store, bus
        self._clock, self._batch = clock, batch
        self._lease = leases.Holding(store, LEASE, worker, timedelta(seconds=lease_s))

    def step(self) -> int:
        """Sends one portion; returns how many messages left. Raises TryLater where Kafka is away."""
        if self._bus.outbox_is_log:
            return 0
        held = self._lease.at(self._clock.now())
        if held is None:
            return 0
        try:
            return self._publish(held)
        except Fenced:
            self._lease.lost()  # or it would go on repeating what another carries by now
            raise

    def _publish(self, held: leases.Lease) -> int:
        most = _PORTION * self._batch
        portion = outbox.unsent(self._store, most)
        if not portion:
            return 0
        for start in range(0, len(portion), most):
            if start:
                self._go_on(held)
            self._bus.publish([(message, part) for _, part, message in portion[start : start + most]])
        with self._store.write() as conn:
            leases.hold(conn, held)
            outbox.mark_sent(conn, [seq for seq, _, _ in portion])
        return len(portion)

    def _go_on(self, held: leases.Lease) -> None:
        """Returns where more may be carried in this step: the lease stands, prolonged where it was time. Raises Fenced."""
        if self._lease.at(self._clock.now()) != held:
            raise Fenced
        with self._store.read() as conn:
            leases.hold(conn, held)
