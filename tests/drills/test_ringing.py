"""Who calls duty phones is killed between the gateway's answer and its own commit, again and again: no phone rings twice
for one call, and each whistle is signed once."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from hub.clock import ScenarioClock
from hub.model import Urgency
from hub.plugin import SimulatorSetup
from tests.connected.patience import until
from tests.drills.lines import spots
from tests.drills.rehearsal import KILLS, SEED, Where
from tests.drills.ringing import Assassin, DeadlySms, DeadlyVoice, begin
from tests.drills.toll import Found, Toll, toll_of
from tests.instruments import MORNING, HubInHand, at, demo_pack, stated

pytestmark = [pytest.mark.slow, pytest.mark.nasty("N68", "N90")]

SPEED = 60.0
STARTS = MORNING + timedelta(minutes=30)
EVERY = 3
"""Calls between two kills."""


def test_no_phone_rings_twice_and_each_whistle_is_signed_once(
    tmp_path: Path, where: Where, tolls: list[Toll]
) -> None:
    kills = KILLS * 2
    hub = HubInHand(tmp_path, store=where.store, bus=where.bus, prefix=where.prefix)
    burst(hub, matters=1 + kills)
    clock = ScenarioClock(STARTS, SPEED)
    settings = {
        "home": tmp_path,
        "store": where.store or f"sqlite:///{tmp_path}/hub.db",
        "clock_start": STARTS.isoformat(),
        "clock_speed": SPEED,
        "clock_origin": clock.origin,
        "lease_s": 1.0,
    }
    assassin = Assassin(kills, EVERY)
    with gateways(clock, tmp_path, assassin) as (sms, voice):
        process = begin(settings, {"sms": sms, "voice": voice}, tmp_path / "calls.log")
        assassin.victim = process.pid
        try:
            ends = time.monotonic() + 120
            while unsigned(hub) or assassin.killed < kills:
                assert time.monotonic() < ends, (tmp_path / "calls.log").read_text()
                process.join(0.1)
                if not process.is_alive():
                    process = begin(settings, {"sms": sms, "voice": voice}, tmp_path / "calls.log")
                    assassin.victim = process.pid
            until(lambda: not unsigned(hub), "every whistle is signed")
        finally:
            process.kill()
            process.join()
        rang = Counter(one["nonce"] for gateway in (sms, voice) for one in gateway.heard())
        repeats = sms.asked + voice.asked - len(rang)
    planned = {str(r[0]) for r in hub.rows("SELECT id FROM summons WHERE state NOT IN ('void', 'queued')")}
    signed = Counter(r[0] for r in hub.rows("SELECT whistle_id FROM report WHERE move = 'sign'"))
    blown = [r[0] for r in hub.rows("SELECT id FROM whistle")]
    missing = [f"call {id_}" for id_ in planned - set(rang)] + [
        f"report of {id_}" for id_ in set(blown) - set(signed)
    ]
    double = [f"call {id_}" for id_, n in rang.items() if n > 1] + [
        f"report of {id_}" for id_, n in signed.items() if n > 1
    ]
    double += [
        f"call without a row {id_}"
        for id_ in set(rang) - {str(r[0]) for r in hub.rows("SELECT id FROM summons")}
    ]
    account, found = hub.account(), Found(missing, double, repeats)
    tolls.append(toll_of("ringing", where.name, SEED, assassin.killed, account, found))
    hub.close()
    assert ([], []) == (missing, double)
    assert (kills, True) == (assassin.killed, repeats >= 1)


def burst(hub: HubInHand, *, matters: int) -> None:
    """So many emergencies far from each other."""
    for n, (lon, lat) in enumerate(spots(demo_pack(), matters, SEED)):
        hub.tell(replace(stated(f"M{n:03d}-a", position=at(lon, lat)), urgency=Urgency.CRITICAL))
    hub.settle()


def unsigned(hub: HubInHand) -> bool:
    """Whether some whistle is not signed yet."""
    return bool(hub.rows("SELECT id FROM whistle WHERE state = 'blown'"))


@contextmanager
def gateways(
    clock: ScenarioClock, place: Path, assassin: Assassin
) -> Iterator[tuple[DeadlySms, DeadlyVoice]]:
    """Both, with the one who kills inside."""
    sms = DeadlySms(SimulatorSetup(clock=clock, place=place, seed=1))
    voice = DeadlyVoice(SimulatorSetup(clock=clock, place=place, seed=2))
    for one in (sms, voice):
        one.assassin = assassin
        one.start()
    try:
        yield sms, voice
    finally:
        for one in (sms, voice):
            one.stop()
