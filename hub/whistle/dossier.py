"""一哨一档: the file of one whistle as a chain of entries, each bound to the one before. Pure.

    field  = H(["field", salt, name, value])
    entry  = H(["entry", previous, whistle, seq, kind, at, algorithm, [[name, field] …]])

The chain covers digests of single fields, each salted: whoever is shown a field gets its salt and can compute the
digest; a field that is masked or withheld stays a digest, tells nothing, and the same head comes out. What is hashed
is JSON with sorted keys, without blanks, in UTF-8. Where entries are stored is for `hub.store`, what they say for
`hub.run.filing`.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from typing import Any, Final

import orjson
from cryptography.hazmat.primitives import hashes

GENESIS: Final = "0" * 64
"""The head of a dossier that has no entry."""


class Algorithm(StrEnum):
    """What digests are made with; each entry says with which, so that old ones verify after a change."""

    SHA256 = "sha256"
    SM3 = "sm3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that happened to a whistle."""

    whistle_id: str
    seq: int
    """From 1, without gaps: the order in which it was put into the file."""
    kind: str
    at: str
    """When it happened, RFC 3339; a clock that was late or wrong does not change `seq`."""
    algorithm: Algorithm
    previous: str
    fields: Mapping[str, str]
    """Name → salted digest."""
    digest: str


@dataclass(frozen=True, slots=True)
class Chain:
    """Where a dossier stands: `head` is the digest of entry `seq`."""

    whistle_id: str
    seq: int = 0
    head: str = GENESIS

    def append(self, kind: str, at: str, fields: Mapping[str, str], algorithm: Algorithm) -> Entry:
        """The next entry; the chain itself stays."""
        seq = self.seq + 1
        digest = _digest(self.head, self.whistle_id, seq, kind, at, algorithm, fields)
        return Entry(
            whistle_id=self.whistle_id,
            seq=seq,
            kind=kind,
            at=at,
            algorithm=algorithm,
            previous=self.head,
            fields=fields,
            digest=digest,
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
    """The chain that `entries`, in order, are; or the first that does not fit."""
    chain = Chain(whistle_id)
    for place, entry in enumerate(entries, 1):
        if (entry.whistle_id, entry.seq, entry.previous) != (whistle_id, chain.seq + 1, chain.head):
            return Broken(place, Fault.MISSING)
        if not hmac.compare_digest(digest_of(entry), entry.digest):
            return Broken(place, Fault.CHANGED)
        chain = chain.after(entry)
    return chain


def digest_of(entry: Entry) -> str:
    """64 hex digits over all that the entry says, and the one before it."""
    return _digest(
        entry.previous, entry.whistle_id, entry.seq, entry.kind, entry.at, entry.algorithm, entry.fields
    )


def _digest(
    previous: str,
    whistle_id: str,
    seq: int,
    kind: str,
    at: str,
    algorithm: Algorithm,
    fields: Mapping[str, str],
) -> str:
    said = ["entry", previous, whistle_id, seq, kind, at, algorithm, sorted(fields.items())]
    return hashed(algorithm, canonical(said))


def field_digest(algorithm: Algorithm, salt: bytes, name: str, value: object) -> str:
    """64 hex digits that stand for a field's value; without its salt nobody can try values against them."""
    return hashed(algorithm, canonical(["field", salt.hex(), name, value]))


def fits(entry: Entry, name: str, salt: bytes, value: object) -> bool:
    """Whether the entry's field `name` had this value."""
    known = entry.fields.get(name, "")
    return hmac.compare_digest(field_digest(entry.algorithm, salt, name, value), known)


def salt_of(seed: bytes, name: str) -> bytes:
    """16 bytes for the field `name` of the entry that has this seed."""
    return blake2b(name.encode(), key=seed, digest_size=16).digest()


def canonical(value: Any) -> bytes:
    """The bytes that are hashed and signed for plain data."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def hashed(algorithm: Algorithm, content: bytes) -> str:
    """64 hex digits."""
    if algorithm is Algorithm.SHA256:
        return hashlib.sha256(content).hexdigest()
    sm3 = hashes.Hash(hashes.SM3())  # GB/T 32905; hashlib has it in some builds only
    sm3.update(content)
    return sm3.finalize().hex()
