"""Each golden sample gives what stands beside it; what the distribution offers is whole."""

import json
from pathlib import Path

import httpx
import pytest
from gridplus_file_import.adapter import FileImport
from gridplus_file_import.config import COLUMNS, FileImportConfig
from gridplus_file_import.plugin import grid_adapters
from gridplus_file_import.simulator import FAILURES
from pydantic import ValidationError

from hub.clock import FixedClock
from hub.errors import BadRecord
from hub.model import Arrival
from hub.plugin import Body, Lists, Reads, Receives, Tells, Tools
from hub.plugin.samples import RECEIVED_AT, Sample, outcome_of, read_samples

(ENTRY,) = grid_adapters()
FOLDER = ENTRY.samples or Path()
SAMPLES = read_samples(FOLDER)
README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")


@pytest.fixture(scope="module")
def adapter() -> FileImport:
    config = FileImportConfig.model_validate_json((FOLDER / "config.json").read_bytes())
    tools = Tools(source="history", clock=FixedClock(RECEIVED_AT), http=httpx.Client, nonce=lambda: "0" * 32)
    return FileImport(config, tools)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_sample_gives_what_stands_beside_it(sample: Sample, adapter: FileImport) -> None:
    assert sample.expected == outcome_of(adapter, sample)


@pytest.mark.nasty("N21")
@pytest.mark.nasty("N26")
@pytest.mark.nasty("N34")
@pytest.mark.nasty("N35")
@pytest.mark.parametrize(
    ("name", "shown"),
    [
        pytest.param("09-digits-lost", "R204", id="an identity number rounded by a spreadsheet (N21)"),
        pytest.param("05-words-and-numbers-of-this-source", "closed", id="5.0 is 5 (N26)"),
        pytest.param("01-a-row-of-history", "2021-03-09T12:31:00+00:00", id="yyyy/M/d H:mm (N34)"),
    ],
)
def test_the_nasty_ones_among_the_samples(name: str, shown: str, adapter: FileImport) -> None:
    (sample,) = (one for one in SAMPLES if one.name == name)
    assert shown in json.dumps(outcome_of(adapter, sample))
    (none,) = (one for one in SAMPLES if one.name == "06-dates-that-mean-none")
    (draft,) = outcome_of(adapter, none)["drafts"]
    assert not {"occurred_at", "reported_at", "version"} & draft.keys()


def test_the_adapter_reads_and_lists_and_can_tell_nobody(adapter: FileImport) -> None:
    as_offered: object = adapter
    assert isinstance(as_offered, Reads)
    assert isinstance(as_offered, Lists)
    assert not isinstance(as_offered, Tells | Receives)
    assert ENTRY.cannot_tell
    assert len(SAMPLES) >= 8


@pytest.mark.parametrize(
    "wrong",
    [
        {"colums": {}},
        {"columns": {"source_ref": "编号", "titel": "标题"}},
        {"columns": {"title": "标题"}},
        {"columns": {"source_ref": []}},
        {"zone": "Mars"},
        {"crs": "cgcs2000_gk"},
        {"stages": {"5": "finished"}},
        {"delimiter": "::"},
        {"page_rows": "500"},
    ],
    ids=str,
)
def test_a_misspelt_setting_stops_the_start(wrong: dict[str, object]) -> None:
    right = {"files": "x", "format": "csv", "columns": {"source_ref": "编号"}, "code_table": "hl-2024"}
    FileImportConfig.model_validate(right)
    with pytest.raises(ValidationError):
        FileImportConfig.model_validate({**right, **wrong})


@pytest.mark.parametrize("name", sorted(FAILURES))
def test_the_readme_names_every_failure_in_the_same_words(name: str) -> None:
    assert f"| `{name}` | {FAILURES[name]} |" in README


@pytest.mark.parametrize("name", sorted({*COLUMNS, *FileImportConfig.model_fields}))
def test_the_readme_names_every_column_and_setting(name: str) -> None:
    assert f"`{name}`" in README


def test_what_a_column_may_hold_is_declared_for_each() -> None:
    assert {f"columns.{name}" for name in COLUMNS} == ENTRY.declares.keys()
    assert {"public", "internal", "personal", "sensitive"} >= set(ENTRY.declares.values())


def test_a_row_beyond_the_limit_is_not_even_looked_at(adapter: FileImport) -> None:
    long = Body(b"9" * (256 * 1024 + 1), "csv")
    with pytest.raises(BadRecord) as raised:
        adapter.normalise(long, Arrival(RECEIVED_AT, "csv"))
    assert "R103" == raised.value.code
