"""Each golden sample gives what stands beside it."""

from pathlib import Path

import pytest
from gridplus_grid_pages.adapter import GridPages
from gridplus_grid_pages.plugin import DECLARES, grid_adapters

from hub.plugin import AdapterEntry, Receives
from hub.plugin.samples import Sample, outcome_of, read_samples

(ENTRY,) = grid_adapters()
SAMPLES = read_samples(ENTRY.samples) if ENTRY.samples else ()


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_sample_gives_what_stands_beside_it(sample: Sample, adapter: GridPages) -> None:
    assert sample.expected == outcome_of(adapter, sample)


def test_the_entry_offers_samples_and_a_closed_configuration_without_a_secret() -> None:
    assert isinstance(ENTRY, AdapterEntry)
    assert len(SAMPLES) >= 8
    schema = ENTRY.config.model_json_schema()
    assert schema["additionalProperties"] is False
    assert not [one for one in schema["properties"].values() if one.get("format") == "password"]


def test_nobody_reaches_it_from_outside(adapter: GridPages) -> None:
    """Whoever is signed in hands in through a page; there is no door that would have to know them."""
    assert not isinstance(adapter, Receives)


def test_the_readme_names_every_field() -> None:
    readme = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
    assert [name for name in DECLARES if f"`{name}`" not in readme] == []
