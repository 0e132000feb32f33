"""Each golden sample gives what stands beside it; what the distribution offers is whole."""

from pathlib import Path

import pytest
from gridplus_food_safety.adapter import ROWS
from gridplus_food_safety.plugin import grid_adapters
from gridplus_food_safety.simulator import DEFECTS

from hub.kit.sampling import outcome
from hub.plugin.samples import Sample, read_samples
from hub.plugin.systems.view_pull import FAILURES

(ENTRY,) = grid_adapters()
README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")


@pytest.mark.parametrize("sample", read_samples(Path(ENTRY.samples or "")), ids=lambda one: one.name)
def test_a_sample_gives_what_stands_beside_it(sample: Sample) -> None:
    assert sample.expected == outcome(ENTRY, sample)


@pytest.mark.parametrize("name", [*ROWS.columns, *FAILURES, *DEFECTS])
def test_the_readme_names_every_column_failure_and_defect(name: str) -> None:
    assert f"`{name}`" in README
