"""Adapters that do to their process whatever a bad plugin may do; which of it, their settings say. They are installed from
outside: each runs in a process of its own.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from hub.model import Arrival, Draft
from hub.plugin import AdapterEntry, Body, Page, Tools, hookimpl

NAMES: Final = ("grid_pages", "market_supervision", "urban_management", "xueliang_video")
"""Plugins whose places in the pack they take."""
Mood = Literal["crashes", "exits", "leaks", "spins", "forks", "blocks", "poisons"]


class NaughtyConfig(BaseModel):
    """What it does."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mood: Mood


class Naughty:
    """Each page does it once more."""

    def __init__(self, config: NaughtyConfig, tools: Tools) -> None:
        self._mood, self._source = config.mood, tools.source
        self._held: list[bytearray] = []

    def check(self) -> None:
        """Always there."""

    def close(self) -> None:
        """Nothing is given back."""

    def read(self, cursor: str) -> Page:
        """Does what it is set to do."""
        if self._mood == "poisons":
            number = int(cursor or 0)
            return Page((Body(f"poison {number}".encode()),), str(number + 1))
        _DEEDS[self._mood](self)
        return Page((), cursor)

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft]:  # noqa: ARG002 the interface's
        """Nobody survives its records."""
        os._exit(9)

    def leak(self) -> None:
        """Sixty-four MiB more, held for ever."""
        self._held.append(bytearray(64 << 20))

    def spin(self) -> None:
        """One more thread that never rests."""
        threading.Thread(target=_spin, daemon=True).start()

    def fork(self) -> None:
        """One more process that outlives the call."""
        subprocess.Popen([sys.executable, "-c", f"import time; time.sleep(300)  # {self._source}"])


def _spin() -> None:
    while True:
        time.monotonic()


_DEEDS: Final[Mapping[str, Callable[[Naughty], object]]] = {
    "crashes": lambda _: os._exit(7),
    "exits": lambda _: sys.exit(8),
    "leaks": Naughty.leak,
    "spins": Naughty.spin,
    "forks": Naughty.fork,
    "blocks": lambda _: threading.Event().wait(),
}


@hookimpl
def grid_adapters() -> Iterable[AdapterEntry]:
    """One under each name."""
    for name in NAMES:
        yield AdapterEntry(
            name=name, title="演练用问题插件", config=NaughtyConfig, make=Naughty, cannot_tell=True
        )
