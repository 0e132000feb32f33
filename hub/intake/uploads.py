"""What somebody hands in as a file: looked at by content, size and name, before anything of it is kept. Pure."""

import re
import unicodedata
from collections.abc import Collection
from typing import Final

from hub.errors import Refused
from hub.intake.filetypes import HEAD, KEPT, FileKind, kind_of

_ENDINGS: Final = {
    FileKind.JPEG: frozenset({"jpg", "jpeg", "jpe", "jfif"}),
    FileKind.PNG: frozenset({"png"}),
    FileKind.WEBP: frozenset({"webp"}),
    FileKind.GIF: frozenset({"gif"}),
    FileKind.PDF: frozenset({"pdf"}),
}
_LONGEST: Final = 128
_UNFIT: Final = re.compile(r'[/\\:*?"<>|]|^\.|^$|\.\.')


def check_upload(
    content: bytes, *, name: str = "", most_bytes: int, kinds: Collection[FileKind] = KEPT
) -> FileKind:
    """The kind of a file that may be kept. `name` is what its sender calls it, "" where nothing was said; it is looked at
    and thrown away.

    Raises Refused P108 for one that is too large, W124 for a kind that is not among `kinds`, A339 for a name with a path,
    a control or a direction sign, or whose ending says another kind than the content.
    """
    if len(content) > most_bytes:
        raise Refused("P108")
    kind = kind_of(content[:HEAD])
    if kind not in kinds:
        raise Refused("W124")
    if name and not _is_fit(name, kind):
        raise Refused("A339")
    return kind


def _is_fit(name: str, kind: FileKind) -> bool:
    if len(name) > _LONGEST or _UNFIT.search(name) or any(_is_hidden(one) for one in name):
        return False
    _, dot, ending = name.rpartition(".")
    return not dot or ending.lower() in _ENDINGS.get(kind, frozenset())


def _is_hidden(one: str) -> bool:
    """Controls, and signs that turn the direction of what is written: exe.gpj reads as jpg.exe."""
    return unicodedata.category(one) in ("Cc", "Cf", "Cs", "Zl", "Zp")
