"""Where the pull stands: a key set (update time, number), and what of the overlap is known already.

Pure. A sweep begins `overlap_s` before the last order seen and walks to the end; what it meets again,
byte for byte, is dropped. So a change within the same second (N02) and a row stored late (N66) arrive,
and nothing arrives twice for ever.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta, tzinfo
from hashlib import blake2b
from typing import Final

import orjson

from hub.plugin.times import parse_moment

TIME_FORMAT: Final = "%Y-%m-%d %H:%M:%S"
"""How the platform writes and compares times."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """`at` and `number` of the last order seen; `walking` while its sweep has more pages."""

    at: str = ""
    number: str = ""
    walking: bool = False
    seen: Mapping[str, str] = field(default_factory=dict)
    """Digest of a row → the place (`at`) of the page it came on; only for the overlap."""

    @classmethod
    def load(cls, text: str, *, since: str = "") -> "Cursor":
        """The cursor that `dump` wrote; "" begins at `since`."""
        return cls(**orjson.loads(text)) if text else cls(at=since)

    def dump(self) -> str:
        """As text, for the store."""
        content = {"at": self.at, "number": self.number, "walking": self.walking, "seen": dict(self.seen)}
        return orjson.dumps(content).decode()

    def question(self, overlap_s: int, zone: tzinfo) -> dict[str, str]:
        """Parameters of the next page."""
        if self.walking or not self.at:
            return {"since": self.at, "afterNo": self.number}
        return {"since": _earlier(self.at, overlap_s, zone), "afterNo": ""}

    def fresh(self, rows: Iterable[bytes]) -> tuple[bytes, ...]:
        """The rows that were not met before."""
        return tuple(row for row in rows if _digest(row) not in self.seen)

    def after(
        self, rows: Iterable[bytes], *, at: str, number: str, more: bool, overlap_s: int, zone: tzinfo
    ) -> "Cursor":
        """The cursor behind a page that ended at (`at`, `number`). A sweep never moves it back."""
        seen = {**self.seen, **{_digest(row): at for row in rows}}
        if not more:
            horizon = _earlier(max(at, self.at), overlap_s, zone)
            seen = {digest: place for digest, place in seen.items() if place >= horizon}
        return Cursor(at or self.at, number, more, seen)


def _earlier(at: str, overlap_s: int, zone: tzinfo) -> str:
    moment = parse_moment(at, zone=zone)
    return (
        ""
        if moment is None
        else (moment.astimezone(zone) - timedelta(seconds=overlap_s)).strftime(TIME_FORMAT)
    )


def _digest(row: bytes) -> str:
    return blake2b(row, digest_size=8).hexdigest()
