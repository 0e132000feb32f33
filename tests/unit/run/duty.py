"""Duty phones in a test's hand: the gateways' own simulators over sockets, and who calls through them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from gridplus_sms_gateway.plugin import ENTRY as SMS
from gridplus_sms_gateway.simulator import SmsPlatform
from gridplus_voice_gateway.plugin import ENTRY as VOICE
from gridplus_voice_gateway.simulator import VoicePlatform

from hub.model import Urgency
from hub.plugin import SimulatorSetup
from hub.plugin.registry import Offer, Origin, Registry
from hub.run.exits.explaining import explain
from hub.run.matters.oncall import unheard
from hub.run.ringing.calling import Calling
from hub.run.ringing.summoning import Summoning
from tests.instruments import HubInHand
from tests.unit.run.matters import findings
from tests.unit.run.sources import pipe

NAMES = ("sms", "voice")


class Phones:
    """Both gateways, set up in one hub, and the workers that call through them, stepped by the test."""

    def __init__(self, hub: HubInHand, sms: SmsPlatform, voice: VoicePlatform) -> None:
        self.hub, self.sms, self.voice = hub, sms, voice
        offers = (*hub.hub.registry.offers, Offer(Origin("duty"), (), (SMS, VOICE)))
        hub.hub.registry = Registry(offers, [])
        hub.hub.settings.channels = {"sms": dict(sms.config()), "voice": dict(voice.config())}
        self.planner: Summoning = hub.hub.plain_summoning()
        self.callers: dict[str, Calling] = {name: hub.hub.plain_calling(name) for name in NAMES}

    def work(self) -> None:
        """Everybody works until there is nothing to do at this moment."""
        while self.planner.step() + sum(one.step() for one in self.callers.values()):
            pass

    def send(self, channel: str) -> None:
        """One channel's worker makes every call that is due; an emergency calls its assisting departments, too."""
        while self.callers[channel].step():
            pass

    def after(self, seconds: float) -> None:
        """So much later everybody works again, as their loops would have meanwhile."""
        self.hub.clock.pause(seconds)
        self.work()

    def rang(self) -> list[tuple[str, str]]:
        """(channel, number) of every phone that rang, by channel."""
        return [("sms", one["ref"]) for one in self.sms.heard()] + [
            ("voice", one["ref"]) for one in self.voice.heard()
        ]


@contextmanager
def phones(
    hub: HubInHand, place: Path, *, sms: tuple[str, ...] = (), voice: tuple[str, ...] = ()
) -> Iterator[Phones]:
    """Gateways with these failure modes."""
    made = (
        SmsPlatform(SimulatorSetup(clock=hub.clock, place=place, seed=1, failures=sms)),
        VoicePlatform(SimulatorSetup(clock=hub.clock, place=place, seed=2, failures=voice)),
    )
    for one in made:
        one.start()
    try:
        yield Phones(hub, *made)
    finally:
        for one in made:
            one.stop()


def burst(hub: HubInHand, ref: str = "A1", n: int = 0, **changes: Any) -> str:
    """An emergency: its lead is the water works; returns the id of their whistle."""
    hub.tell(replace(pipe(hub, ref, n), urgency=Urgency.CRITICAL, **changes))
    hub.settle()
    rows = hub.rows("SELECT id, department FROM whistle WHERE role = 'lead' ORDER BY blown_us")
    return str([r[0] for r in rows if r[1] == "zilai"][-1])


def calls(hub: HubInHand, whistle: str) -> list[tuple[str, str, str, str]]:
    """(channel, contact, state, code) of each call for a whistle, as `gridplus explain` tells them."""
    with hub.hub.store.read() as conn:
        found = explain(conn, whistle)["calls"]
    return [(one["channel"], one["contact"], one["state"], one["code"]) for one in found]


def unheard_of(hub: HubInHand) -> list[str]:
    """Emergencies that nobody took although every way was tried: what D157 counts."""
    with hub.hub.store.read() as conn:
        found = unheard(conn, hub.hub.pack, hub.clock.now())
    told = findings(hub, "D157")
    assert ([{"count": len(found), "first": found[0]}] if found else []) == told
    return found


def state(hub: HubInHand, whistle: str) -> str:
    """Of this whistle."""
    return str(dict(tuple(r) for r in hub.rows("SELECT id, state FROM whistle"))[whistle])
