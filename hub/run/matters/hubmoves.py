"""The moves that are the hub's to make by the clock: a matter rises, a pause ends, a whistle is archived.

Each holds in the transaction of who asks, with all that follows from it: whom the higher level calls is called, and
everybody hears what they would hear if a person had done it.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from hub.model import Actor, IncidentId, IncidentState, Move
from hub.pack import Pack
from hub.run.matters.deciding import Deciding
from hub.run.matters.dispatch import Dispatch
from hub.run.matters.round import By, Round
from hub.run.matters.ticks import Due
from hub.store import incidents, whistles


class Moves(Protocol):
    """Who makes what clockwork finds due."""

    def begin(self) -> None:
        """A new transaction."""
        ...

    def committed(self) -> None:
        """It holds."""
        ...

    def make(self, conn: Connection, due: Due, now: datetime) -> int:
        """One move; 0 where somebody moved the whistle since. Raises Refused where it cannot be made."""
        ...

    def archive(self, conn: Connection, ripe: Sequence[Due], now: datetime) -> int:
        """Archives those of them that nobody moved since; returns how many. Raises Refused where one cannot be."""
        ...

    def close_announced(self, conn: Connection, id_: IncidentId, now: datetime) -> int:
        """Closes a matter whose announced end has passed; 0 where it is open for another reason by now."""
        ...


class HubMoves:
    """Makes them through the one door that writes moves; what it takes is made when the first one is due."""

    def __init__(self, dispatch: Callable[[], Dispatch], pack: Pack) -> None:
        self._make_dispatch, self._pack = dispatch, pack
        self._dispatch: Dispatch | None = None

    def begin(self) -> None:
        """A new transaction: what one before it wrote to the audit chain and rolled back is forgotten."""
        if self._dispatch is not None:
            self._dispatch.begin()

    def committed(self) -> None:
        """The audit chain may go on from it."""
        if self._dispatch is not None:
            self._dispatch.committed()

    def make(self, conn: Connection, due: Due, now: datetime) -> int:
        """RESUME or ARCHIVE of the whistle, or UPGRADE of its matter with all its whistles, of the whistle alone where its
        matter stands above it already; 0 where somebody moved it since. Raises Refused (W110, W120) where it cannot be
        made."""
        one = whistles.held(conn, [due.whistle]).get(due.whistle)
        if one is None or one.version != due.version:
            return 0
        deciding = Deciding(conn, self._ready(), self._pack, by="", at=now)
        if due.move is Move.UPGRADE:
            deciding.rise(one)
        else:
            deciding.decide(one.id, due.move, actor=Actor.HUB)
        return 1

    def archive(self, conn: Connection, ripe: Sequence[Due], now: datetime) -> int:
        """Archives those of them that nobody moved since, in one round; returns how many: a mark that was given
        meanwhile is a last word, from which the time runs anew. A matter all of whose leads are in the archive is
        verified. Raises Refused (W101, W120) where one of them cannot be archived."""
        standing = whistles.held_together(conn, [one.whistle for one in ripe])
        by, round_ = By(actor=Actor.HUB, at=now), Round()
        seen = {one.whistle: one.version for one in ripe}
        still = [one for one in standing.values() if seen.get(one.id) == one.version]
        for one in still:
            round_.move(one, Move.ARCHIVE, by)
        matters = incidents.load(conn, {one.incident_id for one in still})
        self._ready().settle_all(conn, round_, matters, standing.values(), now)
        return len(still)

    def close_announced(self, conn: Connection, id_: IncidentId, now: datetime) -> int:
        """Closes it, and who reported it hears so; where departments are at it they go on, and it is announced no more."""
        incidents.lock_rows(conn, [id_])
        one = incidents.load(conn, [id_]).get(id_)
        if one is None or one.state is not IncidentState.OPEN or one.until is None or one.until > now:
            return 0
        self._ready().end_announced(conn, one, now)
        return 1

    def _ready(self) -> Dispatch:
        if self._dispatch is None:
            self._dispatch = self._make_dispatch()
        return self._dispatch
