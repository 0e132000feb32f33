"""Each golden sample gives what stands beside it; what the distribution offers is whole."""

from pathlib import Path

import httpx
import pytest
from gridplus_police_grid.adapter import PoliceGrid, PoliceGridConfig
from gridplus_police_grid.ingress import ALLOWED, FORBIDDEN
from gridplus_police_grid.plugin import grid_adapters
from gridplus_police_grid.simulator import FAILURES
from pydantic import ValidationError

from hub.clock import FixedClock
from hub.plugin import Adapter, Filters, Lists, Reads, Receives, Tells, Tools
from hub.plugin.samples import RECEIVED_AT, Sample, outcome_of, read_samples

(ENTRY,) = grid_adapters()
SAMPLES = read_samples(ENTRY.samples) if ENTRY.samples else ()
README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")


@pytest.fixture(scope="module")
def adapter() -> PoliceGrid:
    tools = Tools(
        source="police_grid", clock=FixedClock(RECEIVED_AT), http=httpx.Client, nonce=lambda: "0" * 32
    )
    return PoliceGrid(PoliceGridConfig(inbox="/nonexistent"), tools)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_sample_gives_what_stands_beside_it(sample: Sample, adapter: PoliceGrid) -> None:
    assert sample.expected == outcome_of(adapter, sample)


def test_there_are_samples_enough() -> None:
    assert len(SAMPLES) >= 8


@pytest.mark.nasty("N07")
@pytest.mark.nasty("N19")
@pytest.mark.nasty("N53")
@pytest.mark.parametrize(
    ("name", "shown"),
    [
        pytest.param("02-passed-on-to-the-hotline", "JG202603100002", id="full-width number (N07)"),
        pytest.param("05-a-rare-character", "𠮷祥路（㙍桥东侧）", id="rare characters (N19)"),
        pytest.param("09-police-grid-in-two-parts", "JG0302#2", id="two parts (N53)"),
    ],
)
def test_the_nasty_ones_among_the_samples(name: str, shown: str, adapter: PoliceGrid) -> None:
    (sample,) = (one for one in SAMPLES if one.name == name)
    assert shown in str(outcome_of(adapter, sample))


def test_the_adapter_reads_and_filters_and_can_tell_nobody(adapter: PoliceGrid) -> None:
    as_offered: object = adapter
    assert isinstance(as_offered, Reads)
    assert isinstance(as_offered, Filters)
    assert not isinstance(as_offered, Tells | Receives | Lists)
    assert ENTRY.cannot_tell
    typed: Adapter = adapter
    typed.close()
    typed.close()


def test_a_misspelt_setting_stops_the_start() -> None:
    with pytest.raises(ValidationError):
        PoliceGridConfig.model_validate({"inbox": "/in", "prefxi": "JG"})
    with pytest.raises(ValidationError):
        PoliceGridConfig.model_validate({"inbox": "/in", "prefix": "../"})
    with pytest.raises(ValidationError):
        PoliceGridConfig.model_validate({"inbox": "/in", "zone": "Mars"})


@pytest.mark.parametrize("name", sorted(FAILURES))
def test_the_readme_names_every_failure_in_the_same_words(name: str) -> None:
    assert f"| `{name}` |" in README


@pytest.mark.parametrize("name", sorted({*FORBIDDEN}.union(*ALLOWED.values())))
def test_the_readme_names_every_field_and_its_class_is_declared(name: str) -> None:
    assert f"`{name}`" in README
    assert ENTRY.declares[name] in {"public", "internal", "personal", "sensitive"}
