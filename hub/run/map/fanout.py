"""Live streams: what changed is taken up once a tick and handed to every listener of that sheet, on one event loop.

No thread a listener. Each stream looks after a while whether its session still holds and its sheet is still the one to
see; where not, it ends and says so.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import suppress
from time import monotonic
from typing import Final

import orjson
import structlog
from sqlalchemy.exc import DBAPIError
from starlette.concurrency import run_in_threadpool

from hub.errors import Refused
from hub.run.map.live import RELOAD, Live
from hub.run.map.pictures import Pictures, Viewer

log = structlog.get_logger()

TICK_S: Final = 0.25
_BEAT_S: Final = 15.0
"""A stream that has nothing to say says so: proxies end what is silent."""
_CHECKED_EVERY_S: Final = 30.0
"""From one look at a session to the next."""
_MOST_EACH: Final = 50
"""Streams of one account; every browser has one."""
_HELLO: Final = b"retry: 1000\n\n"
_BEAT: Final = b": \n\n"
_OVER: Final = b"data: " + orjson.dumps(dict(RELOAD)) + b"\n\n"


class Fanout:
    """All streams of one process. Belongs to the event loop on which the first one is heard."""

    def __init__(self, pictures: Pictures) -> None:
        self._pictures: Final = pictures
        self._heard: Final[Counter[str]] = Counter()
        """Account → its streams."""
        self._waiting: Final[dict[int, _Waiting]] = {}
        """By sheet."""
        self._ticker: asyncio.Task[None] | None = None
        self._is_lost = False
        """Whether the store did not answer the last time."""

    def admit(self, viewer: Viewer) -> None:
        """Raises Refused P205 where this account has too many streams already."""
        if self._heard[viewer.account] >= _MOST_EACH:
            raise Refused("P205", most=_MOST_EACH)

    async def listen(
        self, viewer: Viewer, after: str, is_signed_in: Callable[[], bool]
    ) -> AsyncIterator[bytes]:
        """What this viewer's map has to tell from now on, or since the news numbered `after`; ends where it may not go on."""
        live = await run_in_threadpool(self._pictures.live, viewer)
        waiting = self._waiting.setdefault(id(live), _Waiting(live))
        self._heard[viewer.account] += 1
        waiting.listeners += 1
        if self._ticker is None or self._ticker.done():
            self._ticker = asyncio.create_task(self._tick())
        try:
            yield _HELLO
            number, checked_at = after or live.number, monotonic()
            while not waiting.is_over:
                said, number = live.since(number)
                yield b"".join(said) or _BEAT
                if monotonic() - checked_at > _CHECKED_EVERY_S:
                    if not await run_in_threadpool(is_signed_in):
                        break
                    checked_at = monotonic()
                if number == live.number:
                    await waiting.for_news()
            yield _OVER
        finally:
            self._heard[viewer.account] -= 1
            waiting.listeners -= 1

    async def _tick(self) -> None:
        """Until nobody listens."""
        while any(one.listeners for one in self._waiting.values()):
            began = monotonic()
            try:
                kept = await run_in_threadpool(self._pictures.tick)
            except DBAPIError as error:
                if not self._is_lost:
                    log.warning("map_not_read", error=type(error).__name__)
                self._is_lost = True
            else:
                if self._is_lost:
                    log.info("map_read_again")
                self._is_lost = False
                self._wake({id(live) for live in kept})
            await asyncio.sleep(max(0.0, TICK_S - (monotonic() - began)))

    def _wake(self, kept: Collection[int]) -> None:
        for key, one in list(self._waiting.items()):
            one.is_over = key not in kept
            if one.is_over or not one.listeners:
                del self._waiting[key]
            if one.is_over or one.has_news():
                one.wake()


class _Waiting:
    """Who listens to one sheet."""

    def __init__(self, live: Live) -> None:
        self._live: Final = live
        self._number = live.number
        self._event = asyncio.Event()
        self.listeners = 0
        self.is_over = False

    def has_news(self) -> bool:
        """Whether there are news since it was asked last."""
        before, self._number = self._number, self._live.number
        return before != self._number

    def wake(self) -> None:
        """All who wait go on."""
        self._event.set()
        self._event = asyncio.Event()

    async def for_news(self) -> None:
        """Returns with the next news, or after a beat without."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), _BEAT_S)
