"""Each golden sample gives what stands beside it; what the distribution offers is whole."""

from pathlib import Path

import pytest
from gridplus_utilities.adapter import ALLOWED, COLUMNS, FORBIDDEN
from gridplus_utilities.plugin import grid_adapters
from gridplus_utilities.simulator import DEFECTS, EXTRA

from hub.kit.sampling import outcome
from hub.plugin import AdapterEntry
from hub.plugin.samples import Sample, read_samples

ENTRIES = tuple(grid_adapters())
SAMPLES = [(entry, sample) for entry in ENTRIES for sample in read_samples(Path(entry.samples or ""))]
README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
HEADINGS = sorted({seen for many in COLUMNS.headings.values() for seen in many})


@pytest.mark.parametrize(
    ("entry", "sample"), SAMPLES, ids=[f"{entry.name}-{sample.name}" for entry, sample in SAMPLES]
)
def test_a_sample_gives_what_stands_beside_it(entry: AdapterEntry, sample: Sample) -> None:
    assert sample.expected == outcome(entry, sample)


@pytest.mark.parametrize("name", [*ALLOWED, *FORBIDDEN, *DEFECTS, *EXTRA])
def test_the_readme_names_every_field_defect_and_extra(name: str) -> None:
    assert f"`{name}`" in README


@pytest.mark.parametrize("heading", HEADINGS)
def test_the_readme_names_every_heading(heading: str) -> None:
    assert heading in README
