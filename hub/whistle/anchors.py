"""Anchors: heads of dossiers and of the audit's chains, signed, one line each time, outside of the database. Pure.

A line names whistles by a mark that only who knows the whistle's id can make, is bound to the line before it, and is
signed (Ed25519). What a dossier said up to its last anchor cannot be changed, dropped or written anew by whoever has
not the key; what was cut off behind it nobody can tell.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from hub.jsonform import canonical
from hub.whistle.dossier import GENESIS

_PUBLIC_BYTES: Final = 32
CHAIN_MARK: Final = "audit-"
"""How the mark of a chain of the audit begins."""


@dataclass(frozen=True, slots=True)
class Head:
    """Entry `seq` of the dossier with this mark has this digest."""

    mark: str
    seq: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """One line."""

    number: int
    """From 1, without gaps."""
    at: str
    previous: str
    """`digest` of the line before."""
    heads: tuple[Head, ...]
    key: str
    """Which key signed it: the beginning of its digest. A name, never a proof."""
    signature: str

    @property
    def digest(self) -> str:
        """64 hex digits over the line, its signature too."""
        return hashlib.sha256(self.line).hexdigest()

    @property
    def line(self) -> bytes:
        """The line as it is written, without its end."""
        return _written(self, self.signature)


class Signer:
    """Signs as one hub."""

    def __init__(self, seed: bytes) -> None:
        """`seed`: 32 secret bytes."""
        self._key: Final = Ed25519PrivateKey.from_private_bytes(seed)
        self.public: Final = self._key.public_key().public_bytes_raw()

    def sign(self, what: bytes) -> str:
        """128 hex digits."""
        return self._key.sign(what).hex()

    def anchor(self, before: Anchor | None, at: str, heads: Iterable[Head]) -> Anchor:
        """The line behind `before`."""
        unsigned = Anchor(
            number=before.number + 1 if before else 1,
            at=at,
            previous=before.digest if before else GENESIS,
            heads=tuple(heads),
            key=key_id(self.public),
            signature="",
        )
        return replace(unsigned, signature=self.sign(_signed(unsigned)))


def _signed(anchor: Anchor) -> bytes:
    return _written(anchor, "")


def _written(one: Anchor, signature: str) -> bytes:
    """By hand: `asdict` copies every head, at six times the cost of all the rest of a line."""
    heads = [{"digest": head.digest, "mark": head.mark, "seq": head.seq} for head in one.heads]
    said = {"at": one.at, "key": one.key, "number": one.number, "previous": one.previous}
    return canonical({**said, "heads": heads, "signature": signature})


def mark_of(whistle_id: str) -> str:
    """How anchors name a whistle: 32 hex digits."""
    return hashlib.sha256(f"dossier {whistle_id}".encode()).hexdigest()[:32]


def mark_of_chain(name: str) -> str:
    """How anchors name a chain of the audit: told apart from whistles, so that one that is gone whole is missed."""
    return CHAIN_MARK + hashlib.sha256(f"audit {name}".encode()).hexdigest()[:26]


def key_id(public: bytes) -> str:
    """16 hex digits by which people tell public keys apart."""
    return hashlib.sha256(public).hexdigest()[:16]


def is_signed(anchor: Anchor, keys: Iterable[bytes]) -> bool:
    """Whether one of the public `keys` signed this line."""
    return signed_by(_signed(anchor), anchor.signature, keys) is not None


def signed_by(what: bytes, signature: str, keys: Iterable[bytes]) -> bytes | None:
    """The key that signed `what`; None where none of `keys` did. What the signature says of its key does not count."""
    for public in keys:
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(bytes.fromhex(signature), what)
        except (InvalidSignature, ValueError):
            continue
        return public
    return None


def parse(line: bytes) -> Anchor | None:
    """The anchor on a line; None for a line that is none, as one that was broken off is."""
    try:
        said = orjson.loads(line)
        heads = tuple(Head(h["mark"], h["seq"], h["digest"]) for h in said["heads"])
        texts = {name: said[name] for name in ("at", "previous", "key", "signature")}
        anchor = Anchor(number=said["number"], heads=heads, **texts)
        # Another spelling of the same is not what was written.
        return anchor if _is_typed(anchor) and anchor.line == line else None
    except (ValueError, KeyError, TypeError):
        return None


def _is_typed(one: Anchor) -> bool:
    texts = (
        one.at,
        one.previous,
        one.key,
        one.signature,
        *(t for h in one.heads for t in (h.mark, h.digest)),
    )
    numbers = (one.number, *(head.seq for head in one.heads))
    return all(type(text) is str for text in texts) and all(type(number) is int for number in numbers)


def points(anchors: Iterable[Anchor], whistle_id: str) -> Mapping[int, frozenset[str]]:
    """seq → digests: what these anchors say of one dossier. More than one is a finding of its own: an entry that was
    anchored was written anew, and anchored again."""
    mark = mark_of(whistle_id)
    found: dict[int, set[str]] = {}
    for head in (head for one in anchors for head in one.heads if head.mark == mark):
        found.setdefault(head.seq, set()).add(head.digest)
    return {seq: frozenset(digests) for seq, digests in found.items()}


def public_key(text: str) -> bytes | None:
    """The public key that 64 hex digits name; None for anything else."""
    try:
        public = bytes.fromhex(text.strip())
    except ValueError:
        return None
    return public if len(public) == _PUBLIC_BYTES else None


def follows(before: Anchor | None, one: Anchor) -> bool:
    """Whether `one` is the line behind `before`; the first one behind None."""
    return (one.number, one.previous) == ((before.number + 1, before.digest) if before else (1, GENESIS))
