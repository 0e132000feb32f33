"""The cursor: what was read of each file, told by content and not by name. Pure."""

from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass, replace
from hashlib import blake2b
from typing import Final

import orjson

_STEP: Final = 64 * 1024
"""Bytes between two kept states of the digest: any beginning of a file is digested from the nearest."""
_GONE_KEPT: Final = 200


class Content:
    """A file's bytes, and the digest of each beginning of them."""

    def __init__(self, raw: bytes) -> None:
        self.raw: Final = raw
        running = blake2b(digest_size=16)
        self._states = [running.copy()]
        for begin in range(0, len(raw), _STEP):
            running.update(raw[begin : begin + _STEP])
            self._states.append(running.copy())

    def digest(self, size: int) -> str:
        """Of the first `size` bytes."""
        whole_steps = size // _STEP
        state = self._states[whole_steps].copy()
        state.update(self.raw[whole_steps * _STEP : size])
        return state.hexdigest()


@dataclass(frozen=True, slots=True)
class Part:
    """How far a content was read: its first `size` bytes, which have `digest`; the next row begins at `at`.

    `at` counts in the table's own measure. `is_end`: nothing was left behind it.
    """

    name: str
    size: int
    digest: str
    at: int
    is_end: bool


@dataclass(frozen=True, slots=True)
class Place:
    """The last part read under each name."""

    parts: tuple[Part, ...] = ()

    @classmethod
    def load(cls, cursor: str) -> "Place":
        """What `dump` wrote; "" is the place before the first file."""
        kept = orjson.loads(cursor).get("parts", []) if cursor else []
        return cls(tuple(Part(**one) for one in kept))

    def dump(self) -> str:
        """As a cursor."""
        return orjson.dumps(asdict(self)).decode()

    def after(self, part: Part) -> "Place":
        """The place once `part` was read."""
        return replace(self, parts=(*(one for one in self.parts if one.name != part.name), part))

    def without_long_gone(self, present: Collection[str]) -> "Place":
        """Without what was read under names that are not there any more, but for the last few: whoever moves a file
        away may bring it back under another name."""
        gone = [one for one in self.parts if one.name not in present]
        forgotten = {one.name for one in gone[:-_GONE_KEPT]}
        return replace(self, parts=tuple(one for one in self.parts if one.name not in forgotten))

    def ends(self) -> frozenset[str]:
        """Digests of the contents that were read to their end."""
        return frozenset(one.digest for one in self.parts if one.is_end)

    def of(self, content: Content, *, grows: bool) -> Part | None:
        """What was read of `content`, under whatever name. Where it `grows`, the longest part it begins with."""
        size = len(content.raw)
        fits = (one for one in self._longest_first() if one.size == size or (grows and one.size < size))
        return next((one for one in fits if one.digest == content.digest(one.size)), None)

    def _longest_first(self) -> Iterator[Part]:
        return iter(sorted(self.parts, key=lambda one: one.size, reverse=True))
