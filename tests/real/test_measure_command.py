"""`gridplus measure`: figures side by side, absent data told of, a missed margin as an exit code."""

from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result

from hub.cli import main
from hub.cli.measure import MEASURES, Promise


def measure(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["measure", *map(str, arguments)])


@pytest.fixture
def invented(tmp_path: Path) -> Path:
    """One invented beat, and one request beside it."""
    folder = tmp_path / "chicago311"
    folder.mkdir()
    ring = [[0.0, 0.0], [0.1, 0.0], [0.1, 0.1], [0.0, 0.1], [0.0, 0.0]]
    beat = {"properties": {"beat_num": "0101"}, "geometry": {"coordinates": [[ring]]}}
    (folder / "police_beats.geojson").write_bytes(orjson.dumps({"features": [beat]}))
    request = {"longitude": "0.05", "latitude": "0.2", "police_beat": "0101"}
    (folder / "requests.json").write_bytes(orjson.dumps([request]))
    return tmp_path


def test_absent_data_is_told_of_and_is_no_failure(tmp_path: Path) -> None:
    result = measure("petitions", "lingang", "--data", tmp_path)
    assert 0 == result.exit_code
    assert ["petitions: C115", "lingang: C115"] == [
        line[: line.index("C115") + 4] for line in result.output.splitlines()
    ]


def test_a_missed_margin_ends_with_one(invented: Path) -> None:
    result = measure("chicago_beats", "--data", invented)
    assert 1 == result.exit_code
    assert "share >= 0.96: -0.960" in result.output
    assert "C116" in result.output


def test_figures_are_one_object_on_the_last_line(invented: Path) -> None:
    result = measure("chicago_beats", "pingshan", "--json", "--data", invented)
    told = orjson.loads(result.stdout.splitlines()[-1])
    assert 0.0 == told["measures"]["chicago_beats"]["share"]
    assert ["pingshan"] == told["absent"]
    assert [{"name": "chicago_beats", "figure": "share"}] == told["broken"]


def test_a_measure_nobody_knows_is_used_wrongly() -> None:
    assert 2 == measure("guesswork").exit_code


@pytest.mark.parametrize(
    ("expected", "promise"),
    [
        pytest.param(0.25, Promise("ours", 0.5), id="at least so much"),
        pytest.param(-0.25, Promise("ours", 0.5, "simple"), id="so much more than the simple method"),
    ],
)
def test_a_margin_is_what_is_left_over_the_promise(expected: float, promise: Promise) -> None:
    assert expected == promise.margin({"ours": 0.75, "simple": 0.5})


def test_what_is_promised_is_checked() -> None:
    promised = {
        (name, promise.figure, promise.beside, promise.least)
        for name, one in MEASURES.items()
        for promise in one.promises
    }
    assert {
        ("address_pairs", "ours_f1", "simple_f1", 0.05),
        ("chicago_links", "ours_f1", "simple_f1", 0.05),
        ("petitions", "ours_f1", "simple_f1", 0.0),
        ("chicago_beats", "share", "", 0.96),
        ("chicago_import", "in_beat", "", 0.96),
        ("demo_truth", "precision", "", 0.98),
        ("demo_truth", "recall_asked", "", 0.97),
    } <= promised
