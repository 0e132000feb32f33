"""Is an exported dossier what the hub wrote? Offline: the file, public keys, and anchors where somebody keeps them.

No key that lies in the file is believed, and nothing of the file is run or drawn.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

import orjson

from hub.errors import HubError
from hub.run.dossier import dossierfile, keptanchors
from hub.run.dossier.keptanchors import Kept
from hub.whistle import dossier
from hub.whistle.anchors import Anchor, is_signed, parse, points
from hub.whistle.dossier import Algorithm, Broken, Entry

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What a file holds, and everything that is wrong with it."""

    whistle: str = ""
    entries: int = 0
    anchored: int = 0
    """Up to this entry an anchor vouches for the chain; what was cut off behind it nobody can tell."""
    shown: int = 0
    """Fields whose value was shown and fits its digest."""
    masked: int = 0
    withheld: int = 0
    """Of entries of which something was shown."""
    closed: int = 0
    """Entries of which nothing was shown: not even how many fields they have."""
    kept: int = 0
    """Anchors that somebody keeps elsewhere."""
    naming: int = 0
    """Of those the ones that name this whistle."""
    grown: int = 0
    """Up to this entry the dossier has grown since, by those; 0: by none."""
    findings: tuple[HubError, ...] = ()
    notes: tuple[HubError, ...] = ()
    """What is to be known beside, and is nothing wrong."""


@dataclass(frozen=True, slots=True)
class _Read:
    """A dossier as its data tells it."""

    whistle: str
    exported_at: datetime
    entries: tuple[Entry, ...]
    opened: Mapping[int, "_Fields"]
    """Place → what is told of an entry's fields; closed ones are missing."""


@dataclass(frozen=True, slots=True)
class _Fields:
    """Digests of all fields of one entry, and those that are shown or masked by their names."""

    digests: frozenset[str]
    number: int
    shown: Mapping[str, Mapping[str, Any]]
    masked: Mapping[str, Mapping[str, Any]]


def prove(file: bytes, keys: Sequence[bytes], kept: Iterable[bytes] | None = None) -> Proof:
    """What `file` holds and whether it is whole. `kept`: lines of anchors from elsewhere, all of them; read once."""
    try:
        members = dossierfile.unpack(file)
    except HubError as error:
        return Proof(findings=(error,))
    found = dossierfile.faults(members, keys)
    try:
        read = _read(members[dossierfile.DATA])
    except HubError as error:
        return Proof(findings=(*found, error))
    except (ValueError, KeyError, TypeError, AttributeError):
        return Proof(findings=(*found, HubError("V111", why=dossierfile.DATA)))
    own = members[dossierfile.ANCHORS].splitlines()
    proof = prove_chain(read.entries, read.whistle, own, keys)
    found += [*proof.findings, *_fields(read)]
    elsewhere = _against_kept(read, None if kept is None else keptanchors.read(kept, read.whistle, keys))
    told = read.opened.values()
    shown = sum(len(one.shown) for one in told)
    masked = sum(len(said["digests"]) for one in told for said in one.masked.values())
    return replace(
        elsewhere,
        whistle=read.whistle,
        entries=len(read.entries),
        anchored=proof.anchored,
        shown=shown,
        masked=masked,
        withheld=sum(one.number for one in told) - shown - masked,
        closed=len(read.entries) - len(told),
        findings=(*found, *elsewhere.findings),
    )


def prove_chain(
    entries: Sequence[Entry], whistle_id: str, lines: Iterable[bytes], keys: Sequence[bytes]
) -> Proof:
    """The chain alone, with the anchors that come with it: whoever wrote it anew cannot make it meet them."""
    found: list[HubError] = []
    chain = dossier.verify(entries, whistle_id)
    if isinstance(chain, Broken):
        found.append(HubError("V114", number=chain.at, fault=chain.fault.value))
    anchors: list[Anchor] = []
    for place, line in enumerate(lines, 1):
        anchor = parse(line)
        if anchor is None or not is_signed(anchor, keys):
            found.append(HubError("V116", number=place))
        else:
            anchors.append(anchor)
    at = points(anchors, whistle_id)
    found += _against(entries, at)
    return Proof(anchored=max(at, default=0), findings=tuple(found))


