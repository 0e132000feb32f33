"""The process of one adapter: `python -m hub.plugin.apart.child`, started by `process`, never by a person.

It hears calls on standard input and answers on what was standard output; what a plugin prints goes nowhere. It ends
when its input does: with the hub, whatever becomes of the hub.
"""

import io
import os
import resource
import secrets
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from importlib.metadata import EntryPoint
from itertools import count
from typing import Any, BinaryIO, Final

from hub.clock import Clock, ScenarioClock, SystemClock
from hub.errors import HubError
from hub.model import Draft, GridDraft
from hub.plugin.adapter import Adapter, Received, Tools
from hub.plugin.apart import speech
from hub.plugin.apart.speech import Birth, Born, Call, Kept, Made, Said
from hub.plugin.configured import checked
from hub.plugin.hookspecs import PROJECT
from hub.plugin.lent import http_client
from hub.plugin.registry import Registry

_AT_ONCE: Final = 8
"""Calls that may overlap: what pushes wait for is not behind a page."""
_MOST_NOTES: Final = 10_000


class Answering:
    """The adapter behind the pipe. Methods that are asked for run in threads of their own."""

    def __init__(self, adapter: Adapter, out: BinaryIO) -> None:
        self._adapter: Final = adapter
        self._out: Final = out
        self._one: Final = threading.Lock()
        self._numbers: Final = count(1)
        self._notes: Final[dict[int, Callable[[], None]]] = {}
        """What is to be called once a request is stored."""

    def methods(self) -> tuple[str, ...]:
        """Those of the interface that the adapter has."""
        return tuple(name for name in speech.ARGUMENTS if callable(getattr(self._adapter, name, None)))

    def say(self, value: Said | Born) -> None:
        """Writes one frame, whole."""
        with self._one:
            speech.write(self._out, value)

    def answer(self, call: Call) -> None:
        """Calls the method and says what came of it."""
        try:
            arguments = speech.unpack(speech.ARGUMENTS[call.method], call.arguments)
            value = self._value(call.method, arguments)
            self.say(Said(call.number, speech.pack(value)))
        except HubError as error:
            self.say(Said(call.number, error=speech.told(error)))
        except (Exception, SystemExit) as error:  # foreign code: only the name of its type goes back
            self.say(Said(call.number, crash=type(error).__name__))

    def _value(self, method: str, arguments: tuple[Any, ...]) -> Any:
        if method == "stored":
            return self._notes.pop(arguments[0], _nothing)()
        found = getattr(self._adapter, method)(*arguments)
        match method:
            case "normalise":
                return [_made(one) for one in found]
            case "receive":
                return self._kept(found)
            case "inventory" | "fetch":
                return list(found)
        return found

    def _kept(self, received: Received) -> Kept:
        note = next(self._numbers)
        self._notes[note] = received.stored
        self._notes.pop(note - _MOST_NOTES, None)  # its request failed, and came again since
        return Kept(received.bodies, received.reply, received.failed, note)


def main() -> None:
    """Hears its birth, answers it, and then calls until there are no more."""
    heard, out = pipes()
    birth = speech.read(heard, Birth)
    _limit(birth)
    try:
        answering = Answering(_adapter(birth), out)
    except HubError as error:
        speech.write(out, Said(0, error=speech.told(error)))
        return
    answering.say(Born(answering.methods()))
    pool = ThreadPoolExecutor(_AT_ONCE)
    try:
        while True:
            pool.submit(answering.answer, speech.read(heard, Call))
    except (EOFError, OSError):
        os._exit(0)  # whatever a thread hangs in: nobody waits for it any more


def pipes() -> tuple[BinaryIO, BinaryIO]:
    """Both ends of the pipe, out of the reach of what a plugin prints and reads."""
    heard, out = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for one in (0, 1, 2):
        os.dup2(nowhere, one)
    sys.stdin, sys.stdout, sys.stderr = (io.StringIO() for _ in range(3))
    return os.fdopen(heard, "rb"), os.fdopen(out, "wb")


def _limit(birth: Birth) -> None:
    for what, most in (
        (resource.RLIMIT_AS, birth.memory_bytes),
        (resource.RLIMIT_NOFILE, birth.files),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    os.nice(10)  # whoever calculates without end leaves the others their turn


def _adapter(birth: Birth) -> Adapter:
    if birth.path:
        sys.path.insert(0, birth.path)
    entry = Registry.load([EntryPoint(birth.adapter, birth.module, PROJECT)]).entry(birth.adapter)
    tools = Tools(
        source=birth.source,
        clock=_clock(birth),
        http=http_client,
        nonce=lambda: secrets.token_hex(16),
        public_url=birth.public_url,
        place=birth.place,
    )
    return entry.make(checked(entry.config, birth.config, f"sources.{birth.source}"), tools)


def _clock(birth: Birth) -> Clock:
    if birth.clock is None:
        return SystemClock()
    start, speed, origin = birth.clock
    return ScenarioClock(datetime.fromisoformat(start), speed, origin)


def _made(one: Draft | GridDraft) -> Made:
    return Made(draft=one) if isinstance(one, Draft) else Made(grid=one)


def _nothing() -> None:
    """A request that nobody remembers."""


if __name__ == "__main__":
    main()
