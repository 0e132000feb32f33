"""Waiting for what another thread, process or server does: asked again until it holds, never slept for."""

import threading
import time
from collections.abc import Callable

LOOK_AGAIN_S = 0.02


def until(holds: Callable[[], bool], what: str, *, within_s: float = 20.0) -> None:
    """Returns as soon as `holds()`; fails, naming `what`, where that takes longer than `within_s`."""
    ends, never = time.monotonic() + within_s, threading.Event()
    while not holds():
        assert time.monotonic() < ends, f"not within {within_s} s: {what}"
        never.wait(LOOK_AGAIN_S)
