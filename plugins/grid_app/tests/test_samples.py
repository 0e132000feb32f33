"""Each golden sample gives what stands beside it; what the distribution offers is whole."""

from pathlib import Path

import pytest
from gridplus_grid_app.adapter import ALLOWED, FORBIDDEN, GridApp
from gridplus_grid_app.plugin import grid_adapters
from gridplus_grid_app.simulator import DEFECTS, GridAppServer

from hub.pack import load
from hub.plugin import Filters, Receives, Tells
from hub.plugin.samples import Sample, outcome_of, read_samples

(ENTRY,) = grid_adapters()
SAMPLES = read_samples(ENTRY.samples) if ENTRY.samples else ()
README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_sample_gives_what_stands_beside_it(sample: Sample, adapter: GridApp) -> None:
    assert sample.expected == outcome_of(adapter, sample)


def test_the_app_pushes_is_filtered_and_can_be_told(adapter: GridApp) -> None:
    assert all(isinstance(adapter, one) for one in (Receives, Filters, Tells))
    assert not ENTRY.skips


@pytest.mark.parametrize("name", sorted({**GridAppServer.FAILURES, **DEFECTS}))
def test_the_readme_names_every_failure_and_every_defect(name: str) -> None:
    assert f"| `{name}` |" in README


@pytest.mark.parametrize("name", sorted({**ALLOWED, **FORBIDDEN}))
def test_the_readme_names_every_field(name: str) -> None:
    assert f"`{name}`" in README


def test_the_codes_of_the_samples_are_in_the_demos_table() -> None:
    drafts = [one for sample in SAMPLES for one in sample.expected.get("drafts", ())]
    assert {one["category"]["value"] for one in drafts} <= set(load().codes.tables["qw-2026"])
