"""The registrar: puts what happened into dossiers, and their heads into anchors. One at a time, by lease.

Beside the clockwork and not in it: deadlines never wait for it, and no whistle's move does. What it is behind is
found by itself and caught up with.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

import orjson
import structlog

from hub.bus.message import Fenced
from hub.clock import Clock, is_due
from hub.errors import TryLater
from hub.run.dossier import anchorfiles, anchorindex, auditanchors
from hub.run.dossier.anchorindex import AnchorIndex
from hub.run.dossier.filing import Filing
from hub.run.ground.trouble import code_of, is_of_the_batch
from hub.store import dossiers, facts, leases
from hub.store.engine import Store
from hub.whistle.anchors import Head, Signer, mark_of
from hub.whistle.dossier import Chain, Entry, follow

log = structlog.get_logger()
LEASE: Final = "registrar"
NOT_ANCHORED: Final = "not_anchored"
"""The fact that dossiers were not anchored: [how many, one of them]."""
AUDIT_NOT_ANCHORED: Final = "audit_not_anchored"
"""The same of chains of the audit."""
_CODES: Final = {NOT_ANCHORED: "D162", AUDIT_NOT_ANCHORED: "D163"}
_HEADS: Final = 1_000
"""Heads a line: an export carries the whole line that names its own."""


@dataclass(frozen=True, slots=True)
class _Grown:
    """A dossier as it was anchored last, as the store says that it stands now, and the entries in between."""

    mark: str
    before: Chain | None
    """None: it never was."""
    now: Chain
    links: Sequence[Entry]

    def goes_on(self) -> bool:
        """Whether those entries lead from the one to the other."""
        if self.before is None:
            return True
        between = (entry for entry in self.links if entry.seq <= self.now.seq)
        return follow(self.before, between) == self.now

    @property
    def head(self) -> Head:
        """As an anchor says it."""
        return Head(self.mark, self.now.seq, self.now.head)


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
        self._refused: dict[str, int] = {}

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
        """Anchors every dossier that has grown; returns how many. One whose chain does not go on from what was anchored
        of it last is not signed: doctor names it (D162) for as long as that is so. Raises TryLater V109 where the anchors
        cannot be read or written."""
        if self._anchors is None:
            return 0
        done, refused = 0, list[str]()
        try:
            with anchorindex.opened(self._anchors) as index:
                for grown in self._grown(index):
                    going_on, astray = _parted(grown)
                    refused += [one.now.whistle_id for one in astray]
                    # What was signed and could not be noted in the store is not signed again.
                    if heads := [one.head for one in going_on if one.now != one.before]:
                        anchorfiles.append(self._anchors, self._signer(), heads, self._clock.now())
                    with self._store.write() as conn:
                        leases.hold(conn, held)
                        dossiers.mark_anchored(conn, [one.now for one in going_on])
                    done += len(going_on)
                chains = auditanchors.append(
                    self._anchors, self._store, held, index, self._signer, self._clock.now()
                )
        except OSError:
            raise TryLater("V109", name=str(self._anchors)) from None
        self._tell(held, NOT_ANCHORED, refused)
        self._tell(held, AUDIT_NOT_ANCHORED, chains.refused)
        return done + chains.number

    def _grown(self, index: AnchorIndex) -> Iterator[list[_Grown]]:
        """Dossiers that have grown by what the store says, a line's worth at a time."""
        after = ""
        while True:
            with self._store.read() as conn:
                heads = dossiers.unanchored(conn, after, _HEADS)
                if not heads:
                    return
                marks = {one.whistle_id: mark_of(one.whistle_id) for one in heads}
                last = index.last(marks.values())
                before = {
                    id_: Chain(id_, last[mark].seq, last[mark].digest)
                    for id_, mark in marks.items()
                    if mark in last
                }
                links = dossiers.links(conn, before)
            yield [
                _Grown(marks[id_], before.get(id_), one, links.get(id_, []))
                for id_, one in zip(marks, heads, strict=True)
            ]
            after = heads[-1].whistle_id

    def _tell(self, held: leases.Lease, what: str, refused: Sequence[str]) -> None:
        """For doctor. What who writes to the store takes away of it is said again at the next anchor."""
        before = self._refused.get(what)
        if not refused and before == 0:
            return
        with self._store.write() as conn:
            leases.hold(conn, held)
            if refused:
                facts.put(conn, what, orjson.dumps([len(refused), refused[0]]).decode())
            else:
                facts.drop(conn, what)
        if len(refused) > (before or 0):
            log.error("chain_not_anchored", code=_CODES[what], id=refused[0])
        self._refused[what] = len(refused)


def _parted(grown: Iterable[_Grown]) -> tuple[list[_Grown], list[_Grown]]:
    """Those that go on from what was anchored, and those that do not."""
    going_on: list[_Grown] = []
    astray: list[_Grown] = []
    for one in grown:
        (going_on if one.goes_on() else astray).append(one)
    return going_on, astray
