"""One process that calls duty phones, for a drill: it is killed by the gateway that it has just spoken to.

The gateway takes the call, lets the phone ring, kills who called and answers nobody: exactly between the other side's
effect and our commit.
"""

import os
import signal
import threading
from collections.abc import Mapping
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, Final

from gridplus_sms_gateway.plugin import ENTRY as SMS
from gridplus_sms_gateway.simulator import SmsPlatform
from gridplus_voice_gateway.plugin import ENTRY as VOICE
from gridplus_voice_gateway.simulator import VoicePlatform

from hub.plugin import PeerReply, PeerRequest
from hub.plugin.registry import Offer, Origin, Registry
from hub.plugin.simulator_http import HttpSimulator
from hub.run.assembly import Assembly
from hub.run.ground import logs
from hub.settings import read
from tests.drills.child import SERVER
from tests.instruments import demo_pack

ENTRIES: Final = (SMS, VOICE)


class Assassin:
    """Kills who calls, at chosen calls. `calls` counts those that reached a gateway for the first time."""

    def __init__(self, kills: int, every: int) -> None:
        self.victim: int | None = None
        self.killed = self.calls = 0
        self._kills, self._every = kills, every
        self._lock = threading.Lock()

    def strikes(self, rang: bool) -> None:
        """After every so many calls that rang; the process that is called by then is gone before it has an answer."""
        with self._lock:
            self.calls += rang
            if not rang or self.victim is None or self.killed >= self._kills or self.calls % self._every:
                return
            os.kill(self.victim, signal.SIGKILL)
            self.victim, self.killed = None, self.killed + 1


class DeadlySms(SmsPlatform):
    """An SMS gateway that kills who submits."""

    assassin: Assassin

    def answer(self, request: PeerRequest) -> PeerReply:
        """As ever, and then it may strike."""
        return _and_strike(self, super().answer, request)


class DeadlyVoice(VoicePlatform):
    """A voice gateway that kills who dials."""

    assassin: Assassin

    def answer(self, request: PeerRequest) -> PeerReply:
        """As ever, and then it may strike."""
        return _and_strike(self, super().answer, request)


def _and_strike(gateway: Any, answer: Any, request: PeerRequest) -> PeerReply:
    before = gateway.said()
    reply: PeerReply = answer(request)
    gateway.assassin.strikes(gateway.said() > before)
    return reply


def begin(settings: Mapping[str, Any], gateways: Mapping[str, HttpSimulator], log: Path) -> ForkServerProcess:
    """A process that plans and makes calls until it is killed."""
    channels = {name: dict(one.config()) for name, one in gateways.items()}
    process = SERVER.Process(target=_run, args=({**settings, "channels": channels}, log))
    process.start()
    return process


def _run(settings: Mapping[str, Any], log: Path) -> None:
    with log.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    logs.configure("info")
    hub = Assembly(read(**settings), pack=demo_pack())
    hub.registry = Registry([Offer(Origin("drill"), (), ENTRIES)], [])
    for loop in hub.summoning():
        loop.start()
    threading.Event().wait()
