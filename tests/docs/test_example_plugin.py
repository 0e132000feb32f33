"""The plugin of the page for engineers: installed by its entry point, simulated, read, and a whistle in the end."""

import ssl
import sys
import tomllib
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import httpx
import pytest

from hub.clock import FixedClock
from hub.plugin import AdapterEntry, Simulator, SimulatorSetup, Tools, Utterance
from hub.plugin.registry import Registry
from hub.plugin.samples import Sample, outcome_of, read_samples
from hub.plugin.simulator_http import HttpSimulator
from tests.docs.blocks import ROOT
from tests.docs.test_snippets import names_of
from tests.instruments import MORNING, HubInHand, demo_pack

EXAMPLE = ROOT / "docs/examples/street_lamps"
PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Nothing here speaks TLS; loading certificates for each client would take most of a test's time."""
SAMPLES = read_samples(EXAMPLE / "gridplus_street_lamps/samples")


@pytest.fixture(scope="module")
def entry() -> Iterator[AdapterEntry]:
    """The offer, as the hub finds it: by the entry point of the example's own pyproject."""
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text("utf-8"))["project"]
    ((name, module),) = project["entry-points"]["gridplus"].items()
    sys.path.insert(0, str(EXAMPLE))
    found = Registry.load([EntryPoint(name, module, "gridplus")])
    assert () == found.refusals
    yield found.entry(name)
    sys.path.remove(str(EXAMPLE))


def tools() -> Tools:
    """What the hub would lend it."""
    return Tools(
        source="street_lamps",
        clock=FixedClock(MORNING),
        http=partial(httpx.Client, timeout=5.0, verify=PLAIN),
        nonce=lambda: "0" * 32,
    )


@pytest.fixture
def platform(entry: AdapterEntry, tmp_path: Path) -> Iterator[Simulator]:
    """The simulated platform, with one dark lamp to tell of."""
    assert entry.simulator
    address = demo_pack().geography.addresses[1000]
    lamp = Utterance(
        at=MORNING - timedelta(minutes=5),
        ref="LD20260310-0017",
        code="B0137",
        code_table="cg-2023",
        occurred_at=MORNING,
        reported_at=MORNING,
        content="整排路灯不亮",
        lon=address.lon,
        lat=address.lat,
        device_ref="L-0412",
    )
    setup = SimulatorSetup(clock=FixedClock(MORNING), utterances=(lamp,), place=tmp_path)
    made = entry.simulator(setup)
    yield made
    made.stop()


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_sample_gives_what_stands_beside_it(sample: Sample, entry: AdapterEntry) -> None:
    adapter = entry.make(entry.config(base_url="http://127.0.0.1:9", api_key="k"), tools())
    names_of(ROOT / "docs/engineers.md")["check_sample"](adapter, sample)
    assert sample.expected == outcome_of(adapter, sample)
    adapter.close()


def test_a_fault_of_the_simulated_platform_becomes_a_whistle(
    entry: AdapterEntry, platform: Simulator, tmp_path: Path
) -> None:
    config: Any = entry.config.model_validate(platform.start())
    adapter = entry.make(config, tools())
    adapter.check()
    hub = HubInHand(tmp_path / "hub")
    intake = hub.hub.plain_intake("street_lamps", adapter)
    held = intake.lease()
    assert held
    assert isinstance(platform, HttpSimulator)
    assert platform.wait_for(lambda: platform.outstanding() == 1)
    assert (1, False) == intake.read(held)
    assert (0, False) == intake.read(held)
    assert platform.done()
    hub.adapter = adapter  # type: ignore[assignment]  # the hub in hand digests with it
    hub.settle("street_lamps")
    assert hub.account()["departments"] == {"shizheng": 1}
    hub.close()
    adapter.close()
