"""The system that can only export, and what of it arrives."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from gridplus_file_import.adapter import FileImport
from gridplus_file_import.config import FileImportConfig
from gridplus_file_import.simulator import FAILURES, FileExport
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from hub.clock import FixedClock, SystemClock
from hub.model import Person
from hub.plugin import SimulatorSetup, Utterance

Make = Callable[..., Any]
START = datetime.fromisoformat("2026-03-10T08:00:00+08:00")
STRUCK = "HL2026000007"


def told(number: int, defect: str = "") -> Utterance:
    at = START + timedelta(minutes=number)
    return Utterance(
        at=at,
        ref=f"HL{2026000000 + number}",
        second_ref=f"PT{number:06d}",
        code="010203",
        code_table="hl-2024",
        occurred_at=at - timedelta(minutes=9),
        reported_at=at - timedelta(minutes=1),
        title="路灯不亮",
        content="云桥路路灯不亮",
        lon=120.851234,
        lat=32.001234,
        requester=Person(name="示例甲", phone="13800000000", callback=True),
        defect=defect,
    )


def cross(make: Make, folder: Path, utterances: list[Utterance], *failures: str, seed: int = 0) -> Any:
    """Everything exported and read; the import, and the export beside it."""
    clock = FixedClock(START + timedelta(days=1))
    export = FileExport(
        SimulatorSetup(clock=clock, utterances=utterances, place=folder, seed=seed, failures=failures)
    )
    export.let_out()
    settings = dict(export.config())
    one = make(settings.pop("files"), **settings)
    one.run()
    return one, export


def test_what_is_exported_is_what_is_read(make: Make, tmp_path: Path) -> None:
    one, export = cross(make, tmp_path, [told(number) for number in range(120)])
    assert [f"HL{2026000000 + number} 路灯不亮" for number in range(120)] == one.outcomes()
    assert export.done()
    (draft,) = one.adapter.normalise(one.bodies[7], None)
    assert told(7).reported_at.replace(second=0) == draft.reported_at
    assert told(7).requester == draft.requester
    assert [(alias.system, alias.ref) for alias in draft.aliases] == [("platform", "PT000007")]


@pytest.mark.parametrize(
    ("defect", "outcome"),
    [
        pytest.param("unreadable", "R102", id="an open quote"),
        pytest.param("shifted", "R102", id="a separator too many"),
        pytest.param("lost_digits", "R204 /电话", id="lost digits", marks=pytest.mark.nasty("N21")),
        pytest.param("no_number", "R201 /编号", id="no number"),
        pytest.param("line_break", f"{STRUCK} 路灯不亮", id="a line break"),
        pytest.param("unknown_code", f"{STRUCK} 路灯不亮", id="unknown", marks=pytest.mark.nasty("N25")),
        pytest.param("test_data", f"{STRUCK} 测试工单，勿派", id="a test", marks=pytest.mark.nasty("N77")),
    ],
)
def test_a_bad_row_ends_alone(defect: str, outcome: str, make: Make, tmp_path: Path) -> None:
    one, _ = cross(make, tmp_path, [told(number, defect if number == 7 else "") for number in range(20)])
    expected = [f"HL{2026000000 + number} 路灯不亮" for number in range(20)]
    expected[7] = outcome
    assert expected == one.outcomes()


@examples(max_examples=20, deadline=None)
@given(failures=st.sets(st.sampled_from(sorted(FAILURES))), seed=st.integers(0, 999))
def test_whatever_goes_wrong_what_was_said_is_what_was_read(
    failures: set[str], seed: int, make: Make, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("export")
    one, export = cross(make, folder, [told(at) for at in range(130)], *sorted(failures), seed=seed)
    assert export.said() == len(one.bodies)


def test_the_export_runs_by_itself_and_stops_twice(tmp_path: Path) -> None:
    """On the machine's own clock everything of 2026-03 is due at once."""
    export = FileExport(SimulatorSetup(clock=SystemClock(), utterances=[told(0)], place=tmp_path))
    FileImport(FileImportConfig.model_validate(export.start()), tools=_no_tools())
    deadline = SystemClock().now() + timedelta(seconds=5)
    while not export.done() and SystemClock().now() < deadline:
        SystemClock().pause(0.01)
    export.stop()
    export.stop()
    assert export.said() == 1
    assert export.heard() == ()


def _no_tools() -> Any:
    import httpx

    from hub.plugin import Tools

    return Tools(source="history", clock=SystemClock(), http=httpx.Client, nonce=lambda: "0" * 32)
