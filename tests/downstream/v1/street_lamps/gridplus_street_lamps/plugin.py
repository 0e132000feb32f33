"""Offers the adapter to the hub."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from gridplus_street_lamps.adapter import StreetLamps, StreetLampsConfig
from gridplus_street_lamps.simulator import StreetLampPlatform
from hub.plugin import AdapterEntry, hookimpl

DECLARES: Final = {
    "no": "internal",
    "fault": "public",
    "lamp": "internal",
    "x": "internal",
    "y": "internal",
    "time": "internal",
    "text": "personal",  # free text counts as personal: somebody may name somebody in it
    "state": "internal",
}


@hookimpl
def grid_adapters() -> Iterable[AdapterEntry]:
    """One adapter: `street_lamps`."""
    yield AdapterEntry(
        name="street_lamps",
        title="路灯监控",
        config=StreetLampsConfig,
        make=StreetLamps,
        simulator=StreetLampPlatform,
        samples=Path(__file__).parent / "samples",
        declares=DECLARES,
        cannot_tell=True,
    )
