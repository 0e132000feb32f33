"""Archives from outside, unpacked in memory within limits: no bomb, no path, nothing written to disk.

Pure: bytes in, bytes or a reason out. Which files an archive should hold is its reader's business.
"""

import io
import zipfile
from dataclasses import dataclass
from typing import Final

_STEP_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost at most."""

    packed_bytes: int = 32 * 1024 * 1024
    unpacked_bytes: int = 128 * 1024 * 1024
    members: int = 100


DEFAULT: Final = Limits()


@dataclass(frozen=True, slots=True)
class Unpacked:
    """Contents of the members, in the archive's order."""

    members: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class NotUnpacked:
    """Why not: R102 broken or encrypted, S112 beyond the limits, S115 a name with a path in it."""

    code: str


def unpack(content: bytes, limits: Limits) -> Unpacked | NotUnpacked:
    """The members of the zip archive `content`.

    Its claims are checked before anything is unpacked, and bind it then: a member is read up to the size
    that it claims, and a claim too small fails the check sum. Archives inside stay closed.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if len(members) > limits.members or sum(m.file_size for m in members) > limits.unpacked_bytes:
                return NotUnpacked("S112")
            if not all(_is_plain(member.filename) for member in members):
                return NotUnpacked("S115")
            return Unpacked(tuple(contents(archive, member) for member in members))
    except Exception:  # broken, encrypted, unknown method: zipfile raises eight sorts of error for them
        return NotUnpacked("R102")


def contents(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """What a member holds, up to the size that it claims.

    In steps: read whole, zipfile inflates all there is before it cuts at the claim.
    """
    with archive.open(member) as stream:
        return b"".join(iter(lambda: stream.read(_STEP_BYTES), b""))


def _is_plain(name: str) -> bool:
    """A file's own name: no folder, no drive, nothing that points elsewhere."""
    return bool(name) and not any(sign in name for sign in ("/", "\\", ":", "\0")) and name not in (".", "..")
