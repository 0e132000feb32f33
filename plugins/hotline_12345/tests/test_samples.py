"""Each golden sample gives what stands beside it."""

from pathlib import Path

import pytest
from gridplus_hotline_12345.adapter import Hotline12345
from gridplus_hotline_12345.plugin import grid_adapters
from gridplus_hotline_12345.simulator import FAILURES, ONLY_PUSHED
from gridplus_hotline_12345.simulator.wording import DEFECTS

from hub.plugin import AdapterEntry
from hub.plugin.samples import Sample, outcome_of, read_samples

(ENTRY,) = grid_adapters()
SAMPLES = read_samples(ENTRY.samples) if ENTRY.samples else ()


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_sample_gives_what_stands_beside_it(sample: Sample, adapter: Hotline12345) -> None:
    assert sample.expected == outcome_of(adapter, sample)


def test_the_entry_offers_samples_a_simulator_and_a_closed_configuration() -> None:
    assert isinstance(ENTRY, AdapterEntry)
    assert len(SAMPLES) >= 8
    schema = ENTRY.config.model_json_schema()
    assert schema["additionalProperties"] is False
    assert {"app_secret", "push_secret"} == {
        name for name, one in schema["properties"].items() if one.get("format") == "password"
    }


def test_the_readme_names_every_failure_and_every_defect() -> None:
    readme = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
    named = {*FAILURES.items(), *((defect, "") for defect in (*DEFECTS, *ONLY_PUSHED))}
    assert [name for name, sentence in named if f"`{name}`" not in readme or sentence not in readme] == []
