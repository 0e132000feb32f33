"""Files that others change while we work: whether one is another by now, looked at seldom enough to cost nothing.

Keeps no content, so that a secret stays where it is read.
"""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

from hub.clock import Clock, is_due

LOOKED_EVERY: Final = timedelta(seconds=1)
"""Between two looks at one set of files, on the hub's clock."""
Stamp = tuple[tuple[int, int, int] | None, ...]
"""(inode, ns of the last change, bytes) of each file; None where it is not there."""


def stamp_of(files: Sequence[Path]) -> Stamp:
    """By what these files differ from what they will be; to be taken before they are read."""
    return tuple(map(_stamp, files))


def _stamp(file: Path) -> tuple[int, int, int] | None:
    try:
        seen = file.stat()
    except OSError:
        return None
    return seen.st_ino, seen.st_mtime_ns, seen.st_size


class Watched:
    """A set of files as they were when this was made. Thread-safe."""

    def __init__(self, files: Sequence[Path], clock: Clock) -> None:
        self._files, self._clock = tuple(files), clock
        self._seen = stamp_of(self._files)
        self._next = clock.now() + LOOKED_EVERY

    def changed(self) -> bool:
        """Whether they are others than when this was made; looks at most once a second. Who reads them anew makes
        a new `Watched` first: what cannot be read is tried again so, and no change is missed."""
        if not self._files or not is_due(self._next, self._clock.now(), within=LOOKED_EVERY):
            return False
        self._next = self._clock.now() + LOOKED_EVERY
        return self.changed_now()

    def changed_now(self) -> bool:
        """The same, and looks in any case."""
        return stamp_of(self._files) != self._seen
