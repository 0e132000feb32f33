"""Each golden sample gives what stands beside it; the README names what the simulator can do."""

from pathlib import Path

import httpx
import pytest
from gridplus_urban_management.adapter import UrbanReader, made
from gridplus_urban_management.config import UrbanConfig
from gridplus_urban_management.plugin import grid_adapters
from gridplus_urban_management.simulator import FAILURES, ONLY_SERVICE, ONLY_VIEW
from gridplus_urban_management.simulator.wording import DEFECTS

from hub.clock import FixedClock
from hub.plugin import Tools
from hub.plugin.samples import RECEIVED_AT, Sample, outcome_of, read_samples

(ENTRY,) = grid_adapters()
SAMPLES = read_samples(ENTRY.samples) if ENTRY.samples else ()
README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")


@pytest.fixture(scope="module")
def adapter() -> UrbanReader:
    service = {"url": "http://127.0.0.1:9", "user": "a", "password": "b"}
    config = UrbanConfig.model_validate({"soap": service, "view": {"url": "sqlite:///nowhere"}})
    tools = Tools(
        source="urban_management", clock=FixedClock(RECEIVED_AT), http=httpx.Client, nonce=lambda: "0" * 32
    )
    return made(config, tools)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_sample_gives_what_stands_beside_it(sample: Sample, adapter: UrbanReader) -> None:
    assert sample.expected == outcome_of(adapter, sample)


def test_the_entry_offers_samples_a_simulator_and_a_closed_configuration() -> None:
    assert len(SAMPLES) >= 8
    assert ENTRY.simulator is not None
    schema = ENTRY.config.model_json_schema()
    parts = [schema, *schema["$defs"].values()]
    assert all(part.get("additionalProperties") is False for part in parts if part["type"] == "object")
    secret = {
        name
        for part in parts
        for name, one in part.get("properties", {}).items()
        if one.get("format") == "password"
    }
    assert secret == {"password", "url"}  # the view's URL holds its account's password


def test_the_readme_names_every_failure_and_every_defect() -> None:
    unnamed = [
        name for name, sentence in FAILURES.items() if f"`{name}`" not in README or sentence not in README
    ]
    unnamed += [name for name in (*DEFECTS, *ONLY_SERVICE, *ONLY_VIEW) if f"`{name}`" not in README]
    assert unnamed == []
