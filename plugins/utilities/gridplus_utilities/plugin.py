"""Offers both adapters to the hub: the same companies, by either way."""

from collections.abc import Iterable
from pathlib import Path

from gridplus_utilities import adapter, simulator
from hub.plugin import AdapterEntry, hookimpl


@hookimpl
def grid_adapters() -> Iterable[AdapterEntry]:
    """`utilities` reads a platform, `utilities_table` takes weekly tables."""
    yield AdapterEntry(
        name="utilities",
        title="水电气热热线",
        config=adapter.UtilitiesConfig,
        make=adapter.Utilities,
        simulator=simulator.SupplyPlatform,
        samples=Path(__file__).parent / "samples",
        declares={**adapter.ALLOWED, **adapter.FORBIDDEN},
        cannot_tell=True,
        owner="公用事业对接组",
    )
    yield AdapterEntry(
        name="utilities_table",
        title="水电气热计划停供表",
        config=adapter.UtilitiesTableConfig,
        make=adapter.UtilitiesTable,
        simulator=simulator.SupplyOffice,
        samples=Path(__file__).parent / "samples_table",
        declares={name: adapter.ALLOWED[name] for name in adapter.COLUMNS.headings},
        cannot_tell=True,
        owner="公用事业对接组",
    )
