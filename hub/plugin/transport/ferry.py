"""Numbered files over a one-way border: nothing can be asked for again, so nothing is skipped.

The other side drops `<prefix>_<number>.jsonl` or `.zip` into the inbox and then, by renaming it into place,
`<prefix>_<number>.manifest.json`: until the manifest is there the file is half-written. Files are only
read here, never moved: what the hub has taken stands in the cursor, and the digests of taken files in a
ledger beside it. Rules: domain.md 5.3 and N70. What a row means is the adapter's.
"""

import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import orjson
from cryptography.hazmat.primitives.hashes import SM3, Hash
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hub.errors import BadRecord, TryLater
from hub.plugin.adapter import Body, Page
from hub.plugin.transport.unpack import DEFAULT, Limits, Unpacked, unpack

_ROW: Final = "row"
_REFUSED: Final = "refused"
_MANIFEST_BYTES: Final = 4096
_SM3_DIGITS: Final = 64
_CHARSETS: Final = frozenset({"gb18030", "gbk", "gb2312", "utf-8"})


class Manifest(BaseModel):
    """What the other side says about one file; written last."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    name: str
    sequence: int = Field(ge=1)
    sm3: str = Field(pattern=r"^[0-9a-f]{64}$")
    """Over the bytes of the file as it lies there (GB/T 32905)."""
    rows: int = Field(ge=0)
    charset: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the ferry stands: files up to `file` are taken whole, of the next one `row` rows.

    `sm3` is the digest of the file touched last; `told` is the foreign copy that became a record last,
    as `<number> <digest>`.
    """

    file: int
    row: int = 0
    sm3: str = ""
    told: str = ""

    @classmethod
    def load(cls, cursor: str, first: int) -> "Place":
        """What `dump` wrote; "" is the place before file `first`."""
        if not cursor:
            return cls(first - 1)
        kept = orjson.loads(cursor)
        return cls(kept["file"], kept["row"], kept["sm3"], kept["told"])

    def dump(self) -> str:
        """As a cursor."""
        return orjson.dumps(self).decode()


@dataclass(frozen=True, slots=True)
class Parcel:
    """A whole file: its rows, or the code for which it was refused although it is whole."""

    manifest: Manifest
    raw_manifest: bytes
    rows: tuple[bytes, ...] = ()
    refused: str = ""


class Ferry:
    """One inbox, read page by page.

    `state` is a directory for the ledger of digests; without one it is kept only while the process lives,
    and a foreign copy of a file taken earlier is then not noticed.
    """

    def __init__(
        self,
        inbox: Path,
        prefix: str,
        *,
        first: int = 1,
        state: str = "",
        limits: Limits = DEFAULT,
        page_rows: int = 500,
    ) -> None:
        self._inbox, self._first, self._limits, self._page_rows = inbox, first, limits, page_rows
        self._name = re.compile(rf"({re.escape(prefix)}_([0-9]{{6,12}}))\.manifest\.json")
        self._ledger = _Ledger(Path(state) / "taken.txt" if state else None)
        self._open: Parcel | None = None
        self._settled: dict[Path, tuple[int, int]] = {}
        """Manifests of taken files that were compared, as inode and change time: not read again."""

    def check(self) -> None:
        """Returns where the inbox can be listed; raises TryLater S101."""
        self._manifests()

    def page(self, cursor: str) -> Page:
        """The next rows, in the order of file numbers; an empty page where nothing whole is there.

        Bodies are rows as sent (`charset_of` reads their kind), and one body for each thing refused: a
        foreign copy (S111), an archive beyond the limits (S112), rows that are not as many as the manifest
        says (S114), names that are not allowed inside an archive (S115), a broken archive (R102). Raises
        TryLater S108 for a gap, S109 for a wrong digest, S115 for a manifest that names another file: these
        are waited for, since the other side can put the same number there again.
        """
        place = Place.load(cursor, self._first)
        manifests = self._manifests()
        self._ledger.settle(place)
        stranger = self._stranger(manifests, place.file)
        if stranger is not None:
            told, raw = stranger
            return Page((Body(raw, f"{_REFUSED}:S111"),), replace(place, told=told).dump(), more=True)
        parcel = self._parcel(manifests, place.file + 1)
        return Page((), cursor) if parcel is None else self._rows(parcel, place)

    def _rows(self, parcel: Parcel, place: Place) -> Page:
        if place.row and place.sm3 != parcel.manifest.sm3:
            raise TryLater("S111")  # replaced while we were reading it: only a person knows which copy holds
        if parcel.refused:
            bodies = [Body(parcel.raw_manifest, f"{_REFUSED}:{parcel.refused}")]
            return self._taken(parcel, place, bodies)
        charset = parcel.manifest.charset.lower()
        kind = f"{_ROW}:{charset if charset in _CHARSETS else ''}"
        upto = place.row + self._page_rows
        bodies = [Body(row, kind) for row in parcel.rows[place.row : upto]]
        if upto < len(parcel.rows):
            here = replace(place, row=upto, sm3=parcel.manifest.sm3)
            return Page(tuple(bodies), here.dump(), more=True)
        if parcel.manifest.rows != len(parcel.rows):
            bodies.append(Body(parcel.raw_manifest, f"{_REFUSED}:S114"))
        return self._taken(parcel, place, bodies)

    def _taken(self, parcel: Parcel, place: Place, bodies: list[Body]) -> Page:
        self._open = None
        here = replace(place, file=place.file + 1, row=0, sm3=parcel.manifest.sm3)
        return Page(tuple(bodies), here.dump(), more=True)

    def _parcel(self, manifests: Mapping[int, Path], number: int) -> Parcel | None:
        """File `number` whole; None where it is not there yet and nothing later is."""
        path = manifests.get(number)
        read = _read_manifest(path) if path else None
        if path is None or read is None:
            if any(later > number for later in manifests):
                raise TryLater("S108", expected=number)
            return None
        manifest, raw = read
        if self._open is not None and self._open.manifest == manifest:
            return self._open
        stem = path.name.removesuffix(".manifest.json")
        if manifest.sequence != number or manifest.name not in (f"{stem}.jsonl", f"{stem}.zip"):
            raise TryLater("S115")  # also what keeps `../` out: only these two names are ever opened
        self._open = self._opened(manifest, raw)
        return self._open

    def _opened(self, manifest: Manifest, raw: bytes) -> Parcel:
        path = self._inbox / manifest.name
        try:
            found = path.lstat()
            if not stat.S_ISREG(found.st_mode):
                raise TryLater("S115")  # a link may point anywhere on this machine
            if found.st_size > self._limits.packed_bytes:
                return Parcel(manifest, raw, refused="S112")
            content = path.read_bytes()
        except OSError:
            raise TryLater("S109") from None
        if sm3(content) != manifest.sm3:
            raise TryLater("S109")
        if not manifest.name.endswith(".zip"):
            return Parcel(manifest, raw, tuple(_lines(content)))
        unpacked = unpack(content, self._limits)
        if isinstance(unpacked, Unpacked):
            return Parcel(manifest, raw, tuple(row for one in unpacked.members for row in _lines(one)))
        return Parcel(manifest, raw, refused=unpacked.code)

    def _stranger(self, manifests: Mapping[int, Path], upto: int) -> tuple[str, bytes] | None:
        """A file of a taken number with other content than the one that was taken, told once each."""
        for number, path in manifests.items():
            seen = _identity(path)
            if number > upto or seen is None or self._settled.get(path) == seen:
                continue
            read = _read_manifest(path)
            if read is not None and self._ledger.is_foreign(number, read[0].sm3):
                return f"{number} {read[0].sm3}", read[1]
            self._settled[path] = seen
        return None

    def _manifests(self) -> dict[int, Path]:
        """Number → manifest. One listing: numbers that come while it runs are seen next time."""
        try:
            names = [(path, self._name.fullmatch(path.name)) for path in sorted(self._inbox.iterdir())]
        except OSError:
            raise TryLater("S101") from None
        return {int(found[2]): path for path, found in reversed(names) if found}


