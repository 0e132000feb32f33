"""Each golden sample gives what stands beside it, as sent and as stored; the README names what can be simulated."""

from pathlib import Path

import httpx
import pytest
from gridplus_xueliang_video.adapter import XueliangVideo
from gridplus_xueliang_video.config import XueliangConfig
from gridplus_xueliang_video.plugin import grid_adapters
from gridplus_xueliang_video.simulator import FAILURES
from gridplus_xueliang_video.simulator.pushes import SEVERAL
from gridplus_xueliang_video.simulator.wording import DEFECTS

from hub.clock import FixedClock
from hub.plugin import Body, Tools
from hub.plugin.samples import RECEIVED_AT, Sample, outcome_of, read_samples

(ENTRY,) = grid_adapters()
SAMPLES = read_samples(ENTRY.samples) if ENTRY.samples else ()
README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")


@pytest.fixture(scope="module")
def adapter() -> XueliangVideo:
    words = {"password": "a", "push_password": "b", "device_id": "1" * 20, "platform_id": "2" * 20}
    config = XueliangConfig.model_validate({"base_url": "http://127.0.0.1:9", **words})
    tools = Tools(
        source="xueliang_video", clock=FixedClock(RECEIVED_AT), http=httpx.Client, nonce=lambda: "0" * 32
    )
    return XueliangVideo(config, tools)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_sample_gives_what_stands_beside_it(sample: Sample, adapter: XueliangVideo) -> None:
    assert sample.expected == outcome_of(adapter, sample)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_sample_gives_the_same_once_ingress_has_cut_it(sample: Sample, adapter: XueliangVideo) -> None:
    kept = adapter.admit(sample.body).content
    if kept is None:
        assert sample.expected["error"]["code"] in ("R102", "R105")
        return
    stored = Sample(sample.name, Body(kept, sample.body.kind), sample.arrival, sample.expected)
    assert sample.expected == outcome_of(adapter, stored)


def test_the_entry_offers_samples_a_simulator_and_a_closed_configuration() -> None:
    assert len(SAMPLES) >= 8
    assert ENTRY.simulator is not None
    assert ENTRY.cannot_tell
    schema = ENTRY.config.model_json_schema()
    assert schema["additionalProperties"] is False
    secret = {name for name, one in schema["properties"].items() if "'password'" in str(one)}
    assert {"password", "push_password", "gateway_password"} == secret


def test_the_readme_names_every_failure_and_every_defect() -> None:
    unnamed = [
        name for name, sentence in FAILURES.items() if f"`{name}`" not in README or sentence not in README
    ]
    unnamed += [name for name in (*DEFECTS, *SEVERAL) if f"`{name}`" not in README]
    assert unnamed == []
