"""Offers the adapter to the hub."""

from collections.abc import Iterable
from pathlib import Path

from gridplus_grid_app.adapter import DECLARES, GridApp, GridAppConfig
from gridplus_grid_app.simulator import GridAppServer
from hub.plugin import AdapterEntry, hookimpl


@hookimpl
def grid_adapters() -> Iterable[AdapterEntry]:
    """One adapter: `grid_app`."""
    yield AdapterEntry(
        name="grid_app",
        title="全要素网格通",
        config=GridAppConfig,
        make=GridApp,
        simulator=GridAppServer,
        samples=Path(__file__).parent / "samples",
        declares=DECLARES,
        owner="网格通平台运维组",
    )
