"""Which plugins run in a process of their own, and as whom."""

import os
from pathlib import Path

import pytest

from hub.errors import FixSettings
from hub.plugin import Body, Reads
from hub.plugin.registry import SHIPPED, Offer, Origin, Registry
from tests.docs.blocks import ROOT
from tests.drills import naughty
from tests.instruments import HubInHand

PLUGIN = "market_supervision"
"""Under whose name the plugin from outside is offered: the pack has a source of it."""


def offered(place: Path, origin: Origin, **settings: object) -> HubInHand:
    """A hub with a source of that plugin."""
    hub = HubInHand(place)
    hub.hub.registry = Registry([Offer(origin, tuple(naughty.grid_adapters()))], [])
    hub.hub.settings.sources.update({PLUGIN: {"mood": "poisons"}})
    for name, value in settings.items():
        setattr(hub.hub.settings, name, value)
    return hub


OUTSIDE = Origin("naughty", module=naughty.__name__)


def test_what_comes_with_the_hub_is_what_lies_beside_it() -> None:
    assert {f"gridplus-{one.name.replace('_', '-')}" for one in (ROOT / "plugins").iterdir()} == SHIPPED


@pytest.mark.parametrize(
    ("origin", "inside", "apart"),
    [
        (OUTSIDE, [], True),
        (OUTSIDE, [PLUGIN], False),
        (Origin("m", "gridplus-market-supervision", "1", naughty.__name__), [], False),
        (Origin("m", "gridplus-lamps", "1", naughty.__name__), [], True),
        (Origin("drill"), [], False),
    ],
)
def test_what_is_not_shipped_runs_apart_unless_the_settings_name_it(
    tmp_path: Path, origin: Origin, inside: list[str], apart: bool
) -> None:
    hub = offered(tmp_path, origin, plugins_inside=inside)
    assert apart is hub.hub.adapters.versions.runs_apart(PLUGIN)
    hub.close()


def test_an_adapter_from_outside_is_asked_in_its_own_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
    hub = offered(tmp_path, OUTSIDE)
    adapter = hub.hub.adapters.now(PLUGIN)
    assert isinstance(adapter, Reads)
    assert (Body(b"poison 0"),) == adapter.read("").bodies
    hub.close()


def test_that_plugins_from_outside_run_as_root_is_a_finding(tmp_path: Path) -> None:
    hub = offered(tmp_path, OUTSIDE)
    found = [(one.code, one.facts) for one in hub.hub.adapters.versions.exposed([PLUGIN])]
    assert ([("D164", {"plugins": PLUGIN})] if os.geteuid() == 0 else []) == found
    hub.hub.settings.plugin_user = "nobody"
    assert [] == hub.hub.adapters.versions.exposed([PLUGIN])
    hub.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes somebody else")
def test_a_user_that_the_machine_does_not_know_is_a_wrong_setting(tmp_path: Path) -> None:
    hub = offered(tmp_path, OUTSIDE)
    hub.hub.settings.plugin_user = "nobody-of-that-name"
    with pytest.raises(FixSettings, match="C101"):
        hub.hub.adapters.now(PLUGIN)
    hub.close()
