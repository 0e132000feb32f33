"""Fetches the files that one source's reports came with, one after the other; a slow source delays no other.

A loop of its own beside the source's intake, under a lease of its own: intake never waits for a file. What
passes by itself is tried again with a growing rest, a bounded number of times; what does not is a state with
a code, which `gridplus explain` and `doctor` tell.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from sqlalchemy import Connection

from hub.access.vault import DataKey, Vault
from hub.clock import Clock
from hub.errors import Refused
from hub.intake.filetypes import CODES, HEAD, KEPT, kind_of
from hub.intake.links import Following, carried
from hub.model import AttachmentState
from hub.run.ground.sealing import FILE_SEALED_AT, open_link
from hub.run.sources.fetching import LONGEST_S, MOST_BYTES, Fetching, Later, NotFetched
from hub.store import attachments, keys, leases
from hub.store.attachments import Got, Wanted
from hub.store.engine import Store

TRIES: Final = 6
_FIRST_REST: Final = timedelta(seconds=30)
"""Doubled with each try: the last one is a quarter of an hour after the first."""
_BATCH: Final = 16
_STEP_S: Final = 20.0
"""No file is begun after so long in one step: a worker is seen to be alive (real seconds)."""
MENDABLE: Final = ("F101", "F102", "F104", "F109", "F112")
"""Ends after which fetching may succeed once somebody has mended something: pack, certificate, server."""
LEASE_S: Final = 3 * LONGEST_S


class Attachments:
    """One source's worker."""

    def __init__(
        self,
        source: str,
        following: Following,
        *,
        fetching: Fetching,
        store: Store,
        vault: Vault,
        clock: Clock,
        ticks: Callable[[], float],
        worker: str,
        lease_s: float,
    ) -> None:
        self.source: Final = source
        self._following, self._fetching = following, fetching
        self._store, self._vault, self._clock, self._ticks = store, vault, clock, ticks
        self._worker, self._lease_length = worker, timedelta(seconds=lease_s)

    def step(self) -> int:
        """Fetches a few of those that are due; returns how many. Raises Fenced where one took too long.

        The lease is asked for only where there is something to fetch: a source without files costs no write.
        """
        with self._store.read() as conn:
            due = attachments.due(conn, self.source, self._clock.now(), _BATCH)
            data_keys = keys.of(conn, (one.record_id for one in due)) if due else {}
        began, done = self._ticks(), 0
        held: leases.Lease | None = None
        for one in due:
            held = self._lease()
            if held is None or self._ticks() - began > _STEP_S:
                break
            self._settle(held, one, self._fetch(one, data_keys.get(one.record_id)))
            done += 1
        if held is not None:
            leases.give_back(self._store, held)
        return done

    def _lease(self) -> leases.Lease | None:
        """Taken, or prolonged before each file."""
        name = f"attachments:{self.source}"
        return leases.take(self._store, name, self._worker, self._clock.now(), self._lease_length)

    def _fetch(self, one: Wanted, key: DataKey | None) -> Got | Later:
        if key is None:
            return Got(state=AttachmentState.REFUSED, code="F110")
        try:
            url = open_link(self._vault, key, one.sealed_ref).url
        except Refused as damaged:  # it ends alone: the files behind it go on
            return Got(state=AttachmentState.REFUSED, code=damaged.code)
        content = carried(url)
        if content is None:
            outcome = self._fetching.fetch(url, self._following)
            if isinstance(outcome, Later):
                return outcome
            if isinstance(outcome, NotFetched):
                return Got(state=outcome.state, code=outcome.code)
            content = outcome.content
        elif len(content) > MOST_BYTES:
            return Got(state=AttachmentState.REFUSED, code="F106")
        return self._kept(key, content)

    def _kept(self, key: DataKey, content: bytes) -> Got:
        kind = kind_of(content[:HEAD])
        known = {"kind": kind.value, "size": len(content)}
        if kind not in KEPT:
            return Got(state=AttachmentState.UNREADABLE, code=CODES[kind], **known)  # type: ignore[arg-type]  # as named
        return Got(
            state=AttachmentState.FETCHED,
            kind=kind.value,
            size=len(content),
            digest=self._vault.fingerprint(content),
            sealed=self._vault.seal(key, FILE_SEALED_AT, content),
        )

    def _settle(self, held: leases.Lease, one: Wanted, got: Got | Later) -> None:
        with self._store.write() as conn:
            leases.hold(conn, held)
            if isinstance(got, Got):
                attachments.settle(conn, one.id, got)
            else:
                self._rest(conn, one, got)

    def _rest(self, conn: Connection, one: Wanted, later: Later) -> None:
        if one.attempts + 1 >= TRIES:
            attachments.settle(conn, one.id, Got(state=AttachmentState.EXPIRED, code="F112"))
        else:
            again = self._clock.now() + _FIRST_REST * 2**one.attempts
            attachments.try_again(conn, one.id, later.code, again)
