"""What a file is, by its first bytes and by nothing else: names, extensions and headers lie (N72). Pure."""

import re
from enum import StrEnum
from typing import Final

HEAD: Final = 512
"""Bytes that are looked at."""


class FileKind(StrEnum):
    """Kinds that are told apart."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    GIF = "gif"
    PDF = "pdf"
    HEIC = "heic"
    VIDEO = "video"
    EMPTY = "empty"
    OTHER = "other"


PICTURES: Final = frozenset((FileKind.JPEG, FileKind.PNG, FileKind.WEBP, FileKind.GIF))
"""Kinds of which a picture without its hidden parts can be made."""
KEPT: Final = PICTURES | {FileKind.PDF}
"""Kinds that are stored. A PDF is for the person at the desk; no department is shown one."""

_STILL: Final = frozenset(
    (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis")
)
_STARTS: Final = (
    (b"\xff\xd8\xff", FileKind.JPEG),
    (b"\x89PNG\r\n\x1a\n", FileKind.PNG),
    (b"GIF87a", FileKind.GIF),
    (b"GIF89a", FileKind.GIF),
    (b"%PDF-", FileKind.PDF),
    (b"\x1aE\xdf\xa3", FileKind.VIDEO),  # Matroska, WebM
    (b"FLV\x01", FileKind.VIDEO),
    (b"\x00\x00\x01\xba", FileKind.VIDEO),  # MPEG program stream
    (b"\x00\x00\x01\xb3", FileKind.VIDEO),
    (b"IMKH", FileKind.VIDEO),  # what cameras here record
)
_RIFF: Final = re.compile(rb"RIFF.{4}(.{4})", re.DOTALL)


def kind_of(content: bytes) -> FileKind:
    """The kind of a file that begins with `content`, of which the first `HEAD` bytes are enough."""
    if not content:
        return FileKind.EMPTY
    if (riff := _RIFF.match(content)) is not None:
        return {b"WEBP": FileKind.WEBP, b"AVI ": FileKind.VIDEO}.get(riff[1], FileKind.OTHER)
    if content[4:8] == b"ftyp":  # ISO base media: the brand says whether it moves
        return FileKind.HEIC if content[8:12] in _STILL else FileKind.VIDEO
    return next((kind for start, kind in _STARTS if content.startswith(start)), FileKind.OTHER)


CODES: Final = {
    FileKind.EMPTY: "F121",
    FileKind.OTHER: "F122",
    FileKind.HEIC: "F123",
    FileKind.VIDEO: "F124",
}
"""Kind that is not kept → the code of why."""
