"""Memory of a worker that is ready: what lives for ever is no longer looked through for garbage."""

import gc
from typing import Final

_YOUNG: Final = 100_000
"""New objects between two looks of the collector; 700 would be one look for every few reports of a batch."""


def begin() -> None:
    """The start of a process makes little but what stays: looked through as often as usual, it takes a quarter longer."""
    gc.set_threshold(_YOUNG, 20, 50)


def keep() -> None:
    """What stands now is kept for good: call it once, when a process has made what it makes once.

    Pack, maps and schemas are some 10⁵–10⁶ objects that every full look of the collector would walk through.
    """
    gc.collect()
    gc.freeze()
    begin()
