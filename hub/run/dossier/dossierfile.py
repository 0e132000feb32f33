"""The exported file of a whistle: a ZIP of fixed members, and a signature over them. Packs and opens; touches no disk.

Members are stored, not compressed, in one order and with one date: the same content gives the same bytes. So a file
that opens is compared as a whole with what packing its members again gives, and no trick of the format has a place:
no second member of a name, no path, no bytes beside the members, nothing that unpacks to more than it is.
"""

import hashlib
import io
import struct
import zipfile
from collections.abc import Iterable, Mapping
from typing import Final

import orjson

from hub.errors import HubError
from hub.jsonform import canonical
from hub.whistle.anchors import Signer, signed_by

DATA: Final = "dossier.json"
PAGE: Final = "dossier.html"
PRINT: Final = "dossier.pdf"
ANCHORS: Final = "anchors.jsonl"
_MANIFEST: Final = "manifest.json"
_SIGNATURE: Final = "signature.txt"
_CONTENT: Final = (DATA, PAGE, PRINT, ANCHORS)
_NAMES: Final = (*_CONTENT, _MANIFEST, _SIGNATURE)
_ALWAYS: Final = frozenset({DATA, PAGE, ANCHORS, _MANIFEST, _SIGNATURE})
LARGEST: Final = 64_000_000
"""Bytes of a file that is looked into at all."""
_WHEN: Final = (1980, 1, 1, 0, 0, 0)
_FOR_ALL: Final = 0o644 << 16


def pack(content: Mapping[str, bytes], signer: Signer) -> bytes:
    """The file with these members, signed."""
    files = {name: hashlib.sha256(content[name]).hexdigest() for name in _CONTENT if name in content}
    manifest = canonical({"format": 1, "files": files})
    signature = signer.sign(manifest).encode()
    return _zipped({**content, _MANIFEST: manifest, _SIGNATURE: signature})


def unpack(file: bytes) -> Mapping[str, bytes]:
    """The members. Raises HubError V111 for anything but a file as `pack` makes it."""
    if len(file) > LARGEST:
        raise HubError("V111", why="size")
    try:
        with zipfile.ZipFile(io.BytesIO(file)) as opened:
            infos = opened.infolist()
            names = [one.filename for one in infos]
            if len(set(names)) != len(names) or not _ALWAYS <= set(names) <= set(_NAMES):
                raise HubError("V111", why="members")
            stored = all(one.compress_type == zipfile.ZIP_STORED and not one.flag_bits & 1 for one in infos)
            if not stored or sum(one.file_size for one in infos) > len(file):
                raise HubError("V111", why="compression")
            members = {name: opened.read(name) for name in names}
    except (zipfile.BadZipFile, struct.error, ValueError, RuntimeError, OSError, EOFError):
        raise HubError("V111", why="format") from None
    if _zipped(members) != file:
        raise HubError("V111", why="bytes")
    return members


def faults(members: Mapping[str, bytes], keys: Iterable[bytes]) -> list[HubError]:
    """V112 where none of the public `keys` signed the file, V113 for each member that is not what was signed."""
    found: list[HubError] = []
    signature = members[_SIGNATURE].decode("ascii", "replace")
    if signed_by(members[_MANIFEST], signature, keys) is None:
        found.append(HubError("V112"))
    files = _files(members[_MANIFEST])
    for name in _CONTENT:
        digest = hashlib.sha256(members[name]).hexdigest() if name in members else None
        if files.get(name) != digest:
            found.append(HubError("V113", name=name))
    return found


def _files(manifest: bytes) -> Mapping[str, object]:
    try:
        files = orjson.loads(manifest)["files"]
    except (ValueError, KeyError, TypeError):
        return {}
    return files if isinstance(files, dict) else {}


def _zipped(members: Mapping[str, bytes]) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_STORED) as file:
        for name in _NAMES:
            if name in members:
                info = zipfile.ZipInfo(name, _WHEN)
                info.create_system, info.external_attr = 3, _FOR_ALL
                file.writestr(info, members[name])
    return into.getvalue()
