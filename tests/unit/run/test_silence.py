"""A source that is down every night by agreement is not silent then; one that says nothing while it might, is (N64)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from hub.run.care.deeds import Deeds
from hub.run.care.doctor import Doctor
from hub.run.care.upkeep import Upkeep
from tests.instruments import HubInHand, stated

SOURCE = "hotline_12345"
NIGHT = {SOURCE: {"quiet_hours": "22:00-06:00"}}


def is_named(hub: HubInHand, settings: Mapping[str, Mapping[str, str]], after_h: float) -> tuple[bool, bool]:
    """Whether the doctor and the engineers' page name it, so many hours after its last record of 9:05."""
    now = hub.clock.now() + timedelta(hours=after_h)
    setup = replace(hub.hub.pack.sources[SOURCE], freshness_s=14 * 3600, config={})
    pack = replace(hub.hub.pack, sources={SOURCE: setup})
    with hub.hub.store.read() as conn:
        found = Doctor(pack, (SOURCE,), now, settings=settings).findings(conn)
    hub.clock.pause(after_h * 3600)
    deeds = Deeds(hub.hub.store, hub.hub.ledgers.mine, hub.clock)
    upkeep = Upkeep(pack=lambda: pack, configured=(SOURCE,), deeds=deeds, settings=settings)
    return "D101" in {one.code for one in found}, upkeep.one(SOURCE).is_silent


@pytest.mark.nasty("N64")
@pytest.mark.parametrize(
    ("settings", "after_h", "silent"),
    [
        pytest.param({}, 13, False, id="within what is normal there"),
        pytest.param({}, 15, True, id="an hour too long"),
        pytest.param(NIGHT, 15, False, id="at midnight, by agreement"),
        pytest.param(NIGHT, 21, False, id="in the morning it has an hour left"),
        pytest.param(NIGHT, 23, True, id="it might have spoken for an hour too long"),
    ],
)
def test_a_night_by_agreement_is_no_silence(
    hub: HubInHand, settings: Mapping[str, Mapping[str, str]], after_h: float, silent: bool
) -> None:
    hub.tell(stated("LD1"))
    assert (silent, silent) == is_named(hub, settings, after_h)
