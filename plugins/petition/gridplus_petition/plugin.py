"""Offers the adapter to the hub."""

from collections.abc import Iterable
from pathlib import Path

from gridplus_petition.adapter import DECLARES, Petition, PetitionConfig
from gridplus_petition.simulator import PetitionSystem
from hub.plugin import AdapterEntry, hookimpl


@hookimpl
def grid_adapters() -> Iterable[AdapterEntry]:
    """One adapter: `petition`. By law the hub has nothing to tell the petition office."""
    yield AdapterEntry(
        name="petition",
        title="信访信息系统",
        config=PetitionConfig,
        make=Petition,
        simulator=PetitionSystem,
        samples=Path(__file__).parent / "samples",
        declares=DECLARES,
        cannot_tell=True,
        owner="信访系统对接组",
    )
