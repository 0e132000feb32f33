"""The demo's gateways are the plugins' own simulators, and a hub reaches them by its settings alone."""

from pathlib import Path

from gridplus_sms_gateway.plugin import ENTRY as SMS
from gridplus_voice_gateway.plugin import ENTRY as VOICE

from hub.clock import FixedClock
from hub.demo.gateways import Gateways
from hub.plugin.registry import Offer, Origin, Registry
from hub.run.ringing.channels import Channels
from hub.settings import read
from tests.instruments import MORNING, demo_pack


def test_a_hub_reaches_the_demos_gateways_by_its_settings(tmp_path: Path) -> None:
    registry, clock = Registry([Offer(Origin("demo"), (), (SMS, VOICE))], []), FixedClock(MORNING)
    gateways = Gateways(registry, demo_pack())
    try:
        settings = read(home=tmp_path, channels=gateways.open(clock, tmp_path / "gateways", seed=1))
        channels = Channels(settings, demo_pack, lambda: registry, clock)
        for name in ("sms", "voice"):
            channels.now(name).check()
        channels.close()
        assert {"sms": 0, "voice": 0} == gateways.rang()
    finally:
        gateways.close()
        gateways.close()
