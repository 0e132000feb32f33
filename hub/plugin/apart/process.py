"""The process of one adapter, as the hub sees it: started when it is needed, spoken to, given up when it hangs.

It is started with nothing of the hub's environment but where Python finds its modules. Whatever it does, a call here
ends: with what it said, with an error of the hub's tree, or with TryLater S130 (it ended) or S131 (no answer in time).
"""

import os
import pwd
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any, BinaryIO, Final

from hub.errors import FixSettings, TryLater
from hub.plugin.apart import speech
from hub.plugin.apart.speech import Birth, Born, Call, Said

_PASSED_ON: Final = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "SSL_CERT_FILE", "SSL_CERT_DIR", "TZ")
"""Of the hub's environment: nothing that says where its database is, or what it keeps secret."""
_BIRTH_S: Final = 30.0
_STEADY_S: Final = 60.0
"""Who lives so long is taken for well: the next end is a first one."""
_LONGEST_REST_S: Final = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long one call may take, real seconds."""

    calls_s: Mapping[str, float] = field(
        default_factory=lambda: {"normalise": 10.0, "admit": 10.0, "receive": 30.0, "close": 5.0}
    )
    other_calls_s: float = 120.0
    """For a page, a keep-alive, an answer told: a system's own time-outs end earlier."""

    def of(self, method: str) -> float:
        """How long a call of `method` may take."""
        return self.calls_s.get(method, self.other_calls_s)


class Ended(TryLater):
    """The process ended while it was asked."""


