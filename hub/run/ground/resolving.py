"""Addresses of a name within a time limit. The machine's own resolver has none, and cannot be broken off: whoever asks
it waits in a thread of its own, and of those there are only so many.
"""

import socket
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from threading import BoundedSemaphore, Thread
from typing import Final

Resolve = Callable[[str, int], Sequence[str]]
"""Name and port → every address; raises OSError where there is none now."""

MOST_ASKING: Final = 4
"""Questions that one `Resolving` has out at once, those that nobody waits for any more among them."""


def resolve(name: str, port: int) -> list[str]:
    """Every address of `name`, as the machine knows it; raises OSError."""
    found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


class Resolving:
    """Asks `resolve`. Thread-safe."""

    def __init__(self, resolve: Resolve = resolve, *, most: int = MOST_ASKING) -> None:
        self._resolve: Final = resolve
        self._free: Final = BoundedSemaphore(most)

    def addresses(self, name: str, port: int, *, within_s: float) -> Sequence[str]:
        """Every address of `name`. Raises TimeoutError where that takes longer, or all questions that may be out hang
        for so long (real seconds); OSError where there is none now.
        """
        ends = time.monotonic() + within_s
        if not self._free.acquire(timeout=within_s):
            raise TimeoutError
        asked: Future[Sequence[str]] = Future()
        try:
            Thread(target=self._ask, args=(asked, name, port), name="resolve", daemon=True).start()
        except RuntimeError:  # the machine has no thread left
            self._free.release()
            raise TimeoutError from None
        return asked.result(timeout=max(0.0, ends - time.monotonic()))

    def _ask(self, asked: Future[Sequence[str]], name: str, port: int) -> None:
        try:
            asked.set_result(self._resolve(name, port))
        except BaseException as error:  # it is raised where somebody waits for the answer
            asked.set_exception(error)
        finally:
            self._free.release()
