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
    findings: tuple[HubError, ...] = ()


@dataclass(frozen=True, slots=True)
class _Read:
    """A dossier as its data tells it."""

    whistle: str
    entries: tuple[Entry, ...]
    shown: tuple[Mapping[str, Mapping[str, Any]], ...]
    masked: tuple[Mapping[str, Any], ...]


def prove(file: bytes, keys: Sequence[bytes], kept: Iterable[bytes] = ()) -> Proof:
    """What `file` holds and whether it is whole. `kept`: lines of anchors from elsewhere, all of them."""
    try:
        members = dossierfile.unpack(file)
    except HubError as error:
        return Proof(findings=(error,))
    found = dossierfile.faults(members, keys)
    try:
        read = _read(members[dossierfile.DATA])
    except (ValueError, KeyError, TypeError, AttributeError):
        return Proof(findings=(*found, HubError("V111", why=dossierfile.DATA)))
    own = members[dossierfile.ANCHORS].splitlines()
    proof = prove_chain(read.entries, read.whistle, own, keys)
    found += [*proof.findings, *_fields(read), *_kept(read, list(kept), keys)]
    fields = sum(len(one.fields) for one in read.entries)
    shown, masked = (
        sum(map(len, read.shown)),
        sum(_count(e, m) for e, m in zip(read.entries, read.masked, strict=True)),
    )
    return Proof(
        whistle=read.whistle,
        entries=len(read.entries),
        anchored=proof.anchored,
        shown=shown,
        masked=masked,
        withheld=fields - shown - masked,
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


def _against(entries: Sequence[Entry], at: Mapping[int, str]) -> Iterator[HubError]:
    digests = {entry.seq: entry.digest for entry in entries}
    for seq, digest in sorted(at.items()):
        if digests.get(seq) != digest:
            yield HubError("V117", number=seq)


def _fields(read: _Read) -> Iterator[HubError]:
    for entry, shown in zip(read.entries, read.shown, strict=True):
        for name, said in shown.items():
            try:
                fits = dossier.fits(entry, name, bytes.fromhex(said["salt"]), said["value"])
            except (ValueError, KeyError, TypeError):
                fits = False
            if not fits:
                yield HubError("V115", number=entry.seq, pointer=f"/entries/{entry.seq - 1}/shown")


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
    yield from _against(read.entries, {seq: digest for seq, digest in at.items() if seq <= last})
    if beyond := [seq for seq in at if seq > last]:
        yield HubError("V118", number=max(beyond))


def _count(entry: Entry, masked: Mapping[str, Any]) -> int:
    """Fields of an entry that are shown in another form."""
    return sum(name in masked or name.partition("/")[0] in masked for name in entry.fields)


def _read(data: bytes) -> _Read:
    """Raises ValueError, KeyError, TypeError, AttributeError for what is no dossier."""
    said = orjson.loads(data)
    whistle = str(said["whistle"])
    entries = tuple(
        Entry(
            whistle_id=whistle,
            seq=int(one["seq"]),
            kind=str(one["kind"]),
            at=str(one["at"]),
            algorithm=Algorithm(one["algorithm"]),
            previous=str(one["previous"]),
            fields={str(name): str(digest) for name, digest in one["fields"].items()},
            digest=str(one["digest"]),
        )
        for one in said["entries"]
    )
    shown = tuple(dict(one["shown"].items()) for one in said["entries"])
    masked = tuple(dict(one["masked"].items()) for one in said["entries"])
    return _Read(whistle, entries, shown, masked)
