"""Each golden sample gives what stands beside it; what the distribution offers is whole."""

from pathlib import Path

import pytest
from gridplus_petition.adapter import ALLOWED, FORBIDDEN, Petition
from gridplus_petition.plugin import grid_adapters
from gridplus_petition.simulator import DEFECTS, PetitionSystem

from hub.model import Handling
from hub.pack import load
from hub.plugin import Fetches, Filters, Lists, Reads, Receives, Tells
from hub.plugin.samples import Sample, outcome_of, read_samples

(ENTRY,) = grid_adapters()
SAMPLES = read_samples(ENTRY.samples) if ENTRY.samples else ()
README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
DRAFTS = [one for sample in SAMPLES for one in sample.expected.get("drafts", ())]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_sample_gives_what_stands_beside_it(sample: Sample, adapter: Petition) -> None:
    assert sample.expected == outcome_of(adapter, sample)


def test_it_is_read_and_filtered_and_there_is_no_way_to_tell_it_anything(adapter: Petition) -> None:
    assert all(isinstance(adapter, one) for one in (Reads, Filters))
    assert not isinstance(adapter, Tells | Receives | Lists | Fetches)
    assert ENTRY.cannot_tell
    assert not ENTRY.skips


def test_all_of_it_is_dealt_with_elsewhere_by_law() -> None:
    assert {Handling.ELSEWHERE.value} == {one["handling"] for one in DRAFTS}


def test_no_sample_says_a_word_of_a_petitioner() -> None:
    assert not {"requester", "content", "attachments"} & {name for one in DRAFTS for name in one}


@pytest.mark.parametrize("name", sorted({**PetitionSystem.FAILURES, **DEFECTS}))
def test_the_readme_names_every_failure_and_every_defect(name: str) -> None:
    assert f"| `{name}` |" in README


@pytest.mark.parametrize("name", sorted({**ALLOWED, **FORBIDDEN}))
def test_the_readme_names_every_field(name: str) -> None:
    assert f"`{name}`" in README


def test_the_demos_table_holds_the_samples_codes_and_none_that_never_comes_in() -> None:
    codes = set(load().codes.tables["xf-2026"])
    assert {one["category"]["value"] for one in DRAFTS} <= codes
    assert not [one for one in codes if one.startswith(("XF13", "XF15"))]
