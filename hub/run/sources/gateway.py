"""Requests that sources send us: authenticated by the adapter, stored, and only then answered. Beside them what somebody
who is signed in hands in on one of our own pages."""

import threading
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from itertools import count

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from hub.access.account import Result
from hub.access.audit import AuditRow
from hub.access.exits import Exit
from hub.access.vault import Vault
from hub.clock import Clock
from hub.errors import FixSettings, HubError, PeerRefused, Refused, TryLater
from hub.model import Mode
from hub.plugin import Adapter, Body, PeerReply, PeerRequest, Received, Receives
from hub.run.ground.ledger import Ledgers
from hub.run.ground.pressure import LATER_S, Pressure
from hub.run.sources.reception import Prepared, Reception, write
from hub.store.engine import Store

log = structlog.get_logger()


class Gateway:
    """The doors of all sources that push."""

    def __init__(
        self,
        sources: Collection[str],
        lent: Callable[[str], AbstractContextManager[Adapter]],
        is_on: Callable[[str], bool],
        *,
        vault: Vault,
        body_limit: int,
        store: Store,
        ledgers: Ledgers,
        pressure: Pressure,
        clock: Clock,
        worker: str,
    ) -> None:
        """`lent` gives the adapter of one of `sources` for one request; `is_on`: whether its plugin is."""
        self._is_on = is_on
        self._pressure, self._vault, self._body_limit = pressure, vault, body_limit
        self._sources, self._lent = sources, lent
        self._store, self._ledgers, self._clock, self._worker = store, ledgers, clock, worker
        self._arrivals = count(1)
        self._lock = threading.Lock()

    def receive(self, source: str, request: PeerRequest) -> PeerReply:
        """The protocol's own answer. Raises Refused P107 where no source takes requests under that name."""
        if source not in self._sources:
            raise Refused("P107")
        if not self._is_on(source):
            return _later(PeerReply(503))
        with self._lent(source) as adapter:
            if not isinstance(adapter, Receives):
                raise Refused("P107")
            return self._take(source, adapter, adapter, request)

    def hand_in(self, source: str, body: Body, note: Callable[[Connection], bool]) -> bool:
        """Stores what one of our own pages took for `source`, as if it had been pushed. `note` writes beside it, in the
        same transaction, and says whether it is new; what is not is stored no second time. Returns that.

        Raises FixSettings P305 where the settings configure no such source, TryLater P306 where it has to wait.
        """
        if source not in self._sources:
            raise FixSettings("P305", source=source)
        if self._pressure.is_on(source) or not self._is_on(source):
            raise TryLater("P306")
        with self._lent(source) as adapter:
            prepared = self._prepared(source, adapter, [body])
        with self._store.write() as conn:
            is_new = note(conn)
            stored = write(conn, prepared) if is_new else 0
        self._pressure.took(source, stored)
        return is_new

    def _take(self, source: str, adapter: Adapter, door: Receives, request: PeerRequest) -> PeerReply:
        try:
            received = door.receive(request)
        except PeerRefused as refused:
            self._note_refusal(source, refused)
            return PeerReply(refused.status, refused.body, refused.headers)
        except Exception as error:  # foreign code: its words may quote what was sent
            log.warning("receive_failed", source=source, error=type(error).__name__)
            return PeerReply(500)
        if received.bodies:
            try:
                if self._pressure.is_on(source):
                    return _later(received.failed)
                self._store_all(source, adapter, received.bodies)
            except (SQLAlchemyError, HubError) as error:
                log.warning("push_not_stored", source=source, error=type(error).__name__)
                return received.failed
        self._tell_stored(source, received)
        return received.reply

    def _prepared(self, source: str, adapter: Adapter, bodies: Sequence[Body]) -> Prepared:
        with self._lock:
            arrival = f"push:{self._worker}:{next(self._arrivals)}"
        reception = Reception(source, adapter, self._vault, body_limit=self._body_limit)
        return reception.prepare(bodies, arrival=arrival, mode=Mode.LIVE, now=self._clock.now())

    def _store_all(self, source: str, adapter: Adapter, bodies: Sequence[Body]) -> None:
        prepared = self._prepared(source, adapter, bodies)
        with self._store.write() as conn:
            stored = write(conn, prepared)
        self._pressure.took(source, stored)

    def _tell_stored(self, source: str, received: Received) -> None:
        """What is stored is acknowledged, also where the adapter fails at taking note of it."""
        try:
            received.stored()
        except Exception as error:  # foreign code: the next copy of this request will be a resend
            log.warning("stored_not_noted", source=source, error=type(error).__name__)

    def _note_refusal(self, source: str, refused: PeerRefused) -> None:
        log.warning("peer_refused", source=source, code=refused.code)
        now = self._clock.now()
        ledger = self._ledgers.mine()
        with self._store.write() as conn:
            ledger.append(
                conn,
                [
                    AuditRow(
                        at=now,
                        who=source,
                        exit=Exit.ERROR,
                        result=Result.DENY,
                        purpose="push",
                        fields=(),
                        reason=refused.code,
                    )
                ],
                now,
            )
        ledger.committed()


def _later(failed: PeerReply) -> PeerReply:
    """What the protocol says where storing failed, and when to come again."""
    return replace(failed, headers={"retry-after": str(LATER_S), **failed.headers})
