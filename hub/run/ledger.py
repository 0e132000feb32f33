"""The audit chain of one worker: rows of a batch become one block, written in the batch's transaction.

Each worker process has a chain of its own, so that processes do not queue for one. If a batch is
rolled back, so is its block: the head moves only on `committed`.
"""

import itertools
import threading
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from hub.access.audit import AuditRow, Chain, ChainBlock
from hub.jsonform import dumps
from hub.store.engine import Store, insert
from hub.store.moments import to_us
from hub.store.tables import audit


class Ledger:
    """One worker's audit."""

    def __init__(self, chain: str, store: Store) -> None:
        self._chain = chain
        with store.read() as conn:
            last = conn.execute(
                select(audit.c.seq, audit.c.digest).where(audit.c.chain == chain).order_by(audit.c.seq.desc())
            ).first()
        self._seq, self._head = (last.seq, last.digest) if last else (0, "")
        self._pending: ChainBlock | None = None

    def append(self, conn: Connection, rows: Sequence[AuditRow], at: datetime) -> None:
        """Writes one block of `rows`; nothing where there are none."""
        if not rows:
            return
        block = Chain(self._chain, self._head, self._seq).append(rows)
        insert(
            conn,
            audit,
            [
                {
                    "chain": self._chain,
                    "seq": block.seq,
                    "made_us": to_us(at),
                    "previous": block.previous,
                    "digest": block.digest,
                    "rows": dumps(block.rows),
                }
            ],
        )
        self._pending = block

    def committed(self) -> None:
        """The transaction of the last `append` holds."""
        if self._pending is not None:
            self._seq, self._head, self._pending = self._pending.seq, self._pending.digest, None


class Ledgers:
    """A ledger for each thread of one worker: threads of the web worker do not queue for one chain either."""

    def __init__(self, worker: str, store: Store) -> None:
        self._worker, self._store = worker, store
        self._mine = threading.local()
        self._count = itertools.count(1)

    def mine(self) -> Ledger:
        """This thread's ledger, made at first use."""
        ledger: Ledger | None = getattr(self._mine, "ledger", None)
        if ledger is None:
            ledger = self._mine.ledger = Ledger(f"{self._worker}/{next(self._count)}", self._store)
        return ledger