class Process:
    """One adapter's process, again and again. For many threads."""

    def __init__(
        self,
        birth: Birth,
        limits: Limits,
        user: str = "",
        *,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        """`user`: as whom of this machine it runs; "" as the hub itself."""
        self._birth, self._limits, self._user, self._ticks = birth, limits, user, ticks
        self._lock: Final = threading.Lock()
        self._running: _Running | None = None
        self._closed = False
        self._ends = 0
        """In a row, each soon after its start."""
        self._rests_until = 0.0

    def methods(self) -> tuple[str, ...]:
        """Those of the interface that its adapter has; starts it where it does not run."""
        return self._alive().born.methods

    def call(self, method: str, *arguments: Any, at_once: bool = False) -> Any:
        """What the adapter's `method` returns; `at_once` also where it should rest. Raises what it raises of the hub's tree, RuntimeError for anything else
        (its words stay where they are), Ended S130, TryLater S131, and S130 while it rests after ending too often."""
        running = self._alive(at_once=at_once)
        try:
            said = running.ask(method, arguments, self._limits.of(method))
        except Ended:
            self._note_end(running)
            raise
        if said.error:
            raise speech.raised(said.error)
        if said.crash == MemoryError.__name__:
            running.kill()  # what it holds is not given back by itself
            self._note_end(running)
        if said.crash:
            raise RuntimeError(said.crash)
        return speech.unpack(speech.VALUES[method], said.value)

    def close(self) -> None:
        """Lets the adapter close, and ends the process within a few seconds; may be called twice."""
        with self._lock:
            running, self._running, self._closed = self._running, None, True
        if running is None:
            return
        with suppress(Exception):  # it ends now, however it takes it
            running.ask("close", (), self._limits.of("close"))
        running.kill()

    def _alive(self, *, at_once: bool = False) -> "_Running":
        with self._lock:
            if self._closed:
                raise Ended("S130", status="closed")
            if self._running is not None and not self._running.ended:
                return self._running
            if self._ticks() < self._rests_until and not at_once:
                raise TryLater("S130", status="resting")
            try:
                self._running = _Running(self._birth, self._user, self._ticks)
            except Ended:
                self._rest()
                raise
            return self._running

    def _note_end(self, running: "_Running") -> None:
        with self._lock:
            if self._running is not running:
                return  # another call has noted it
            self._running = None
            if self._ticks() - running.began > _STEADY_S:
                self._ends = 0
            self._rest()

    def _rest(self) -> None:
        """The first end costs no time; each further one soon after its start doubles the rest."""
        self._ends += 1
        rest_s = 0.0 if self._ends < 3 else min(_LONGEST_REST_S, 2.0 ** (self._ends - 3))
        self._rests_until = self._ticks() + rest_s


@dataclass(slots=True)
class _Waiting:
    """A call on its way."""

    answered: threading.Event = field(default_factory=threading.Event)
    said: Said | None = None


class _Running:
    """One life of the process."""

    def __init__(self, birth: Birth, user: str, ticks: Callable[[], float]) -> None:
        self.began: Final = ticks()
        self.ended = False
        self._waiting: Final[dict[int, _Waiting]] = {}
        self._numbers: Final = count(1)
        self._one: Final = threading.Lock()
        self._popen: Final = _started(birth, user)
        self._in: Final[BinaryIO] = self._popen.stdin  # type: ignore[assignment]
        self.born: Final = self._birth(birth)
        threading.Thread(target=self._listen, name=f"apart-{birth.source}", daemon=True).start()

    def ask(self, method: str, arguments: tuple[Any, ...], within_s: float) -> Said:
        """What is said to a call; raises Ended S130 or TryLater S131, and then the process is gone."""
        number, waiting = next(self._numbers), _Waiting()
        self._waiting[number] = waiting
        try:
            with self._one:
                speech.write(self._in, Call(number, method, speech.pack(arguments)))
        except (OSError, ValueError):
            waiting.answered.set()
        if not waiting.answered.wait(within_s):
            self.kill()
            raise Ended("S131", method=method, seconds=within_s)
        self._waiting.pop(number, None)
        if waiting.said is None:
            raise Ended("S130", status=self._status())
        return waiting.said

    def kill(self) -> None:
        """It and all that it started are gone."""
        self.ended = True
        with suppress(OSError):
            os.killpg(self._popen.pid, signal.SIGKILL)
        self._popen.wait()
        with suppress(OSError):
            self._in.close()

    def _birth(self, birth: Birth) -> Born:
        """Tells it who it is; raises what making the adapter raised, or Ended S130."""
        late = threading.Timer(_BIRTH_S, self.kill)
        late.start()
        try:
            speech.write(self._in, birth)
            first = speech.read(self._out, dict[str, Any])
        except (OSError, EOFError, ValueError):
            self.kill()
            raise Ended("S130", status=self._status()) from None
        finally:
            late.cancel()
        if "methods" in first:
            return Born(tuple(first["methods"]))
        self.kill()
        said = speech.unpack(Said, speech.pack(first))
        raise speech.raised(said.error) if said.error else Ended("S130", status=said.crash)

    @property
    def _out(self) -> BinaryIO:
        return self._popen.stdout  # type: ignore[return-value]

    def _listen(self) -> None:
        """Hands each answer to who waits for it, until there are no more."""
        with suppress(EOFError, OSError, ValueError):
            while True:
                said = speech.read(self._out, Said)
                waiting = self._waiting.get(said.number)
                if waiting is not None:
                    waiting.said = said
                    waiting.answered.set()
        self.kill()
        self._out.close()
        for waiting in list(self._waiting.values()):
            waiting.answered.set()

    def _status(self) -> str:
        """How it ended: an exit status, or the name of a signal."""
        code = self._popen.poll()
        if code is not None and code < 0:
            return signal.Signals(-code).name
        return str(code)


def give_to(place: str, user: str) -> None:
    """Makes whoever its process runs as the owner of a directory, so that it can keep its small state there; raises
    FixSettings C101 where the machine knows no such user."""
    found = whose(user)
    if found:
        os.chown(place, found["user"], found["group"])


def _account(user: str) -> dict[str, Any]:
    """Who it is, and that it is in no group but its own."""
    try:
        found = pwd.getpwnam(user)
    except KeyError:
        raise FixSettings("C101", name="plugin_user") from None
    return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}


def whose(user: str) -> dict[str, Any]:
    """What `subprocess` needs to run something as `user` of this machine, and in no group but theirs; nothing for "", and
    where we are not root, who alone becomes somebody else."""
    return _account(user) if user and os.geteuid() == 0 else {}


def environment() -> dict[str, str]:
    """What of the hub's environment goes along."""
    return {name: os.environ[name] for name in _PASSED_ON if name in os.environ}


def _started(birth: Birth, user: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "hub.plugin.apart.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=birth.place or "/",
        env=environment(),
        start_new_session=True,  # so that what it starts goes with it
        **whose(user),
    )
