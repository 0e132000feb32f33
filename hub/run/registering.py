"""The registrar: puts what happened into dossiers, and their heads into anchors. One at a time, by lease.

Beside the clockwork and not in it: deadlines never wait for it, and no whistle's move does. What it is behind is
found by itself and caught up with.
"""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Final

import structlog

from hub.bus.message import Fenced
from hub.clock import Clock, is_due
from hub.run import anchorfiles
from hub.run.filing import Filing
from hub.run.trouble import code_of, is_of_the_batch
from hub.store import dossiers, leases
from hub.store.engine import Store
from hub.whistle.anchors import Head, Signer, mark_of

log = structlog.get_logger()

LEASE: Final = "registrar"
_HEADS: Final = 1_000
"""Heads a line: an export carries the whole line that names its own."""


class Registrar:
    """One candidate for the one writer."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        worker: str,
        lease_s: float,
        filing: Filing,
        anchors: Path | None,
        anchor_every: timedelta,
        signer: Callable[[], Signer],
    ) -> None:
        """`anchors` None: dossiers are chained, and nothing is anchored. `signer` is asked for each time: keys rotate."""
        self._store, self._clock, self._filing = store, clock, filing
        self._lease = leases.Holding(store, LEASE, worker, timedelta(seconds=lease_s))
        self._anchors, self._every, self._signer = anchors, anchor_every, signer
        self._next_anchor = clock.now()

    def step(self) -> int:
        """Files one portion; returns how much that was. 0 while another does it."""
        now = self._clock.now()
        held = self._lease.at(now)
        if held is None:
            return 0
        try:
            with self._store.write() as conn:
                leases.hold(conn, held)
                done = self._filing.portion(conn, now)
        except Fenced:  # another one files, or looks were begun anew: what was taken is taken again
            self._lease.lost()
            return 0
        except Exception as error:
            if not is_of_the_batch(error):
                raise
            # Nothing is lost by it: what is not filed stays so, and `doctor` tells how much that is (D161).
            log.warning("filing_failed", code=code_of(error), error=type(error).__name__)
            return 0
        if self._anchors is not None and is_due(self._next_anchor, now, within=self._every):
            self.anchor(held)
            self._next_anchor = now + self._every
        return done

    def paced(self) -> int:
        """One step, after which a loop rests whatever it did: a portion of each table four times a second is more than a
        city's storm brings, and in a back-fill the cores belong to those who call departments."""
        self.step()
        return 0

    def close(self) -> None:
        """Whoever comes next need not wait."""
        self._lease.give_back()

    def catch_up(self, portions: int) -> int:
        """Files until nothing is left, up to so many portions; returns how many it did."""
        for done in range(portions):
            if not self.step():
                return done
        return portions

    def anchor(self, held: leases.Lease) -> int:
        """Anchors every dossier that has grown; returns how many. What is written and not noted is written again."""
        anchored = 0
        while self._anchors is not None:
            with self._store.read() as conn:
                grown = dossiers.unanchored(conn, _HEADS)
            if not grown:
                break
            heads = [Head(mark_of(one.whistle_id), one.seq, one.head) for one in grown]
            anchorfiles.append(self._anchors, self._signer(), heads, self._clock.now())
            with self._store.write() as conn:
                leases.hold(conn, held)
                dossiers.mark_anchored(conn, grown)
            anchored += len(grown)
        return anchored
