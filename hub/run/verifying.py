"""Is an exported dossier what the hub wrote? Offline: the file, public keys, and anchors where somebody keeps them.

No key that lies in the file is believed, and nothing of the file is run or drawn.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from hub.errors import HubError
from hub.run import dossierfile
from hub.whistle import dossier
from hub.whistle.anchors import Anchor, is_signed, parse, points, unchained
from hub.whistle.dossier import Algorithm, Broken, Entry


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
    findings: tuple[HubError, ...] = ()


@dataclass(frozen=True, slots=True)
class _Read:
    """A dossier as its data tells it."""

    whistle: str
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


def prove(file: bytes, keys: Sequence[bytes], kept: Iterable[bytes] = ()) -> Proof:
    """What `file` holds and whether it is whole. `kept`: lines of anchors from elsewhere, all of them."""
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
    found += [*proof.findings, *_fields(read), *_kept(read, list(kept), keys)]
    told = read.opened.values()
    shown = sum(len(one.shown) for one in told)
    masked = sum(len(said["digests"]) for one in told for said in one.masked.values())
    return Proof(
        whistle=read.whistle,
        entries=len(read.entries),
        anchored=proof.anchored,
        shown=shown,
        masked=masked,
        withheld=sum(one.number for one in told) - shown - masked,
        closed=len(read.entries) - len(told),
        findings=tuple(found),
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


def _kept(read: _Read, lines: Sequence[bytes], keys: Sequence[bytes]) -> Iterator[HubError]:
    """Anchors that somebody kept elsewhere: they may name an entry that the file lacks."""
    anchors = [anchor for line in lines if (anchor := parse(line)) is not None]
    if (place := unchained(anchors)) is not None:
        yield HubError("V119", number=place)
    for place, one in enumerate(anchors, 1):
        if not is_signed(one, keys):
            yield HubError("V116", number=place)
            return
    last = max((entry.seq for entry in read.entries), default=0)
    at = points(anchors, read.whistle)
    yield from _against(read.entries, {seq: digests for seq, digests in at.items() if seq <= last})
    if beyond := [seq for seq in at if seq > last]:
        yield HubError("V118", number=max(beyond))


def _read(data: bytes) -> _Read:
    """Raises HubError V111 for a form of another version; ValueError, KeyError, TypeError, AttributeError for what is no
    dossier."""
    said = orjson.loads(data)
    if said["format"] != dossier.FORMAT:
        raise HubError("V111", why="version")
    whistle = str(said["whistle"])
    opened = {
        place: _Fields(
            digests=frozenset(map(str, one["fields"])),
            number=len(one["fields"]),
            shown=dict(one["shown"].items()),
            masked={str(name): {"digests": list(mask["digests"])} for name, mask in one["masked"].items()},
        )
        for place, one in enumerate(said["entries"])
        if "fields" in one
    }
    entries = tuple(_entry(one, whistle) for one in said["entries"])
    return _Read(whistle, entries, opened)


def _entry(one: Mapping[str, Any], whistle: str) -> Entry:
    algorithm = Algorithm(one["algorithm"])
    return Entry(
        whistle_id=whistle,
        seq=int(one["seq"]),
        algorithm=algorithm,
        previous=str(one["previous"]),
        inner=dossier.inner_of(algorithm, map(str, one["fields"])) if "fields" in one else str(one["inner"]),
        digest=str(one["digest"]),
    )
