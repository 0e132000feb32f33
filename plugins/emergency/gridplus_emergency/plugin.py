"""Offers the adapter to the hub."""

from collections.abc import Iterable
from pathlib import Path

from gridplus_emergency.adapter import DECLARES, Emergency, EmergencyConfig
from gridplus_emergency.simulator import CommandPlatform
from hub.plugin import AdapterEntry, hookimpl


@hookimpl
def grid_adapters() -> Iterable[AdapterEntry]:
    """One adapter: `emergency`. The platform takes no answers: its people are told by the contract."""
    yield AdapterEntry(
        name="emergency",
        title="应急指挥平台",
        config=EmergencyConfig,
        make=Emergency,
        simulator=CommandPlatform,
        samples=Path(__file__).parent / "samples",
        declares=DECLARES,
        cannot_tell=True,
        owner="应急指挥平台对接组",
    )
