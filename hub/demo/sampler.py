"""Where the time of a thread goes: its stack, looked at a hundred times a second, for a flame graph.

The file holds a line a stack, `outermost;…;innermost count`: what flamegraph.pl, speedscope and others draw.
"""

import sys
import threading
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Final

_EVERY_S: Final = 0.01


class Sampler:
    """Looks at the thread that made it, from `start` to `stop`."""

    def __init__(self) -> None:
        self._watched = threading.get_ident()
        self._stacks: Counter[str] = Counter()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, name="sampler", daemon=True)

    def start(self) -> None:
        """Looks from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Looks no more."""
        self._ended.set()
        self._thread.join()

    def write(self, file: Path) -> None:
        """The stacks, those seen most first."""
        lines = (f"{stack} {count}\n" for stack, count in self._stacks.most_common())
        file.write_text("".join(lines), encoding="utf-8")

    def _look(self) -> None:
        while not self._ended.wait(_EVERY_S):
            frame = sys._current_frames().get(self._watched)  # noqa: SLF001 its documented way to see another thread
            if frame is not None:
                self._stacks[";".join(reversed(_names(frame)))] += 1


def _names(frame: FrameType | None) -> list[str]:
    """From the innermost function outwards."""
    names: list[str] = []
    while frame is not None:
        names.append(f"{frame.f_globals.get('__name__', '?')}.{frame.f_code.co_qualname}")
        frame = frame.f_back
    return names
