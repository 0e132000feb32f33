"""Offers the adapter of urban management to the hub."""

from collections.abc import Iterable
from pathlib import Path

from gridplus_urban_management.adapter import made
from gridplus_urban_management.config import DECLARES, UrbanConfig
from gridplus_urban_management.simulator import UrbanPlatform
from hub.plugin import AdapterEntry, hookimpl


@hookimpl
def grid_adapters() -> Iterable[AdapterEntry]:
    """One adapter: `urban_management`."""
    yield AdapterEntry(
        name="urban_management",
        title="数字城管",
        config=UrbanConfig,
        make=made,
        simulator=UrbanPlatform,
        samples=Path(__file__).parent / "samples",
        declares=DECLARES,
        owner="数字城管对接组",
    )
