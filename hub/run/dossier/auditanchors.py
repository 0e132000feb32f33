"""Heads of the audit's chains in the anchors, beside those of dossiers; and whether the audit still is what they say.

The chains themselves are keyed: nobody without the key can change one. Whoever has database and key can; but not what
stands, signed, in a directory elsewhere.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from hub.errors import HubError
from hub.run.dossier import anchorfiles
from hub.run.dossier.anchorindex import AnchorIndex
from hub.run.dossier.keptanchors import Lines
from hub.store import audits, leases
from hub.store.audits import ChainHead
from hub.store.engine import Store
from hub.whistle.anchors import CHAIN_MARK, Head, Signer, mark_of_chain

_HEADS: Final = 1_000
"""Heads a line."""
_PORTION: Final = 500


@dataclass(frozen=True, slots=True)
class Anchored:
    """How many chains were anchored, and the names of those whose anchored block does not stand any more."""

    number: int
    refused: Sequence[str]


def append(
    place: Path,
    store: Store,
    held: leases.Lease,
    index: AnchorIndex,
    signer: Callable[[], Signer],
    at: datetime,
) -> Anchored:
    """Anchors every chain that has grown. Raises TryLater V109."""
    number, after, refused = 0, "", list[str]()
    while True:
        with store.read() as conn:
            heads = audits.unanchored(conn, after, _HEADS)
            if not heads:
                return Anchored(number, refused)
            going_on = _going_on(conn, heads, index)
        refused += [one.chain for one in heads if one not in going_on]
        if going_on:
            marked = [Head(mark_of_chain(one.chain), one.seq, one.digest) for one in going_on]
            anchorfiles.append(place, signer(), marked, at)
            with store.write() as conn:
                leases.hold(conn, held)
                audits.mark_anchored(conn, going_on)
        number, after = number + len(going_on), heads[-1].chain


def _going_on(conn: Connection, heads: Sequence[ChainHead], index: AnchorIndex) -> list[ChainHead]:
    """Those of which the block that was anchored last still stands, if ever one was."""
    last = index.last([mark_of_chain(one.chain) for one in heads])
    before = {one.chain: last[mark] for one in heads if (mark := mark_of_chain(one.chain)) in last}
    stands = audits.digests_at(conn, [(name, head.seq) for name, head in before.items()])
    return [
        one
        for one in heads
        if one.chain not in before
        or stands.get((one.chain, before[one.chain].seq)) == before[one.chain].digest
    ]


@dataclass(frozen=True, slots=True)
class Compared:
    """How many anchors there were, how many of them speak of the audit, and what does not fit."""

    anchors: int
    points: int
    findings: tuple[HubError, ...]


def compare(conn: Connection, lines: Iterable[bytes], keys: Sequence[bytes]) -> Compared:
    """Whether every block that the anchors name stands as they say. Read once, by portions: a district's fill years.

    A126 names the first block of a chain that differs, A127 a chain that is gone, V116, V119, V121, V122 what is wrong
    with the lines.
    """
    read = Lines(lines, keys)
    names = {mark_of_chain(name): name for name in audits.chains(conn)}
    found: dict[str, HubError] = {}
    number = 0
    points = _points(read)
    while portion := list(islice(points, _PORTION)):
        number += len(portion)
        stands = audits.digests_at(
            conn, [(names[head.mark], head.seq) for _, head in portion if head.mark in names]
        )
        for at, head in portion:
            name = names.get(head.mark)
            if name is None:
                found.setdefault(head.mark, HubError("A127", at=at, mark=head.mark))
            elif stands.get((name, head.seq)) != head.digest:
                found.setdefault(head.mark, HubError("A126", chain=name, number=head.seq, at=at))
    return Compared(read.number, number, (*read.findings, *found.values()))


def _points(read: Lines) -> Iterator[tuple[str, Head]]:
    for one in read.signed():
        yield from ((one.at, head) for head in one.heads if head.mark.startswith(CHAIN_MARK))