def charset_of(kind: str) -> str:
    """The charset that the manifest declares for a row; raises BadRecord for a body that was refused."""
    what, _, detail = kind.partition(":")
    if what == _REFUSED:
        raise BadRecord(detail)
    return detail


def is_refused(kind: str) -> bool:
    """True for a body that tells of a refused file: a manifest, not a row."""
    return kind.startswith(f"{_REFUSED}:")


def sm3(content: bytes) -> str:
    """64 hex digits, GB/T 32905."""
    state = Hash(SM3())
    state.update(content)
    return state.finalize().hex()


class _Ledger:
    """Number → digests of the files seen under it: first the one that was taken, then foreign copies told of."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._known: dict[int, list[str]] = {}
        if path is not None and path.exists():
            for line in path.read_text(encoding="ascii").splitlines():
                number, _, digest = line.partition(" ")
                if len(digest) == _SM3_DIGITS:  # the last line may be cut by a crash: it is added again
                    self._known.setdefault(int(number), []).append(digest)

    def settle(self, place: Place) -> None:
        """Remembers what a cursor that came back proves to be stored."""
        if place.row == 0 and place.sm3:
            self._add(place.file, place.sm3)
        if place.told:
            number, _, digest = place.told.partition(" ")
            self._add(int(number), digest)

    def is_foreign(self, number: int, digest: str) -> bool:
        """True for a digest not seen under `number`; where nothing is known of it, this one holds from now on."""
        return digest not in self._known.setdefault(number, [digest])

    def _add(self, number: int, digest: str) -> None:
        known = self._known.setdefault(number, [])
        if digest in known:
            return
        known.append(digest)
        if self._path is not None:
            with self._path.open("a", encoding="ascii") as file:
                file.write(f"{number} {digest}\n")


def _identity(path: Path) -> tuple[int, int] | None:
    """What changes when a file is written or replaced; None where it is gone."""
    try:
        found = path.lstat()
    except OSError:
        return None
    return found.st_ino, found.st_ctime_ns


def _read_manifest(path: Path) -> tuple[Manifest, bytes] | None:
    """None where it is not whole: absent, empty, cut, or no manifest at all."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return None
        with path.open("rb") as file:
            raw = file.read(_MANIFEST_BYTES + 1)
        return Manifest.model_validate_json(raw), raw
    except (OSError, ValidationError):
        return None


def _lines(content: bytes) -> Iterator[bytes]:
    """Rows as sent. 0x0A is never the second half of a GB18030 character, so bytes can be cut there."""
    return (line for one in content.split(b"\n") if (line := one.rstrip(b"\r")).strip())
