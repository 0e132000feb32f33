"""What this distribution offers the hub."""

from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

from gridplus_urban_management.adapter import made
from gridplus_urban_management.case import DECLARES
from gridplus_urban_management.config import UrbanConfig
from gridplus_urban_management.simulator import UrbanPlatform
from hub.plugin import AdapterEntry, hookimpl


@hookimpl
def grid_adapters() -> Iterable[AdapterEntry]:
    """The one adapter of this distribution."""
    yield AdapterEntry(
        name="urban_management",
        title="数字城管",
        config=UrbanConfig,
        make=made,
        simulator=UrbanPlatform,
        samples=Path(str(files(__package__) / "samples")),
        declares=DECLARES,
        owner="数字城管对接组",
    )
