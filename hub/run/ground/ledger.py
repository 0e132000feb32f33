"""The audit chain of one worker: rows of a batch become one block, written in the batch's transaction.

Each worker thread has a chain of its own, so that nobody queues for one. If a batch is rolled back,
so is its block: the chain moves on only with `committed`.
"""

import itertools
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, select

from hub.access.audit import AuditRow
from hub.access.chain import Chain, ChainBlock, head_seal
from hub.bus.message import Fenced
from hub.store.copying import insert_new
from hub.store.engine import Store, insert
from hub.store.moments import to_us
from hub.store.tables import audit, audit_head


class Ledger:
    """One worker's audit. `worker_id` is unique among all that ever wrote, or goes on from where it was."""

    def __init__(
        self, worker_id: str, store: Store, *, key: bytes, renewed: Callable[[], bytes] | None = None
    ) -> None:
        """`renewed` is asked for the key of the moment; None: it is always `key`."""
        self._renewed = renewed or (lambda: key)
        with store.read() as conn:
            self._chain = _stored(conn, Chain(worker_id, key=key))
        self._pending: ChainBlock | None = None

    def append(self, conn: Connection, rows: Sequence[AuditRow], at: datetime) -> None:
        """Writes one block of `rows`; nothing where there are none. At most once a transaction.

        Raises Fenced where the chain stands further than this ledger knows: its last commit held, although
        the answer got lost. It has looked by then, so the transaction can be tried again. So it can where the key
        was retired in this very moment.
        """
        self._pending = None
        if not rows:
            return
        self._chain = replace(self._chain, key=self._renewed())
        block = self._chain.append(rows)
        written = insert_new(
            conn,
            audit,
            [
                {
                    "chain": block.worker_id,
                    "seq": block.number,
                    "made_us": to_us(at),
                    "previous": block.previous,
                    "digest": block.digest,
                    "rows": block.body,
                }
            ],
        )
        if not written:
            self._chain = _stored(conn, self._chain)
            raise Fenced
        if self._renewed() != self._chain.key:
            raise Fenced  # looked at again with our block in place: who retires a key waits for those before it
        self._note_head(conn, block)
        self._pending = block

    def _note_head(self, conn: Connection, block: ChainBlock) -> None:
        """Blocks that are cut off the end of a chain leave its head behind."""
        seal = head_seal(self._chain.key, block.worker_id, block.number, block.digest)
        row = {"chain": block.worker_id, "seq": block.number, "digest": block.digest, "seal": seal}
        insert(conn, audit_head, [row], update=("seq", "digest", "seal"))

    def begin(self) -> None:
        """A new transaction: a block of one that was rolled back is forgotten."""
        self._pending = None

    def committed(self) -> None:
        """The transaction of the last `append` holds."""
        if self._pending is not None:
            self._chain = self._chain.after(self._pending)
            self._pending = None


@contextmanager
def written(store: Store, ledger: Ledger, at: datetime) -> Iterator[tuple[Connection, list[AuditRow]]]:
    """A transaction and its lines of the audit, which hold together: the caller adds rows to the list."""
    rows = list[AuditRow]()
    ledger.begin()
    with store.write() as conn:
        yield conn, rows
        ledger.append(conn, rows, at)
    ledger.committed()


def noted(store: Store, ledger: Ledger, row: AuditRow) -> None:
    """Writes `row` in a transaction of its own: for a look or a refusal that changes nothing else."""
    with written(store, ledger, row.at) as (_, rows):
        rows.append(row)


def _stored(conn: Connection, chain: Chain) -> Chain:
    """`chain` as far as it is stored."""
    last = conn.execute(
        select(audit.c.seq, audit.c.digest)
        .where(audit.c.chain == chain.worker_id)
        .order_by(audit.c.seq.desc())
        .limit(1)
    ).first()
    return replace(chain, head=last.digest, number=last.seq) if last else chain


class Ledgers:
    """A ledger for each thread of one worker: threads of the web worker do not queue for one chain either."""

    def __init__(
        self, worker: str, store: Store, *, key: bytes, renewed: Callable[[], bytes] | None = None
    ) -> None:
        self._renewed = renewed
        self._worker, self._store, self._key = worker, store, key
        self._mine = threading.local()
        self._count = itertools.count(1)

    def mine(self) -> Ledger:
        """This thread's ledger, made at first use."""
        ledger: Ledger | None = getattr(self._mine, "ledger", None)
        if ledger is None:
            ledger = self._mine.ledger = Ledger(
                f"{self._worker}/{next(self._count)}", self._store, key=self._key, renewed=self._renewed
            )
        return ledger
