"""Is the audit whole? Every chain computed anew from its blocks and the key, up to its sealed head."""

import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from hub.access.chain import Broken, Chain, ChainBlock, Fault, head_seal, verify
from hub.access.keyring import KeyRing
from hub.errors import HubError
from hub.store.tables import audit, audit_head

_PORTION: Final = 500


@dataclass(frozen=True, slots=True)
class Whole:
    """All of the audit is as it was written."""

    chains: int
    blocks: int
    rows: int


@dataclass(frozen=True, slots=True)
class Break:
    """The first block of `chain` that is not as it was written."""

    chain: str
    number: int
    fault: Fault


def examine_by(conn: Connection, ring: KeyRing) -> Whole | Break:
    """The audit's size, or its first break, by the keys of `ring`: retired ones verify blocks, and heads only while
    their rotation is under way."""
    retiring = ring.retired.get(ring.retiring, b"")
    return examine(conn, ring.audit, retired=tuple(ring.retired.values()), retiring=retiring)


def examine(
    conn: Connection, key: bytes, *, retired: Sequence[bytes] = (), retiring: bytes = b""
) -> Whole | Break:
    """The audit's size, or its first break, in order of chains. Reads in portions: the audit grows for years."""
    if conn.dialect.name == "postgresql":  # heads and blocks of one moment, while workers go on
        conn.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    heads = {r.chain: r for r in conn.execute(select(audit_head))}
    chains = blocks = rows = 0
    for name, stored in groupby(_blocks(conn), key=lambda one: one.worker_id):
        counted = _Counted(stored)
        head = heads.pop(name, None)
        said = verify(
            counted, since=Chain(name, key=key), head=head.digest if head else None, retired=retired
        )
        if isinstance(said, Broken):
            return Break(name, said.at, said.fault)
        if head is None or not any(_is_sealed(head, each) for each in (key, retiring) if each):
            return Break(name, said.number, Fault.OTHER_HEAD)
        chains, blocks, rows = chains + 1, blocks + said.number, rows + counted.rows
    for name in sorted(heads):  # a head without a chain: all of its blocks are gone
        return Break(name, 1, Fault.MISSING)
    return Whole(chains, blocks, rows)


def _is_sealed(head: Row[Any], key: bytes) -> bool:
    return hmac.compare_digest(head_seal(key, head.chain, head.seq, head.digest), head.seal)


def _blocks(conn: Connection) -> Iterator[ChainBlock]:
    query = select(audit).order_by(audit.c.chain, audit.c.seq)
    for r in conn.execute(query.execution_options(yield_per=_PORTION)):
        yield ChainBlock(r.chain, r.seq, r.previous, r.rows, r.digest)


class _Counted:
    """Blocks as they go by, and how many rows were in them."""

    def __init__(self, blocks: Iterator[ChainBlock]) -> None:
        self._blocks = blocks
        self.rows = 0

    def __iter__(self) -> Iterator[ChainBlock]:
        for block in self._blocks:
            self.rows += block.body.count("\n") + 1
            yield block


def broken(found: Break) -> HubError:
    """The break with its words; a chain without a key has its own."""
    if found.fault is Fault.UNKEYED:
        return HubError("A124", chain=found.chain)
    return HubError("A104", chain=found.chain, number=found.number, fault=found.fault.value)
