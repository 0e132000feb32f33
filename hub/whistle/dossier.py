"""一哨一档: the file of one whistle as a chain of entries, each bound to the one before. Pure.

    field  = H(["field", salt, name, value])
    inner  = H(["inner", [field, …]])           in the order of the digests
    entry  = H(["entry", previous, whistle, seq, algorithm, inner])

Every field is salted and hashed by itself; of what kind an entry is and when it happened is a field like the others
(`ENTRY`). Whoever is shown a field gets its salt and can compute its digest. Of an entry of which nothing is shown its
`inner` is enough, and tells nothing: neither kind nor moment, neither names nor number of its fields; of one of which
something is shown, the rest are digests without a name. The same head comes out for every reader. What is hashed is JSON
with sorted keys, without blanks, in UTF-8. Where entries are stored is for `hub.store`, what they say for
`hub.run.dossier.filing`.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from typing import Final

from cryptography.hazmat.primitives import hashes

from hub.jsonform import canonical

GENESIS: Final = "0" * 64
"""The head of a dossier that has no entry."""
FORMAT: Final = 2
"""How exported dossiers are written: the number changes with what is hashed."""
ENTRY: Final = "entry"
"""The field that says of what kind an entry is and when it happened: [kind, moment]."""


_SALT_BYTES: Final = 16


class Algorithm(StrEnum):
    """What digests are made with; each entry says with which, so that old ones verify after a change."""

    SHA256 = "sha256"
    SM3 = "sm3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One link of a whistle's chain."""

    whistle_id: str
    seq: int
    """From 1, without gaps: the order in which it was put into the file."""
    algorithm: Algorithm
    previous: str
    inner: str
    """Stands for all fields."""
    digest: str


@dataclass(frozen=True, slots=True)
class Chain:
    """Where a dossier stands: `head` is the digest of entry `seq`."""

    whistle_id: str
    seq: int = 0
    head: str = GENESIS

    def append(self, inner: str, algorithm: Algorithm) -> Entry:
        """The next entry; the chain itself stays."""
        seq = self.seq + 1
        return Entry(
            whistle_id=self.whistle_id,
            seq=seq,
            algorithm=algorithm,
            previous=self.head,
            inner=inner,
            digest=_digest(self.head, self.whistle_id, seq, algorithm, inner),
        )

    def after(self, entry: Entry) -> "Chain":
        """The chain with `entry` as its last."""
        return Chain(self.whistle_id, entry.seq, entry.digest)


class Fault(StrEnum):
    """What is wrong with a dossier's chain."""

    CHANGED = "changed"
    """An entry is not what its digest was made of."""
    MISSING = "missing"
    """The entry before this one is absent, or entries stand in another order, or belong to another whistle."""


@dataclass(frozen=True, slots=True)
class Broken:
    """The first entry that does not fit, by its place in what was read."""

    at: int
    fault: Fault


def verify(entries: Iterable[Entry], whistle_id: str) -> Chain | Broken:
    """The chain that `entries`, in order, are; or the first that does not fit. Whether fields are those that `inner`
    stands for is asked beside it."""
    return follow(Chain(whistle_id), entries)


def follow(chain: Chain, entries: Iterable[Entry]) -> Chain | Broken:
    """The chain with `entries`, in order, behind it; or the first that does not fit there."""
    whistle_id, seq, head = chain.whistle_id, chain.seq, chain.head
    for place, entry in enumerate(entries, 1):
        seq += 1
        if (entry.whistle_id, entry.seq, entry.previous) != (whistle_id, seq, head):
            return Broken(place, Fault.MISSING)
        if digest_of(entry) != entry.digest:
            return Broken(place, Fault.CHANGED)
        head = entry.digest
    return Chain(whistle_id, seq, head)


def digest_of(entry: Entry) -> str:
    """64 hex digits over all that the entry says, and the one before it."""
    return _digest(entry.previous, entry.whistle_id, entry.seq, entry.algorithm, entry.inner)


def _digest(previous: str, whistle_id: str, seq: int, algorithm: Algorithm, inner: str) -> str:
    return hashed(algorithm, canonical(["entry", previous, whistle_id, seq, algorithm, inner]))


def inner_of(algorithm: Algorithm, fields: Iterable[str]) -> str:
    """64 hex digits that stand for all fields of an entry, by their digests."""
    return hashed(algorithm, canonical(["inner", sorted(fields)]))


def field_digest(algorithm: Algorithm, salt: bytes, name: str, value: object) -> str:
    """64 hex digits that stand for a field's value; without its salt nobody can try values against them."""
    return hashed(algorithm, canonical(["field", salt.hex(), name, value]))


def digests_of(algorithm: Algorithm, seed: bytes, values: Mapping[str, object]) -> dict[str, str]:
    """Field → digest, of the entry that has this seed."""
    made: dict[str, str] = {}
    keyed = blake2b(key=seed, digest_size=_SALT_BYTES)
    for name, value in values.items():
        salt = keyed.copy()  # as `salt_of`, at half its cost
        salt.update(name.encode())
        made[name] = hashed(algorithm, canonical(["field", salt.hexdigest(), name, value]))
    return made


def salt_of(seed: bytes, name: str) -> bytes:
    """16 bytes for the field `name` of the entry that has this seed."""
    return blake2b(name.encode(), key=seed, digest_size=_SALT_BYTES).digest()


def hashed(algorithm: Algorithm, content: bytes) -> str:
    """64 hex digits."""
    if algorithm is Algorithm.SHA256:
        return hashlib.sha256(content).hexdigest()
    sm3 = hashes.Hash(hashes.SM3())  # GB/T 32905; hashlib has it in some builds only
    sm3.update(content)
    return sm3.finalize().hex()
