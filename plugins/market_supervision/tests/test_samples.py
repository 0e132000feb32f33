"""Each golden sample gives what stands beside it."""

from pathlib import Path

import pytest
from gridplus_market_supervision.adapter import MarketSupervision
from gridplus_market_supervision.plugin import grid_adapters
from gridplus_market_supervision.simulator import FAILURES, ONLY_READ, ONLY_TABLED
from gridplus_market_supervision.simulator.wording import DEFECTS

from hub.plugin import AdapterEntry
from hub.plugin.samples import Sample, outcome_of, read_samples

(ENTRY,) = grid_adapters()
SAMPLES = read_samples(ENTRY.samples) if ENTRY.samples else ()


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_sample_gives_what_stands_beside_it(sample: Sample, adapter: MarketSupervision) -> None:
    assert sample.expected == outcome_of(adapter, sample)


def test_the_entry_offers_samples_a_simulator_and_a_closed_configuration() -> None:
    assert isinstance(ENTRY, AdapterEntry)
    assert len(SAMPLES) >= 8
    schema = ENTRY.config.model_json_schema()
    assert schema["additionalProperties"] is False
    assert {"client_secret", "upload_key"} == {
        name for name, one in schema["properties"].items() if one.get("format") == "password"
    }


def test_the_readme_names_every_failure_and_every_defect() -> None:
    readme = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
    named = {*FAILURES.items(), *((defect, "") for defect in (*DEFECTS, *ONLY_READ, *ONLY_TABLED))}
    assert [name for name, sentence in named if f"`{name}`" not in readme or sentence not in readme] == []
