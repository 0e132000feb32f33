"""The keys that nothing else protects: master keys by id, and the keys of the indexes. Read once, at start.

A key file is TOML: `current = "m2026"`, `blind` and `audit` of 64 hex digits, and under `[masters]` one
`id = "<64 hex digits>"` for each master, old ones included. Rotations add `content` and, while one is under way,
`blind_before` or `retiring`; retired audit keys stand under `[audits]`, the oldest first.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path
from typing import Final

from hub.errors import FixSettings

KEY_BYTES: Final = 32
_ID: Final = re.compile(r"[a-z0-9_-]{1,8}")


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Master keys by id (1–8 of a-z 0-9 _ -), 32 bytes each; `current` wraps what is new, all still open."""

    masters: Mapping[str, bytes] = field(repr=False)
    current: str
    blind: bytes = field(repr=False)
    """Key of the blind index; changing it means building the index anew."""
    audit: bytes = field(repr=False)
    """Key of the audit chains: who has the database and not this cannot build them anew."""
    blind_before: bytes = field(default=b"", repr=False)
    """While the index is built anew: the key of what is not yet; asked for look-ups, never written by."""
    content: bytes = field(default=b"", repr=False)
    """Key of contents' fingerprints: the first blind key, once that was rotated; b"": it is `blind` still."""
    retired: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    """Audit keys that were; they verify what they made, the oldest first."""
    retiring: str = ""
    """The one of them that a rotation under way is about: heads of chains may still be sealed with it."""

    def __post_init__(self) -> None:
        """Raises FixSettings A109 for a ring that could not open its own locks."""
        if self.current not in self.masters:
            raise FixSettings("A109", problem="current")
        if not all(_ID.fullmatch(each) for each in self.masters):
            raise FixSettings("A109", problem="id")
        always = (*self.masters.values(), *self.retired.values(), self.blind, self.audit)
        at_times = (each for each in (self.blind_before, self.content) if each)
        if any(len(key) != KEY_BYTES for key in (*always, *at_times)):
            raise FixSettings("A109", problem="length")
        if self.retiring and self.retiring not in self.retired:
            raise FixSettings("A109", problem="retiring")

    @property
    def first_audit(self) -> bytes:
        """The audit key of the store's first day: what the store knows its keys by."""
        return next(iter(self.retired.values()), self.audit)

    def anchor_seeds(self) -> tuple[bytes, ...]:
        """The secrets that dossiers' anchors are signed with: the present one, then those before, newest first. Each
        goes with an audit key, and is rotated with it."""
        audits = (self.audit, *reversed(list(self.retired.values())))
        return tuple(
            blake2b(key=each, person=b"gridplus.anchor", digest_size=KEY_BYTES).digest() for each in audits
        )

    def with_master(self, master_id: str, key: bytes) -> "KeyRing":
        """A ring with one master more, now the current one. An id that is taken is refused (A109)."""
        if master_id in self.masters:
            raise FixSettings("A109", problem="id")
        return replace(self, masters={**self.masters, master_id: key}, current=master_id)

    def without_master(self, master_id: str) -> "KeyRing":
        """A ring without an old master, after all that it wrapped was wrapped again; not the current one (A109)."""
        masters = {each: key for each, key in self.masters.items() if each != master_id}
        return replace(self, masters=masters)

    def as_toml(self) -> str:
        """The text of the key file. A secret: for the command that writes the file, never for a log."""
        head = f'current = "{self.current}"\nblind = "{self.blind.hex()}"\naudit = "{self.audit.hex()}"\n'
        head += f'blind_before = "{self.blind_before.hex()}"\n' if self.blind_before else ""
        head += f'content = "{self.content.hex()}"\n' if self.content else ""
        head += f'retiring = "{self.retiring}"\n' if self.retiring else ""
        audits = f"\n[audits]\n{_lines(self.retired)}" if self.retired else ""
        return f"{head}\n[masters]\n{_lines(self.masters)}{audits}"


def _lines(keys: Mapping[str, bytes]) -> str:
    return "".join(f'"{each}" = "{key.hex()}"\n' for each, key in keys.items())


def parse_keys(text: str) -> KeyRing:
    """The ring that a key file's text describes. Raises FixSettings A109, which quotes nothing of it."""
    try:
        said = tomllib.loads(text)
        masters = {str(each): bytes.fromhex(key) for each, key in said["masters"].items()}
        blind, audit = bytes.fromhex(said["blind"]), bytes.fromhex(said["audit"])
        retired = {str(each): bytes.fromhex(key) for each, key in said.get("audits", {}).items()}
        return KeyRing(
            masters,
            str(said["current"]),
            blind,
            audit,
            blind_before=bytes.fromhex(said.get("blind_before", "")),
            content=bytes.fromhex(said.get("content", "")),
            retired=retired,
            retiring=str(said.get("retiring", "")),
        )
    except (KeyError, ValueError, TypeError, AttributeError):
        # from None: the text of the first error holds a part of the key
        raise FixSettings("A109", problem="format") from None


def load_keys(path: Path) -> KeyRing:
    """The ring in the file `path`. Raises FixSettings A109 where it is absent or wrong."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise FixSettings("A109", problem="file") from None
    return parse_keys(text)
