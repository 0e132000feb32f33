"""The catalogue of plugins: what is measured stands there with its version, the rest is looked at."""

from pathlib import Path
from typing import Any

import pytest

from hub.plugin.own_code import own_lines
from hub.run.care.plugincatalogue import Line, catalogue, note_cost, note_level
from tests.docs.blocks import ROOT
from tests.instruments import HubInHand

NAME = "market_supervision"


def lines(hub: HubInHand) -> dict[str, Line]:
    found = catalogue(hub.hub.store, hub.hub.registry, hub.hub.pack, hub.hub.settings.sources)
    return {one.name: one for one in found}


def test_every_adapter_and_channel_has_its_line(hub: HubInHand) -> None:
    registry = hub.hub.registry
    assert {*registry.adapters, *registry.channels} == set(lines(hub))


def test_what_was_measured_stands_there_with_its_version(hub: HubInHand) -> None:
    before = lines(hub)[NAME]
    assert (None, None) == (before.level, before.cost_us)
    with hub.hub.store.write() as conn:
        note_level(conn, NAME, "gold", "0.1.0", hub.clock.now())
        note_cost(conn, NAME, 97.4, "0.1.0", hub.clock.now())
    line = lines(hub)[NAME]
    assert line.level is not None
    assert line.cost_us is not None
    assert ("gold", "97", "0.1.0") == (line.level.value, line.cost_us.value, line.cost_us.version)


def test_the_rest_is_as_it_is_now(hub: HubInHand) -> None:
    hub.hub.settings.sources[NAME] = {"quiet_hours": "00:00-05:00"}
    line = lines(hub)[NAME]
    package = ROOT / "plugins/market_supervision/gridplus_market_supervision"
    assert own_lines(Path(package)) == line.own_lines
    assert ((NAME,), (f"{NAME} 00:00-05:00",), True) == (line.sources, line.quiet_hours, line.is_on)
    codes = hub.hub.pack.codes.tables["sj-2026"].values()
    assert (len(codes), len({one.category for one in codes})) == (line.codes, line.categories)


def test_quiet_hours_of_the_pack_stand_there_beside_other_settings(
    hub: HubInHand, monkeypatch: pytest.MonkeyPatch
) -> None:
    config: Any = hub.hub.pack.sources[NAME].config
    monkeypatch.setitem(config, "quiet_hours", "01:00-04:00")  # the pack is every test's
    hub.hub.settings.sources[NAME] = {"token": "invented"}
    assert (f"{NAME} 01:00-04:00",) == lines(hub)[NAME].quiet_hours
    hub.hub.settings.sources[NAME] = {"quiet_hours": ""}
    assert () == lines(hub)[NAME].quiet_hours
