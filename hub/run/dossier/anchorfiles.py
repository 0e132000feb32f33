"""Anchors on disk: a directory outside of the database, a file a month, a line an anchor, only ever appended to."""

import fcntl
import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from hub.clock import SHANGHAI
from hub.errors import TryLater
from hub.store.dossiers import moment
from hub.store.moments import to_us
from hub.whistle.anchors import Anchor, Head, Signer, mark_of, parse

_ENDING: Final = ".anchors.jsonl"
_READ: Final = 1 << 18


def append(place: Path, signer: Signer, heads: Sequence[Head], at: datetime) -> Anchor:
    """Signs `heads` behind the last line and makes them durable; raises TryLater V109 where that cannot be written.

    Two that append at the same moment do it one after the other. A line that was broken off stays, and counts as none.
    """
    try:
        place.mkdir(mode=0o750, parents=True, exist_ok=True)
        with (place / ".lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            anchor = signer.anchor(last(place), moment(to_us(at)), heads)
            _write(place / f"{at.astimezone(SHANGHAI):%Y-%m}{_ENDING}", anchor.line)
    except OSError:
        raise TryLater("V109", name=str(place)) from None
    return anchor


def _write(file: Path, line: bytes) -> None:
    handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o640)
    with os.fdopen(handle, "r+b", buffering=0) as opened:
        size = opened.seek(0, os.SEEK_END)
        whole = not size or (opened.seek(size - 1), opened.read(1))[1] == b"\n"
        opened.write(b"".join((b"" if whole else b"\n", line, b"\n")))
        os.fsync(opened.fileno())


def lines(place: Path) -> Iterator[bytes]:
    """Every line, oldest first; of a directory or of one file. Raises OSError."""
    for file in files(place):
        with file.open("rb") as opened:
            for line in opened:
                yield line.rstrip(b"\n")


def last(place: Path) -> Anchor | None:
    """The last whole anchor; None where there is none. Raises OSError."""
    for file in reversed(files(place)):
        found = _last_in(file)
        if found is not None:
            return found
    return None


def _last_in(file: Path) -> Anchor | None:
    """From the end: a file holds a month."""
    span = _READ
    with file.open("rb") as opened:
        size = opened.seek(0, os.SEEK_END)
        while True:
            begins = opened.seek(max(0, size - span))
            whole = opened.read().split(b"\n")[1 if begins else 0 :]
            found = next(filter(None, map(parse, reversed(whole))), None)
            if found is not None or not begins:
                return found
            span *= 4


def naming(place: Path, whistle_id: str) -> list[Anchor]:
    """The anchors that name this whistle, oldest first, by reading all of them. Raises OSError."""
    return list(naming_in(lines(place), whistle_id))


def naming_in(lines: Iterable[bytes], whistle_id: str) -> Iterator[Anchor]:
    """Of these lines the anchors that name this whistle."""
    mark = mark_of(whistle_id).encode()
    for line in lines:
        if mark in line and (found := parse(line.rstrip(b"\n"))) is not None:
            yield found


def files(place: Path) -> list[Path]:
    """The files of a directory, oldest first; or the one file itself."""
    return [place] if place.is_file() else sorted(place.glob(f"*{_ENDING}"))
