"""The plugin's samples, and the hub's own checks. Nothing here needs a change when the adapter changes."""

from pathlib import Path

import pytest
from gridplus_downstream_file_drop.plugin import grid_adapters

from hub.kit import check_names, checked
from hub.kit.sampling import outcome
from hub.plugin.samples import Sample, read_samples

(ENTRY,) = grid_adapters()


@pytest.mark.parametrize("sample", read_samples(Path(ENTRY.samples or "")), ids=lambda one: one.name)
def test_a_sample_gives_what_stands_beside_it(sample: Sample) -> None:
    assert sample.expected == outcome(ENTRY, sample)


@pytest.mark.parametrize("name", check_names())
def test_it_passes_the_check(name: str, tmp_path: Path) -> None:
    result = checked(ENTRY, name, tmp_path)
    assert result.passed, result.line
