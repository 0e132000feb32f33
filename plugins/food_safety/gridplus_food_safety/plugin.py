"""Offers the adapter to the hub."""

from collections.abc import Iterable
from pathlib import Path

from gridplus_food_safety.adapter import DECLARES, FoodSafety, FoodSafetyConfig
from gridplus_food_safety.simulator import FoodSafetySystem
from hub.plugin import AdapterEntry, hookimpl


@hookimpl
def grid_adapters() -> Iterable[AdapterEntry]:
    """One adapter: `food_safety`."""
    yield AdapterEntry(
        name="food_safety",
        title="食安通",
        config=FoodSafetyConfig,
        make=FoodSafety,
        simulator=FoodSafetySystem,
        samples=Path(__file__).parent / "samples",
        declares=DECLARES,
        cannot_tell=True,
        owner="市场监管食安通对接组",
    )
