"""Offers the adapter to the hub."""

from collections.abc import Iterable
from pathlib import Path

from gridplus_police_110.adapter import DECLARES, Police110, Police110Config
from gridplus_police_110.simulator import SharedTable
from hub.plugin import AdapterEntry, hookimpl


@hookimpl
def grid_adapters() -> Iterable[AdapterEntry]:
    """One adapter: `police_110`."""
    yield AdapterEntry(
        name="police_110",
        title="110 与 12345 双向流转",
        config=Police110Config,
        make=Police110,
        simulator=SharedTable,
        samples=Path(__file__).parent / "samples",
        declares=DECLARES,
        owner="110 非警务对接组",
    )