def _against(entries: Sequence[Entry], at: Mapping[int, frozenset[str]]) -> Iterator[HubError]:
    """Every digest that was ever anchored counts: a later one takes no earlier one's place."""
    digests = {entry.seq: entry.digest for entry in entries}
    for seq, anchored in sorted(at.items()):
        if len(anchored) > 1:
            yield HubError("V120", number=seq)
        if digests.get(seq) not in anchored:
            yield HubError("V117", number=seq)


def _fields(read: _Read) -> Iterator[HubError]:
    for place, told in read.opened.items():
        entry = read.entries[place]
        for name, said in told.shown.items():
            if _digest(entry.algorithm, name, said) not in told.digests:
                yield HubError("V115", number=entry.seq, pointer=f"/entries/{place}/shown")
        for said in told.masked.values():
            if not told.digests.issuperset(said["digests"]):
                yield HubError("V115", number=entry.seq, pointer=f"/entries/{place}/masked")


def _digest(algorithm: Algorithm, name: str, said: Mapping[str, Any]) -> str:
    """The digest that a field has which is shown so; "" where it has none."""
    try:
        return dossier.field_digest(algorithm, bytes.fromhex(said["salt"]), name, said["value"])
    except (ValueError, KeyError, TypeError):
        return ""


def _against_kept(read: _Read, kept: Kept | None) -> Proof:
    """What was anchored before the export the file must hold; what was later is what it has grown by, if only by the look
    that the export was."""
    if kept is None:
        return Proof()
    last = max((entry.seq for entry in read.entries), default=0)
    at = points(kept.naming, read.whistle)
    found = [*kept.findings, *_against(read.entries, {seq: said for seq, said in at.items() if seq <= last})]
    before = (one for one in kept.naming if not _is_later(one, read.exported_at))
    if (lacks := max((head.seq for one in before for head in one.heads), default=0)) > last:
        found.append(HubError("V118", number=lacks))
    notes: list[HubError] = []
    if kept.number and not at:
        notes.append(HubError("V123", number=kept.number))
    if (grown := max(at, default=0)) > max(last, lacks):
        notes.append(HubError("V124", number=grown))
    return Proof(
        kept=kept.number,
        naming=len(kept.naming),
        grown=grown if grown > last else 0,
        findings=tuple(found),
        notes=tuple(notes),
    )


def _is_later(one: Anchor, exported_at: datetime) -> bool:
    """Whether it was written when the export was out; not where it says no moment."""
    try:
        return datetime.fromisoformat(one.at) >= exported_at
    except (ValueError, TypeError):  # no moment, or one without a zone
        return False


def _read(data: bytes) -> _Read:
    """Raises HubError V111 for a form of another version; ValueError, KeyError, TypeError, AttributeError for what is no
    dossier."""
    said = orjson.loads(data)
    if said["format"] != dossier.FORMAT:
        raise HubError("V111", why="version")
    whistle = _typed(said["whistle"], str)
    exported_at = datetime.fromisoformat(_typed(said["exported_at"], str))
    if exported_at.tzinfo is None:
        raise ValueError
    entries = _typed(said["entries"], list)
    return _Read(
        whistle=whistle,
        exported_at=exported_at,
        entries=tuple(_entry(one, whistle) for one in entries),
        opened={place: _told(one) for place, one in enumerate(entries) if "fields" in one},
    )


def _entry(one: Mapping[str, Any], whistle: str) -> Entry:
    algorithm = Algorithm(one["algorithm"])
    inner = dossier.inner_of(algorithm, _digests(one["fields"])) if "fields" in one else one["inner"]
    return Entry(
        whistle_id=whistle,
        seq=_typed(one["seq"], int),
        algorithm=algorithm,
        previous=_typed(one["previous"], str),
        inner=_typed(inner, str),
        digest=_typed(one["digest"], str),
    )


def _told(one: Mapping[str, Any]) -> _Fields:
    digests = _digests(one["fields"])
    return _Fields(
        digests=frozenset(digests),
        number=len(digests),
        shown=_typed(one["shown"], dict),
        masked={name: {"digests": _digests(mask["digests"])} for name, mask in one["masked"].items()},
    )


def _digests(said: object) -> list[str]:
    return [_typed(one, str) for one in _typed(said, list)]


def _typed(value: object, kind: type[_T]) -> _T:
    """`value`, which is just of this kind: True is no number. Raises TypeError."""
    if type(value) is not kind:
        raise TypeError
    return value
