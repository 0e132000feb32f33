"""Each golden sample gives what stands beside it; what the distribution offers is whole."""

from pathlib import Path

import pytest
from gridplus_emergency.adapter import DECLARES
from gridplus_emergency.plugin import grid_adapters
from gridplus_emergency.simulator import DEFECTS, DRILLS, FAILURES

from hub.kit.sampling import outcome
from hub.plugin.samples import Sample, read_samples

(ENTRY,) = grid_adapters()
README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")


@pytest.mark.parametrize("sample", read_samples(Path(ENTRY.samples or "")), ids=lambda one: one.name)
def test_a_sample_gives_what_stands_beside_it(sample: Sample) -> None:
    assert sample.expected == outcome(ENTRY, sample)


@pytest.mark.parametrize("name", sorted(DECLARES))
def test_the_readme_names_every_field(name: str) -> None:
    assert f"`{name}`" in README


@pytest.mark.parametrize("name", sorted({*FAILURES, *DEFECTS, *DRILLS}))
def test_the_readme_names_what_the_simulator_plays(name: str) -> None:
    assert f"`{name}`" in README
