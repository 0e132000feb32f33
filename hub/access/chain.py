"""The audit chain: blocks of audit rows, each bound to the one before. Pure.

One chain a worker, one block a batch: processes do not queue for one chain. Digests are keyed, so that
nobody without the key can change, drop, swap or add a block and make the chain fit again; a sealed head
beside the chain tells blocks that were cut off its end. Where blocks are stored is for `hub.store`.
"""

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from hub.access.audit import AuditRow, row_of

GENESIS: Final = "0" * 64
"""The head of a chain that has no block."""


@dataclass(frozen=True, slots=True)
class ChainBlock:
    """The rows of one batch of one worker. `digest`: 64 hex digits over `body`, worker, number and `previous`."""

    worker_id: str
    number: int
    """From 1, without gaps."""
    previous: str
    body: str
    """A line (`AuditRow.line`) a row. What is stored is what is verified: a later form of the row breaks no
    old chain."""
    digest: str

    @property
    def rows(self) -> tuple[AuditRow, ...]:
        """The rows, read from `body`."""
        return tuple(map(row_of, self.body.split("\n"))) if self.body else ()


@dataclass(frozen=True, slots=True)
class Chain:
    """Where a worker's chain stands: `head` is the digest of block `number`. `key` makes the digests HMACs
    that nobody without it can make."""

    worker_id: str
    head: str = GENESIS
    number: int = 0
    key: bytes = field(default=b"", repr=False)

    def append(self, rows: Iterable[AuditRow]) -> ChainBlock:
        """The next block. The chain itself stays: use `after(block)` once the block is committed, so that a
        transaction that was rolled back leaves no gap. Raises Bug A110 for a row that holds more than codes."""
        lines = bytearray()
        for row in rows:  # a list of the lines would cost three times as much: each would keep its memory
            lines += row.line()
            lines += b"\n"
        body = lines[:-1].decode()
        number = self.number + 1
        digest = _digest(self.key, self.worker_id, number, self.head, body)
        return ChainBlock(self.worker_id, number, self.head, body, digest)

    def after(self, block: ChainBlock) -> "Chain":
        """The chain with `block` as its last."""
        return replace(self, head=block.digest, number=block.number)


def head_seal(key: bytes, worker_id: str, number: int, head: str) -> str:
    """64 hex digits that only who has `key` can put beside a chain's head."""
    return hmac.digest(key, f"head {worker_id} {number} {head}".encode(), "sha256").hex()


class Fault(StrEnum):
    """What is wrong with a chain."""

    CHANGED = "changed"
    """The block's body, number, worker or digest are not what they were."""
    MISSING = "missing"
    """The block before this one is absent, or blocks stand in another order."""
    UNKEYED = "unkeyed"
    """The block fits without a key: it was written before chains had one, or by someone who has none."""
    OTHER_HEAD = "other_head"
    """The chain ends elsewhere than the anchor says: blocks were cut off or added at the end."""


@dataclass(frozen=True, slots=True)
class Verified:
    """All blocks are as they were written; `head` and `number` are those of the last."""

    number: int
    head: str


@dataclass(frozen=True, slots=True)
class Broken:
    """The first block (`at`, its number) that does not fit, or the last where the end is wrong."""

    at: int
    fault: Fault


def verify(
    blocks: Iterable[ChainBlock], *, since: Chain, head: str | None = None, retired: Sequence[bytes] = ()
) -> Verified | Broken:
    """Whether `blocks`, in order, go on from `since` unchanged, and end at the anchor `head` where one is given.

    `since` is the chain before the first block: `Chain(worker_id, key=…)` for one that is whole. `retired` are the keys
    before its own, oldest first: behind a block of one key stands none of an older.
    """
    chain, keys = since, [*retired, since.key]
    for block in blocks:
        if (block.worker_id, block.number, block.previous) != (chain.worker_id, chain.number + 1, chain.head):
            return Broken(block.number, Fault.MISSING)
        while keys and not _fits(block, keys[0]):
            del keys[0]
        if not keys:
            plain = _digest(b"", block.worker_id, block.number, block.previous, block.body)
            return Broken(block.number, Fault.UNKEYED if plain == block.digest else Fault.CHANGED)
        chain = chain.after(block)
    if head is not None and head != chain.head:
        return Broken(chain.number, Fault.OTHER_HEAD)
    return Verified(chain.number, chain.head)


def _fits(block: ChainBlock, key: bytes) -> bool:
    digest = _digest(key, block.worker_id, block.number, block.previous, block.body)
    return hmac.compare_digest(digest, block.digest)


def _digest(key: bytes, worker_id: str, number: int, previous: str, body: str) -> str:
    # a JSON line has no line break, in its texts neither: head and rows cannot run into each other
    return hmac.digest(key, f"{worker_id} {number} {previous}\n{body}".encode(), "sha256").hex()
